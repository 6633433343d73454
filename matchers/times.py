"""The time a log line says: read exactly, never guessed.

A log may say a full date, a date without its year (RFC 3164) or only a time of day (`tcpdump`). All three become a
`Stamp`, and two stamps of the same kind can be compared. No function here raises: an impossible date (30 February,
hour 25) is None.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["MONTHS", "Stamp", "elapsed", "epoch", "full", "of_day", "said", "yearless"]

Kind = Literal["full", "yearless", "clock"]

_DAY_S: Final = 86_400
_LEAP_YEAR: Final = 2020  # any leap year: 29 February is valid where the year is not known
_LEAP_YEAR_S: Final = 366 * _DAY_S
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LAST_EPOCH_S: Final = (date.max.toordinal() - _EPOCH_DAY + 1) * _DAY_S - 1

MONTHS: Final[Mapping[str, int]] = MappingProxyType(
    {"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6}
    | {"Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12}
)
"""English month names as `strftime` %b writes them in the C locale, to 1..12."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A point in time as a log line says it.

    `text` is ISO 8601: `2022-03-25T15:35:53.25+08:00`, `--03-25T15:35:53` without a year, `15:35:53.25` for a time
    of day. Digits of the fraction are kept as they were; the zone is there only when the log names an offset.
    `seconds`: full: since 1970-01-01 UTC (read as UTC where no zone is named); yearless: since 1 January of a leap
    year; clock: since midnight. A float: to about a microsecond for `full`.
    """

    text: str
    kind: Kind
    seconds: float
    zoned: bool = False


def elapsed(earlier: Stamp, later: Stamp) -> float | None:
    """Seconds from `earlier` to `later`, negative when they stand the other way round.

    None when the kinds differ, or when only one of the two names its zone. Stamps without a year and times of day
    wrap: of the possible differences the one of least magnitude is taken, so 31 December to 1 January is a day and
    23:59 to 00:01 two minutes. Without a year every year counts as a leap year: where the end of February of a
    common year lies between the two, the answer is one day too long.
    """
    if earlier.kind != later.kind or earlier.zoned != later.zoned:
        return None
    seconds = later.seconds - earlier.seconds
    if earlier.kind == "full":
        return seconds
    period = _LEAP_YEAR_S if earlier.kind == "yearless" else _DAY_S
    if seconds > period / 2:
        return seconds - period
    if seconds < -period / 2:
        return seconds + period
    return seconds


def full(
    year: str, month: str, day: str, clock: str, fraction: str | None = None, *, zone: str | None = None
) -> Stamp | None:
    """The stamp of a whole date. `month` is a number or an English abbreviation, `clock` is `HH:MM:SS`.

    `fraction` is digits only; `zone` is `Z`, `UTC`, `GMT` or an offset (`+08`, `+0800`, `+08:00`). Any other zone
    (`CST` is three different ones) is left out: the stamp then names none.
    """
    when = _date(year, month, day)
    of_clock = _clock_seconds(clock)
    offset = _zone(zone or "")
    if when is None or of_clock is None or offset is None:
        return None
    name, offset_s = offset
    seconds = (when.toordinal() - _EPOCH_DAY) * _DAY_S + of_clock - offset_s
    text = f"{when.isoformat()}T{clock}{_dotted(fraction)}{name}"
    return Stamp(text, "full", seconds + _fraction_seconds(fraction), name != "")


def yearless(month: str, day: str, clock: str, fraction: str | None = None) -> Stamp | None:
    """The stamp of a date without its year; `clock` is `HH:MM:SS`, or `HH:MM` where the log says no more."""
    when = _date(str(_LEAP_YEAR), month, day)
    of_clock = _clock_seconds(clock)
    if when is None or of_clock is None:
        return None
    seconds = (when.timetuple().tm_yday - 1) * _DAY_S + of_clock + _fraction_seconds(fraction)
    return Stamp(f"--{when.month:02d}-{when.day:02d}T{clock}{_dotted(fraction)}", "yearless", seconds)


def of_day(clock: str, fraction: str | None = None) -> Stamp | None:
    """The stamp of a time of day, `clock` being `HH:MM:SS`."""
    of_clock = _clock_seconds(clock)
    if of_clock is None:
        return None
    return Stamp(f"{clock}{_dotted(fraction)}", "clock", of_clock + _fraction_seconds(fraction))


def epoch(seconds: int, fraction: str | None = None) -> Stamp | None:
    """The stamp of seconds since 1970-01-01 UTC; it names its zone, `Z`. None before 1970 and after the year 9999."""
    if not 0 <= seconds <= _LAST_EPOCH_S:
        return None
    days, rest = divmod(seconds, _DAY_S)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    text = f"{date.fromordinal(_EPOCH_DAY + days).isoformat()}T{clock}{_dotted(fraction)}Z"
    return Stamp(text, "full", seconds + _fraction_seconds(fraction), True)


_DATE_TIME = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?: ?([Zz]|UTC|GMT|[+-]\d\d:?\d\d))?", re.ASCII
)
_SYSLOG = re.compile(r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?", re.ASCII)
_CLOCK = re.compile(r"(\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?", re.ASCII)
_NUMBER = re.compile(r"(\d{9,19})(?:\.(\d{1,12}))?", re.ASCII)
_POWER = re.compile(r"\d\.\d{1,20}[eE]\+?\d{1,2}", re.ASCII)


def said(text: str) -> Stamp | None:
    """What the value of a time field says (JSON, logfmt): ISO 8601, syslog's form, a time of day, or an epoch number.

    The unit of an epoch number follows from its digits: up to 11 seconds, 14 milliseconds, 17 microseconds, 19
    nanoseconds.
    """
    text = text.strip()[:64]
    if m := _DATE_TIME.fullmatch(text):
        return full(m[1], m[2], m[3], m[4], m[5], zone=m[6])
    if m := _NUMBER.fullmatch(text):
        return _epoch_number(m[1], m[2] or "")
    if m := _SYSLOG.fullmatch(text):
        return yearless(m[1], m[2], m[3], m[4])
    if m := _CLOCK.fullmatch(text):
        return of_day(m[1], m[2])
    # zap writes seconds as a float, and encoders of large floats choose powers of ten.
    if _POWER.fullmatch(text) and (plain := _NUMBER.fullmatch(_written_out(text))):
        return _epoch_number(plain[1], plain[2] or "")
    return None


def _epoch_number(whole: str, fraction: str) -> Stamp | None:
    sub_second = next(digits for most, digits in ((11, 0), (14, 3), (17, 6), (19, 9)) if len(whole) <= most)
    if sub_second == 0:
        return epoch(int(whole), fraction[:9])
    return epoch(int(whole[:-sub_second]), whole[-sub_second:])


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), MONTHS.get(month) or int(month), int(day))
    except ValueError:
        return None


def _clock_seconds(clock: str) -> int | None:
    try:
        hour, minute, second = int(clock[:2]), int(clock[3:5]), int(clock[6:8] or 0)
    except ValueError:
        return None
    # 60 is a leap second; RFC 5424 forbids it, kernels and NTP clients print it.
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour * 3600 + minute * 60 + second


def _zone(zone: str) -> tuple[str, int] | None:
    if zone in {"Z", "z", "UTC", "GMT"}:
        return "Z", 0
    if zone[:1] not in {"+", "-"}:
        return "", 0
    try:
        hours, minutes = int(zone[1:3]), int(zone[3:].removeprefix(":") or 0)
    except ValueError:
        return None
    if hours > 23 or minutes > 59:
        return None
    seconds = hours * 3600 + minutes * 60
    return f"{zone[0]}{hours:02d}:{minutes:02d}", -seconds if zone[0] == "-" else seconds


def _dotted(fraction: str | None) -> str:
    return f".{fraction}" if fraction else ""


def _fraction_seconds(fraction: str | None) -> float:
    return float(f"0.{fraction}") if fraction else 0.0


def _written_out(power_of_ten: str) -> str:
    from decimal import Decimal  # noqa: PLC0415 - 3 ms for what few logs write

    return f"{Decimal(power_of_ten):f}"
