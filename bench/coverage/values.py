"""A format with values: each conversion is replaced by a seeded value of the kind its list says it has.

Three ways of formatting are read: the kernel's and libc's printf (`%pI4`, `%pe`), BIRD's (`%I`, `%R`, `%N`, `%J`, `%m`;
BIRD 2, lib/printf.c), and Go's (`%w`, `%q`, `%T`).
"""

import random
import re
from collections.abc import Callable

from bench.coverage.lists import Format
from bench.coverage.words import WORDS

_C = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\d*)(?:\.(?P<precision>\d+))?(?:hh|h|ll|l|z|t)?"
    r"(?P<verb>p(?:I4b?|I6c?|NF|[Mm]|[eSsFx](?![a-z]))?|[diouxXcs%])"
)
_BIRD = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\d*)(?:\.(?P<precision>\d+))?l{0,2}(?P<verb>I[46]|[IJNRmMtudixXspc%])"
)
_GO = re.compile(r"%(?P<flags>[-+#0]*)(?P<width>\d*)(?P<precision>)(?P<verb>[svdqwTxtpc%])")
_NUMERIC = frozenset("diouxX")

_NUMBERS = {
    "regno": (0, 10),
    "size": (1, 4096),
    "mtu": (68, 9216),
    "vlan": (1, 4094),
    "queue": (0, 63),
    "asn": (64496, 65551),
    "speed": (10, 100_000),
    "errno": (-110, -1),
    "off": (-512, 4096),
}
"""From and to, by kind; a number of any other kind is 0 to 65535."""


def fill(message: Format, rng: random.Random) -> str:
    """The text of the message with values of its kinds."""
    kinds = iter(message.args)
    expression = _GO if message.prefix == "go" else _BIRD if message.list == "bird" else _C

    def value(found: re.Match[str]) -> str:
        if found["verb"] == "%":
            return "%"
        return _value(found, next(kinds, "num"), rng)

    return expression.sub(value, message.text)


def _value(found: re.Match[str], kind: str, rng: random.Random) -> str:
    if kind.startswith("lit:"):
        return rng.choice(kind.removeprefix("lit:").split("|"))
    if found["verb"][-1] in _NUMERIC and len(found["verb"]) == 1:
        return _number(found, kind, rng)
    if kind == "proto" and found.string[: found.start()].endswith("."):
        return rng.choice(WORDS["channel"])
    made = _MADE.get(kind)
    text = made(rng) if made else rng.choice(WORDS.get(kind, WORDS["word"]))
    if found["verb"] == "pm":
        return text.replace(":", "")
    return f": {text}" if "#" in found["flags"] and kind == "errstr" else text


def _number(found: re.Match[str], kind: str, rng: random.Random) -> str:
    """A number as C prints it: only `%d` and `%i` show a sign."""
    number = rng.randint(*_NUMBERS.get(kind, (0, 65_535)))
    verb = {"i": "d", "u": "d"}.get(found["verb"], found["verb"])
    if found["verb"] not in "di":
        number = abs(number)
    precision = f"0{found['precision']}" if found["precision"] else f"{_zero(found)}{found['width']}"
    return ("0x" if "#" in found["flags"] and verb in "xX" else "") + format(number, f"{precision}{verb}")


def _zero(found: re.Match[str]) -> str:
    return "0" if "0" in found["flags"] and found["width"] else ""


def _ip4(rng: random.Random) -> str:
    return f"{rng.choice(['192.0.2', '198.51.100', '203.0.113'])}.{rng.randint(1, 254)}"


def _ip6(rng: random.Random) -> str:
    return f"2001:db8:{rng.randint(1, 0xFFFF):x}::{rng.randint(1, 0xFFFF):x}"


def _net(rng: random.Random) -> str:
    return rng.choice([f"198.51.100.{rng.randrange(0, 256, 16)}/28", f"2001:db8:{rng.randint(1, 0xFFFF):x}::/48"])


def _mac(rng: random.Random) -> str:
    return ":".join(f"{octet:02x}" for octet in (2, *(rng.randrange(256) for _ in range(5))))


def _tnum(rng: random.Random) -> str:
    known = rng.choice([0, 0x10, 0xFFFFFFFF00000000])
    return f"({known:#x}; {rng.choice([0x7, 0xFF, 0xFFFF, 0xFFFFFFFF]):#x})"


def _range(rng: random.Random) -> str:
    return f"[{rng.choice([0, -4095])}, {rng.randint(1, 3)}]"


def _regarg(rng: random.Random) -> str:
    """The register an argument is in, or its place on the stack (kernel 7.2, kernel/bpf/verifier.c, reg_arg_name())."""
    return rng.choice([f"R{rng.randint(1, 5)}"] * 3 + [f"*(R11-{8 * rng.randint(1, 4)})"])


_MADE: dict[str, Callable[[random.Random], str]] = {
    "ip": lambda rng: rng.choice([_ip4, _ip6])(rng),
    "ip4": _ip4,
    "ip6": _ip6,
    "ip6l": lambda rng: "2001:0db8:" + ":".join(f"{rng.randrange(0x10000):04x}" for _ in range(6)),
    "rid": _ip4,
    "net": _net,
    "mac": _mac,
    "machex": lambda rng: _mac(rng).replace(":", ""),
    "tnum": _tnum,
    "range": _range,
    "regarg": _regarg,
    "ptr": lambda rng: f"{rng.randrange(1 << 32):016x}",
    "hex": lambda rng: f"{rng.randrange(1 << 16):x}",
    "feat": lambda rng: f"0x{rng.randrange(1 << 40):016x}",
    "birdtime": lambda rng: f"{rng.randrange(60)}.{rng.randrange(1000):03}",
    "num": lambda rng: str(rng.randint(1, 65_535)),
    "size": lambda rng: str(rng.randint(1, 4096)),
    "off": lambda rng: str(rng.randint(0, 4096)),
    "char": lambda rng: rng.choice("abxz?"),
    "goq": lambda rng: f'"{rng.choice(WORDS["ident"])}"',
}
"""Values that are made rather than chosen, by kind."""
