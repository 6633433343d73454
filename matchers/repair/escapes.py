r"""Escapes of JSON, logfmt and programs that print strings, however deep: `\n`, `\\n`, `\"`, `\t`, `\u003c`, `\x1b`.

    "level":"error","error":"0: R1=ctx()\nmath between ...","caller":"main.go:12        a piece of JSON
    {\"code\":2,\"message\":\"{\\\"error\\\":\\\"...\\\"}\"}                                 JSON in JSON
    230: (0f) r4 += r3\nmath between ...                                                no quotes at all
    rcu: #0111-...!: (1 GPs behind)                                                     rsyslog's #011 and #012

Strings that are data are put on lines of their own. A whole JSON object on a line is an envelope and left alone, and so
are string literals of source code, so that what a program would print is not taken for what it printed: what is quoted
behind `(`, `,` or `= ` is code, behind `:` or `key=` it is data. Sources: RFC 8259, section 7; Go, strconv.Quote;
rsyslog, $EscapeControlCharactersOnReceive.
"""

import re
from typing import Final

from matchers.envelopes.json_text import load_object

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "escapes"

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[nrt\"'/\\])")
_SIGN = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[nrt\"'/])")
_OCTAL = re.compile(r"#0(?:1[125]|33)")
_STRING = re.compile(r"(?<!\\)(?:\"((?:[^\"\\\n]|\\[^\n])*+)(?:\"|\\?$)|'((?:[^'\"\\\n]|\\[^\n])*+)')")
_PIECE = re.compile(r"\":[ \t]?\"|\"[ \t]?[,}\]]")
_LEAD_OF_DATA = re.compile(r"(?:[\w\])]=|:[ \t]{0,4}|[{\[][ \t]{0,4})\Z")
_LEAD_OF_PROSE = re.compile(r"[\w)](?<!\breturn)(?<!\bprintf)(?<!\becho)(?<!\bprint)(?<! -e)[ \t]\Z")
_INNER_NEWLINE = re.compile(r"\\n(?![\"'])")
_CALL_ENDS = re.compile(r"[ \t]{0,4}[);]")
_END_OF_STRING = re.compile(r"(?<!\\)\"(?=[ \t]?[,}\]])")
_MAX_DEPTH: Final = 5
_MIN_WORDS: Final = 3
_NAMED: Final = {"n": "\n", "t": "\t", "r": ""}  # what is not here stands for itself


def signs(text: str) -> bool:
    """Whether there is a backslash with what can be escaped behind it, or a piece of JSON."""
    if "\\" in text and _SIGN.search(text):
        return True
    return ("#0" in text and _OCTAL.search(text) is not None) or ('":' in text and _PIECE.search(text) is not None)


def undo(text: str) -> str:
    """The text with its escapes undone; newlines that were escaped begin new lines."""
    for _ in range(_MAX_DEPTH):
        shallower = "\n".join(_undone(line) for line in text.split("\n"))
        if shallower == text:
            break
        text = shallower
    return _OCTAL.sub(lambda found: chr(int(found[0][1:], 8)), text)


def _undone(line: str) -> str:
    """One line with one level of escapes undone."""
    if "\\" not in line and '":' not in line:
        return line
    if line.lstrip().startswith("{") and "\\\\" not in line and load_object(line) is not None:
        return line
    out, at = [], 0
    for string in _STRING.finditer(line):
        body = string[1] if string[1] is not None else string[2]
        if "\\" not in body and len(body.split(maxsplit=_MIN_WORDS)) < _MIN_WORDS:
            continue
        kept = _string(line, string, body)
        if kept is not None:
            out += [_unescaped(line[at : string.start()]), kept]
            at = string.end()
    rest = line[at:]
    if at and '"' in rest:
        rest = _END_OF_STRING.sub("\n", rest)
    return "".join(out) + _unescaped(rest)


def _string(line: str, string: re.Match[str], body: str) -> str | None:
    """What stands for a string: itself for code, its text on a line of its own for data, None for nothing special."""
    lead = line[max(0, string.start() - 8) : string.start()]
    if _CALL_ENDS.match(line, string.end()):
        return string[0]
    if _LEAD_OF_DATA.search(lead):
        is_pair = lead.rstrip().endswith(":")
        return f"\n{_unescaped(body)}\n" if is_pair or _INNER_NEWLINE.search(body) else None
    return None if _LEAD_OF_PROSE.search(lead) and _INNER_NEWLINE.search(body) else string[0] if "\\" in body else None


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    code = escape[1]
    if len(code) == 1:
        return _NAMED.get(code, code)
    char = chr(int(code[1:], 16))
    return "\ufffd" if "\ud800" <= char <= "\udfff" else char
