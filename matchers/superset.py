"""From an expression on text to one on bytes that Hyperscan can search: it finds at least whatever the first one finds.

The scan only has to name candidate lines; each is confirmed with the exact expression. So captures, look-around and
word edges are dropped, values lose their upper bounds, what stands at either end is cut to its shortest form (Hyperscan
reports every end of a final repeat), and a character that may not be ASCII becomes any run of one to four high bytes,
which also covers bytes that are not UTF-8 and were decoded with replacement.

A blank between two words becomes exactly one space. Hyperscan finds whole phrases ten to fifty times faster than words
with blanks of any length between them, so the text is brought to that form instead: each such place is noted as a
`Gap`, and lines in which a run of blanks stands there, or a tab anywhere, are scanned once more with each run as one
space (`matchers.forms`). Beside a value, where no phrase is broken, a blank is a run of spaces of any length. What an
expression says of blanks is loosened to what that keeps.

The expression is read with the parser of Python's own `re` (`re._parser`, undocumented but unchanged in 3.11 to 3.13; a
test compares the result with `re` itself on random text).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from matchers.errors import RegexError

_BLANKS = " \t"
_BLANK_CODES = frozenset(map(ord, _BLANKS))
_HIGH = r"[\x80-\xff]"
_MAX_WORD = 8  # characters of a word beside a gap
_UNBOUNDED_FROM = 16  # a longer bounded repeat costs Hyperscan states; without the bound it still ends with the line
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_CLASS_IN_CLASS = re.compile(r"(?<!\\)(?:\\\\)*(?:\[\^?\[|\[:\^?[a-z]{1,9}:\])")
_ZERO_WIDTH = (op.AT, op.ASSERT, op.ASSERT_NOT)
_REPLACEMENT = 0xFFFD  # what bytes that are not UTF-8 are decoded to
# Where case does not count, these letters have relatives that are not ASCII: to RE2 the Kelvin sign and the long s, to
# `re` also the Turkish dotted capital and the dotless small i.
_RELATIVES = {"k": "\u212a", "s": "\u017f", "i": "\u0130\u0131"}
_RELATED = frozenset(ord(letter) for pair in ("kK", "sS", "iI") for letter in pair)

Node = tuple[Any, Any]


Gap = tuple[tuple[str, ...], tuple[str, ...]]
"""One space between two words: the characters before it, the nearest last, and those behind it, as expressions."""


@dataclass(frozen=True, slots=True)
class Superset:
    """What Hyperscan is given: `expression`, `caseless`, and `literal`, the longest text that every hit must hold.

    `gaps` are the places where it wants exactly one space.
    """

    expression: bytes
    caseless: bool
    literal: bytes
    gaps: frozenset[Gap] = frozenset()


def superset(regex: str) -> Superset:
    """The superset of `regex`; raises RegexError for what no linear engine offers and for what fits the empty text."""
    with nesting_is_limited():
        return written(*read(regex))


@contextmanager
def nesting_is_limited() -> Iterator[None]:
    """What Python cannot read for its depth or length is a RegexError."""
    try:
        yield
    except (RecursionError, OverflowError):
        raise RegexError("too deeply nested or too long; split it into several matchers") from None


@lru_cache(maxsize=256)  # an expression is read for the scan, for its weight and for where a block begins
def read(regex: str) -> tuple[tuple[Node, ...], bool]:
    """(what the scan can look for of `regex`, whether case does not count)."""
    tree = _parse(regex)
    caseless = bool(tree.state.flags & re.IGNORECASE) or _ignores_case(tree)
    nodes = _trim(flatten(tree))
    if not _needs_text(nodes):
        raise RegexError("fits the empty text; name some text that must be there")
    return tuple(nodes), caseless


def written(parts: Iterable[Node], caseless: bool) -> Superset:
    """The expression for these nodes."""
    nodes = _trim(list(parts))
    writer = _Writer(caseless)
    expression = writer.sequence(nodes)
    literal = max(_literals(nodes), key=len, default=b"")
    return Superset(expression.encode("ascii"), caseless, literal, frozenset(writer.gaps))


def _parse(regex: str) -> Any:
    inner = _CLASS_IN_CLASS.search(regex)  # RE2 knows POSIX classes, `re` reads them as single characters
    if inner is not None:
        raise RegexError(
            "holds a class within a class; write [0-9] for [[:digit:]], or escape the bracket", inner.start()
        )
    try:
        return _parser.parse(regex)
    except re.error as error:
        raise RegexError(error.msg, error.pos or 0) from None
    except Warning as warning:
        raise RegexError(str(warning)) from None


def _ignores_case(nodes: Iterable[Node]) -> bool:
    """Whether a group of its own, `(?i:...)`, ignores case; the scan then does so everywhere."""
    for code, argument in nodes:
        if code is op.SUBPATTERN and (argument[1] & re.IGNORECASE or _ignores_case(argument[3])):
            return True
        if code is op.ATOMIC_GROUP and _ignores_case(argument):
            return True
        if code is op.BRANCH and any(_ignores_case(branch) for branch in argument[1]):
            return True
        if code in _REPEATS and _ignores_case(argument[2]):
            return True
    return False


def flatten(nodes: Iterable[Node]) -> list[Node]:
    """The sequence without what has no width and with plain groups opened."""
    out: list[Node] = []
    for code, argument in nodes:
        if code is op.LITERAL:  # most are
            out.append((code, argument))
        elif code in _ZERO_WIDTH:
            continue
        elif code is op.SUBPATTERN:
            out.extend(flatten(argument[3]))
        elif code is op.ATOMIC_GROUP:
            out.extend(flatten(argument))
        elif code is op.GROUPREF or code is op.GROUPREF_EXISTS:
            raise RegexError("refers back to a group, which needs more than linear time; write the two cases out")
        else:
            out.append((code, argument))
    return out


def _trim(nodes: list[Node]) -> list[Node]:
    """Cut repeats at both ends to what they need at the least, and drop what may be missing."""
    for end in (0, -1):
        while nodes:
            code, argument = nodes[end]
            if code in _REPEATS and argument[0] > 0 and not _may_be_blank(nodes[end]):
                nodes[end] = (op.MAX_REPEAT, (argument[0], argument[0], argument[2]))
                break
            if code not in _REPEATS and not _is_blank_character(nodes[end]):
                break
            del nodes[end]
    if len(nodes) > 2 and nodes[0][0] is op.LITERAL and nodes[1][0] in _REPEATS and nodes[1][1][0] > 0:
        # Of several expressions that begin with the same character and run ("R[0-9]+ x", "R[0-9]+ y") Hyperscan 5.4
        # loses hits that begin a dozen bytes or more into the text.
        return _trim(nodes[1:])
    return nodes


def _needs_text(nodes: Iterable[Node]) -> bool:
    """Whether every text that fits has a character that is no blank."""
    for node in nodes:
        code, argument = node
        if code is op.BRANCH:
            if all(_needs_text(flatten(branch)) for branch in argument[1]):
                return True
        elif code in _REPEATS:
            if argument[0] > 0 and _needs_text(flatten(argument[2])):
                return True
        elif not _is_blank_character(node):
            return True
    return False


def _is_blank_character(node: Node) -> bool:
    return node[0] in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN) and _may_be_blank(node)


class _Writer:
    """Writes nodes as an expression on bytes, and notes its gaps."""

    def __init__(self, caseless: bool) -> None:
        self._caseless = caseless
        self.gaps: set[Gap] = set()

    def sequence(self, nodes: Iterable[Node]) -> str:
        """The nodes one after the other."""
        flat = flatten(nodes)
        texts = ["" if _is_blank_literal(node) else self._emit(node) for node in flat]
        words = [text if node[0] is op.LITERAL else "" for node, text in zip(flat, texts, strict=True)]
        return "".join(
            self._blank(flat, index, words) if _is_blank_literal(node) else texts[index]
            for index, node in enumerate(flat)
        )

    def _blank(self, flat: Sequence[Node], index: int, words: Sequence[str]) -> str:
        """A blank may be missing where another one can stand beside it, as runs are one space.

        `words` has the characters of the words among the nodes, nothing for what is none.
        """
        inside = 0 < index < len(flat) - 1
        if not inside or _may_be_blank(flat[index - 1]) or _may_be_blank(flat[index + 1]):
            return r"\x20{0,}"
        before = tuple(takewhile(bool, words[max(0, index - _MAX_WORD) : index][::-1]))[::-1]
        behind = tuple(takewhile(bool, words[index + 1 : index + 1 + _MAX_WORD]))
        if not (before and behind):
            return r"\x20{1,}"
        self.gaps.add((before, behind))
        return r"\x20"

    def _emit(self, node: Node) -> str:
        code, argument = node
        if code is op.LITERAL:
            return _literal(argument, self._caseless)
        if code is op.NOT_LITERAL or code is op.ANY or code is op.IN:
            members, high = _char_class(node, self._caseless)
            return _class_text(members, high, bounds="?" if _BLANK_CODES & members else "")
        if code is op.BRANCH:
            return "(?:" + "|".join(map(self.sequence, argument[1])) + ")"
        if code in _REPEATS:
            return self._repeat(argument)
        raise RegexError(f"uses {str(code).lower()}, which is not supported; write it with plain groups and repeats")

    def _repeat(self, argument: tuple[int, Any, Iterable[Node]]) -> str:
        least, most, inner_nodes = argument
        inner = flatten(inner_nodes)
        unbounded = most is op.MAXREPEAT or most > _UNBOUNDED_FROM
        if len(inner) == 1 and inner[0][0] in (op.NOT_LITERAL, op.ANY, op.IN):
            ascii_part, high = _char_class(inner[0], self._caseless)
            if _BLANK_CODES & ascii_part:
                least = 0  # a run of blanks is one space, and that may belong to what stands beside it
            top = "" if unbounded else str(most * 4 if high else most)
            return _class_text(ascii_part, high, bounds=f"{{{least},{top}}}")
        text = self.sequence(inner)
        if not text:
            return ""
        return f"(?:{text}){{{least},{'' if unbounded else most}}}"


def _is_blank_literal(node: Node) -> bool:
    return node[0] is op.LITERAL and chr(node[1]) in _BLANKS


def _may_be_blank(node: Node) -> bool:
    """Whether a character at an edge of what this node takes can be a blank, or the node can take nothing at all."""
    code, argument = node
    if code is op.LITERAL:
        return chr(argument) in _BLANKS
    if code in (op.NOT_LITERAL, op.ANY, op.IN):
        return not _BLANK_CODES.isdisjoint(_char_class(node, caseless=False)[0])
    if code in _REPEATS:
        inner = flatten(argument[2])
        return argument[0] == 0 or not inner or _may_be_blank(inner[0]) or _may_be_blank(inner[-1])
    if code is op.BRANCH:
        branches = [flatten(branch) for branch in argument[1]]
        return any(not each or _may_be_blank(each[0]) or _may_be_blank(each[-1]) for each in branches)
    return True


def _literal(char: int, caseless: bool) -> str:
    relatives = _relatives(chr(char)) if caseless else ""
    if relatives:
        return f"(?:{'|'.join(map(_bytes_of, relatives))})"
    if char == _REPLACEMENT or (caseless and char >= 0x80):
        return _HIGH + "{1,4}"
    return _bytes_of(chr(char))


@lru_cache(maxsize=512)
def _bytes_of(char: str) -> str:
    data = char.encode("utf-8", "replace")
    return "".join(chr(byte) if byte < 0x80 and chr(byte).isalnum() else f"\\x{byte:02x}" for byte in data)


def _relatives(char: str) -> str:
    """All forms of a letter that has some outside ASCII, empty for every other character."""
    for letter, others in _RELATIVES.items():
        forms = letter + letter.upper() + others
        if char in forms:
            return forms
    return ""


def _class_text(members: frozenset[int], high: bool, bounds: str) -> str:
    """A byte class; with `high` it takes what is not ASCII, whose every character is one to four bytes."""
    if not members and not high:
        raise RegexError("a class that takes nothing but a newline never fits: lines are looked at one by one")
    members = members | {0x20} if 0x09 in members else members  # a tab has become a space
    ranges = "".join(f"\\x{low:02x}-\\x{top:02x}" for low, top in _ranges(sorted(members)))
    if not high:
        return f"[{ranges}]{bounds}"
    both = f"[{ranges}\\x80-\\xff]"
    return both + {"": "{1,4}", "?": "{0,4}"}.get(bounds, bounds)


def _ranges(values: Sequence[int]) -> Iterable[tuple[int, int]]:
    start = previous = None
    for value in values:
        if previous is not None and start is not None and value != previous + 1:
            yield start, previous
            start = None
        start = value if start is None else start
        previous = value
    if start is not None and previous is not None:
        yield start, previous


_CATEGORIES: dict[Any, tuple[str, bool]] = {
    op.CATEGORY_DIGIT: (r"\d", False),
    op.CATEGORY_NOT_DIGIT: (r"\d", True),
    op.CATEGORY_SPACE: (r"\s", False),
    op.CATEGORY_NOT_SPACE: (r"\s", True),
    op.CATEGORY_WORD: (r"\w", False),
    op.CATEGORY_NOT_WORD: (r"\w", True),
}


def _char_class(node: Node, caseless: bool) -> tuple[frozenset[int], bool]:
    """The ASCII members of a class (newline never: messages are lines) and whether it takes anything else."""
    code, argument = node
    everything = frozenset(range(0x80)) - {0x0A}
    if code is op.ANY:
        return everything, True
    if code is op.NOT_LITERAL:
        return everything - {argument}, True
    negated = any(kind is op.NEGATE for kind, _value in argument)
    members, high = _listed(argument)
    if negated:
        return everything - members, True
    if caseless:
        high, members = high or bool(members & _RELATED), members | (_RELATED if high else frozenset())
    return everything & members, high


def _listed(items: Iterable[Node]) -> tuple[frozenset[int], bool]:
    """The ASCII members that a class lists, and whether it lists others."""
    members, high = set[int](), False
    for kind, value in items:
        if kind is op.LITERAL:
            members.add(value)
            high = high or value >= 0x80
        elif kind is op.RANGE:
            members.update(range(value[0], min(value[1], 0x7F) + 1))
            high = high or value[1] >= 0x80
        elif kind is op.CATEGORY:
            members |= _members_of(value)
            high = True
    return frozenset(members), high


@lru_cache
def _members_of(category: Any) -> frozenset[int]:
    """The ASCII characters of a category such as digits."""
    text, inverted = _CATEGORIES[category]
    return frozenset(c for c in range(0x80) if bool(re.match(text, chr(c))) != inverted)


def _literals(nodes: Iterable[Node]) -> list[bytes]:
    """Every run of literal bytes that each hit must hold."""
    runs, run = [], b""
    for code, argument in nodes:
        if code is op.LITERAL:
            run += chr(argument).encode("utf-8", "replace")
            continue
        runs.append(run)
        run = b""
        if code in _REPEATS and argument[0] > 0:
            runs.extend(_literals(flatten(argument[2])))
        elif code is op.BRANCH:
            branches = [max(_literals(flatten(branch)), key=len, default=b"") for branch in argument[1]]
            runs.append(min(branches, key=len))
    runs.append(run)
    return runs
