"""The kernel's log as the console and `dmesg` show it.

    [686973.797868] ixgbe 0000:83:00.0 eth0: NIC Link is Down             dmesg, console
    [686973.797868][  T123] ixgbe ...      [    1.234567] [  T123] ...     with the caller: kernel, dmesg
    [686973.797868 <    0.000003>] ...     [<    0.000003>] ...            dmesg -d
    [Fri Mar 25 15:35:53 2022] ixgbe ...                                   dmesg -T
    [Mar25 15:35] ixgbe ...                [  +0.000003] ixgbe ...         dmesg -e
    2022-03-25T15:35:53,797868+08:00 ixgbe ...                             dmesg --time-format=iso
    kern  :err   : [686973.797868] ixgbe ...                               dmesg -x
    <3>[686973.797868] ixgbe ...           <3>ixgbe ...                    dmesg -r, dmesg -rt

Sources: Linux kernel/printk/printk.c print_syslog(), print_time() and print_caller(); util-linux sys-utils/dmesg.c
print_record(). A stamp has six digits after the point; anything else in brackets is somebody's text. Stamps of `-T`
and `-e` are those of English locales. Every line of this kind comes from the kernel's log and so has the program
`kernel`.
"""

import re
from typing import Final

from matchers import times
from matchers.envelopes.layer import Layer
from matchers.times import Stamp

__all__ = ["NAME", "STARTS", "stamped", "strip"]

NAME: Final = "dmesg"
STARTS: Final = "[<0123456789kumdaslncf"

_FACILITIES: Final = frozenset(
    ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"]
    + [f"local{number}" for number in range(8)]
)
_LEVELS: Final = frozenset(["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"])

_DELTA = r"< *\d{1,11}\.\d{6}>"
_CALLER = r"(?: ?\[ *(?P<caller>[TC]\d{1,10})\])? ?"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_PRIORITY = re.compile(r"<(0|[1-9]\d{0,3})>", re.ASCII)
_DECODED = re.compile(r"([a-z0-7]{3,8}) {0,3}:([a-z]{3,6}) {0,3}: ")
_UPTIME = re.compile(rf"\[ {{0,10}}(\d{{1,11}}\.\d{{6}})(?: {_DELTA})?\]{_CALLER}", re.ASCII)
_CTIME = re.compile(
    rf"\[{_WEEKDAY} ([A-Z][a-z]{{2}}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{{4}})(?: {_DELTA})?\]{_CALLER}", re.ASCII
)
_MINUTE = re.compile(rf"\[([A-Z][a-z]{{2}})([ \d]\d) (\d\d:\d\d)\]{_CALLER}", re.ASCII)
_SINCE = re.compile(rf"\[(?:{_DELTA}| {{1,3}}\+\d{{1,9}}\.\d{{6}})\]{_CALLER}", re.ASCII)
_ISO = re.compile(
    rf"(\d{{4}})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d),(\d{{6}})([+-]\d\d:?\d\d|Z)(?=[ \[]|$){_CALLER}", re.ASCII
)


def stamped(text: str) -> bool:
    """Does `text` begin with the kernel's stamp `[686973.797868]`?"""
    return _UPTIME.match(text) is not None


def strip(text: str) -> Layer | None:
    """Take off level and stamp, or one of the two."""
    at, level_only = _level(text)
    if layer := _stamp(text, at):
        return layer
    return Layer(text[at:], program="kernel") if level_only else None


def _level(text: str) -> tuple[int, bool]:
    """Where the stamp may begin, and whether what stands before it is enough without one."""
    if text[:1] == "<":
        m = _PRIORITY.match(text)
        # `dmesg -r` shows user space's own records with their facility; only the kernel's need no stamp to be told.
        return (m.end(), int(m[1]) < 8) if m else (0, False)
    if text[:1].isalpha():
        m = _DECODED.match(text)
        if m and m[1] in _FACILITIES and m[2] in _LEVELS and _padded(m):
            return m.end(), True
    return 0, False


def _padded(m: re.Match[str]) -> bool:
    # util-linux pads both words to six columns ("%-6s:%-6s: "), prose does not.
    facility, _, level = m[0].removesuffix(": ").partition(":")
    return len(facility) == max(6, len(m[1])) and len(level) == 6


def _stamp(text: str, at: int) -> Layer | None:
    first = text[at : at + 1]
    if first == "[":
        if m := _UPTIME.match(text, at):
            return Layer(text[m.end() :], uptime=float(m[1]), caller=m["caller"], program="kernel")
        return _clock_stamp(text, at)
    if first and first in "0123456789" and (m := _ISO.match(text, at)):
        return _timed(text, m, times.full(m[1], m[2], m[3], m[4], m[5], zone=m[6]))
    return None


def _clock_stamp(text: str, at: int) -> Layer | None:
    if m := _CTIME.match(text, at):
        return _timed(text, m, times.full(m[4], m[1], m[2], m[3]))
    if m := _MINUTE.match(text, at):
        return _timed(text, m, times.yearless(m[1], m[2], m[3]))
    if m := _SINCE.match(text, at):
        return Layer(text[m.end() :], caller=m["caller"], program="kernel")
    return None


def _timed(text: str, m: re.Match[str], time: Stamp | None) -> Layer | None:
    return Layer(text[m.end() :], time=time, caller=m["caller"], program="kernel") if time else None
