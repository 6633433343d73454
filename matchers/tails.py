"""What of an expression the scan looks for: its last fixed words, of each of its alternatives.

Hyperscan finds plain texts for next to nothing, however many there are. Each value between two of them costs it half a
millisecond of compiling, a kilobyte of memory, and time in every scan. So the scan is given only as much of the end of
a message as makes it unlikely in other lines, and what stands before is left to confirming. The end, for there
messages say what went wrong; how they begin they share with many others (`ixgbe 0000:83:00.0 eth0: `).

An alternation becomes one expression for each of its branches, most of which are plain texts then. Whatever stands
between fixed words becomes any text, blanks beside it included: where a class or a repeat follows on any text
(`.*['"] +should`, `.* *should`) Vectorscan 5.4.12 loses hits a dozen bytes on (issue 382 of VectorCamp/vectorscan).
"""

from collections.abc import Sequence
from re import _constants as op  # type: ignore[attr-defined]

from matchers.superset import Node, Superset, flatten, nesting_is_limited, read, written

_ENOUGH = 10  # characters of fixed text, blanks not counted, with which a tail is long enough
_LEAST = 8  # the same where nothing but values or another alternation stands before
_SHORTEST = 3  # a shorter text, or word, is passed over
_MOST_WORDS = 3
_MOST = 300  # expressions of one wording; an alternation that would make more stays one
_ANY_TEXT: Node = (op.MAX_REPEAT, (0, op.MAXREPEAT, ((op.ANY, None),)))


def supersets(regex: str) -> tuple[Superset, ...]:
    """Expressions of which one at the least hits whatever `regex` finds; raises RegexError as `superset` does."""
    with nesting_is_limited():
        nodes, caseless = read(regex)
        return tuple(dict.fromkeys(written(tail, caseless) for tail in _tails(nodes)))


def first_words(regex: str) -> list[str]:
    """Words that stand in every text that `regex` finds, those it begins with; none where case does not count."""
    nodes, caseless = read(regex)
    fixed = "".join(chr(argument) if code is op.LITERAL else " " for code, argument in nodes)
    return [] if caseless else [word for word in fixed.split() if len(word) >= _SHORTEST][:_MOST_WORDS]


def _tails(nodes: Sequence[Node]) -> list[Sequence[Node]]:
    """The tails of all alternatives; the nodes themselves where they hold too little fixed text."""
    tail: list[Node] = []
    total, end = 0, len(nodes)
    for start in range(len(nodes) - 1, -1, -1):
        code = nodes[start][0]
        if code is not op.LITERAL:
            if code is op.BRANCH and total < _LEAST:
                return _branched(nodes, start)
            if code is op.BRANCH:
                break
            end = start
        elif start == 0 or nodes[start - 1][0] is not op.LITERAL:
            text = _without_blanks(nodes[start:end])
            solid = sum(not chr(char).isspace() for _, char in text)
            if solid >= _SHORTEST:
                tail = [*text, _ANY_TEXT, *tail]
                total += solid
            if total >= _ENOUGH:
                break
    return [tail if total >= _LEAST else nodes]


def _branched(nodes: Sequence[Node], place: int) -> list[Sequence[Node]]:
    """The tails of what the nodes are with each branch of the alternation that stands at this place."""
    tails: list[Sequence[Node]] = []
    for branch in nodes[place][1][1]:
        tails += _tails([*nodes[:place], *flatten(branch), *nodes[place + 1 :]])
        if len(tails) > _MOST:
            return [nodes]
    return tails


def _without_blanks(text: Sequence[Node]) -> Sequence[Node]:
    """The text without the blanks at its ends."""
    solid = [place for place, (_, char) in enumerate(text) if not chr(char).isspace()]
    return text[solid[0] : solid[-1] + 1] if solid else ()
