"""The types a captured value can have: what each takes, what it becomes, and where it may be used.

Every type is an expression that is bounded in length and never gives back what it took (possessive or atomic), so that
a pattern made of types and literal text runs in linear time, and a `read` that says whether the text really is such a
value. `word` and `text` end where the pattern's next literal text begins; that part is added by `matchers.wording`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Value = int | str

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}(?![0-9])"
# An address may be followed by a colon of the message ("nbr 2001:db8::1: ..."), so it ends in a digit group or in "::",
# and by a point ("2001:db8::1.443 >" of tcpdump); what goes on like a dotted quad is none.
_IPV6 = (
    r"(?=[0-9A-Fa-f]|::(?!::))(?:[0-9A-Fa-f]{0,4}:){2,8}"
    rf"(?:{_IPV4}|[0-9A-Fa-f]{{1,4}}(?![0-9A-Fa-f]|\.[0-9]{{1,3}}\.)|(?<=::)(?<!:::))"
)
_ZONE = r"(?:%[A-Za-z0-9_](?:[A-Za-z0-9_-]|[.](?=[A-Za-z0-9_])){0,14}+)?+"
# Blanks, what quotes, brackets and ends a path in prose (Chinese prose, too), and what a shell would take for its own.
_ENDS_PATH = r"\s:;,'\"`()<>\[\]{}|&$\\\u2010-\u2027\u3000-\u303f\uff00-\uffef"
_UNITS = (
    *("nsecs", "nsec", "ns", "usecs", "usec", "us", "msecs", "msec", "ms", "seconds", "second", "secs", "sec", "s"),
    *("minutes", "minute", "mins", "min", "m", "hours", "hour", "h", "days", "day", "d"),
)  # each before those it begins with: the first that fits is final


@dataclass(frozen=True, slots=True)
class FieldType:
    """One type of value.

    `regex` has no capturing group. `read` turns the text into an `int` or a `str` and raises ValueError for text that
    only looks right. `in_commands` says whether a value may stand in a command that a person pastes into a shell.
    """

    name: str
    regex: str
    read: Callable[[str], Value]
    in_commands: bool = True
    numeric: bool = False
    loose: str = ""  # a shorter expression that takes at least the same text, for the scan; "" = `regex` itself


def _read_hex(text: str) -> str:
    int(text, 16)
    return text


def _read_ip(text: str) -> str:
    import socket  # noqa: PLC0415 - 3 ms that only a found address costs

    address = text.partition("%")[0]
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    except OSError:
        raise ValueError(f'"{text}" is not an address') from None
    return text


def _read_prefix(text: str) -> str:
    address, _, length = text.partition("/")
    _read_ip(address)
    if not length.isdigit() or int(length) > (128 if ":" in address else 32):
        raise ValueError(f'"{text}" is not a prefix')
    return text


def _read_iface(text: str) -> str:
    name = text.partition("@")[0]  # `ip link` shows veth12ab@if5; the name is what stands before
    if len(name) > 15:  # IFNAMSIZ is 16 with the final NUL (include/uapi/linux/if.h)
        raise ValueError(f'"{name}" is longer than 15 characters')
    return name


def _read_flags(text: str) -> str:
    return " ".join(text.split())  # the kernel pads those that are not set (kernel/panic.c, print_tainted())


def _read_quoted(text: str) -> str:
    return text[1:-1]


def _read_text(text: str) -> str:
    return text.strip()


TYPES: dict[str, FieldType] = {
    kind.name: kind
    for kind in (
        FieldType("int", r"[-+]?+[0-9]{1,20}+", int, numeric=True, loose=r"[-+0-9]+"),
        FieldType("hex", r"(?:0[xX])?+[0-9A-Fa-f]{1,16}+", _read_hex, numeric=True, loose=r"[0-9A-Fa-fxX]+"),
        FieldType("ip", rf"(?>(?:{_IPV4}|{_IPV6}){_ZONE})", _read_ip, loose=r"[0-9A-Za-z.:%_-]+"),
        FieldType("prefix", rf"(?>(?:{_IPV4}|{_IPV6})/[0-9]{{1,3}}+)", _read_prefix, loose=r"[0-9A-Fa-f.:]+/[0-9]+"),
        FieldType("mac", r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}+(?![:-][0-9A-Fa-f])", str),
        FieldType("pci", r"(?:[0-9A-Fa-f]{4,8}:)?+[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-7]", str),
        FieldType(
            "iface",
            r"[A-Za-z0-9](?:[A-Za-z0-9_+-]|[.](?=[A-Za-z0-9_])|:(?=[0-9])){0,31}+(?:@[A-Za-z0-9_.-]{1,15}+)?+",
            _read_iface,
            loose=r"[0-9A-Za-z_.:@+-]+",
        ),
        FieldType("ident", r"[A-Za-z_](?:[A-Za-z0-9_]|[.-](?=[A-Za-z0-9_])){0,127}+", str, loose=r"[A-Za-z0-9_.-]+"),
        FieldType(
            "path",
            # A point at its end is the sentence's.
            rf"\.{{0,2}}/(?:[^{_ENDS_PATH}.]|\.++(?![{_ENDS_PATH}]|$)){{0,255}}+",
            str,
            loose=rf"\.{{0,2}}/[^{_ENDS_PATH}]*",
        ),
        FieldType(
            "duration",
            rf"[0-9]{{1,12}}+(?:\.[0-9]{{1,9}}+)?+[ ]?+(?>{'|'.join(_UNITS)})(?![A-Za-z])",
            str,
            loose=r"[0-9][0-9. a-z]*",
        ),
        FieldType(
            "flags",
            r"[A-Z]{1,30}+(?:[ ]{1,30}+[A-Z]{1,30}+(?![A-Za-z0-9_])){0,10}+(?![A-Za-z0-9_])",
            _read_flags,
            in_commands=False,
            loose=r"[A-Z ]+",
        ),
        FieldType("word", r"[^\s]{1,256}+", str, in_commands=False),
        FieldType(
            "quoted",
            r"(?>'[^'\n]{0,256}'|\"[^\"\n]{0,256}\"|`[^'`\n]{0,256}['`])",
            _read_quoted,
            in_commands=False,
            loose=r"['\"`].*['\"`]",
        ),
        FieldType("text", r"[^\n]{1,1024}+", _read_text, in_commands=False),
    )
}
"""All types by name."""

MAX_OPEN = {"word": 256, "text": 1024}
"""How many characters a value that ends at the pattern's next literal text may have."""

CHOICE = FieldType("choice", "", str)
"""The type of `{driver:=ixgbe|ixgbevf}`: strict, for the author wrote down every value it can take."""

_SAFE_START = re.compile(r"[A-Za-z0-9/]")


def type_of(name: str) -> FieldType:
    """The type called `name`; every name that begins with `=` is a choice."""
    return CHOICE if name.startswith("=") else TYPES[name]


def fits_command(name: str, value: Value) -> bool:
    """Whether a value of the type called `name` may be put into a command.

    Log text is hostile: only strict types go in, and only values that begin with a letter, a digit or `/`, so that none
    is read as an option.
    """
    kind = type_of(name)
    if not kind.in_commands:
        return False
    return isinstance(value, int) or _SAFE_START.match(value) is not None


def read_value(name: str, text: str) -> Value:
    """The value of type `name` that the whole of `text` is; raises ValueError where it is none."""
    if name.startswith("="):
        if text in name[1:].split("|"):
            return text
        raise ValueError(f'"{text}" is none of {name[1:]}')
    kind = TYPES[name]
    if re.fullmatch(kind.regex, text) is None:
        raise ValueError(f'"{text[:60]}" is not of the type {name}')
    return kind.read(text)
