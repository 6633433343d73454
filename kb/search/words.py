"""Words of Chinese text: cut by rjieba where it is installed, else every two neighbouring characters.

cut("网卡将会重启")    ["网卡", "将", "会", "重启"], without rjieba ["网卡", "卡将", "将会", "会重", "重启"]

Words of the trade that the dictionary cuts in two (套|接字) are put together again.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

from kb.search.vocabulary import SAME

_VOCABULARY = frozenset(SAME) | frozenset(word for words in SAME.values() for word in words)
_MOST_PIECES = 3


def _dictionary() -> ModuleType | None:
    try:
        return import_module("rjieba")
    except ImportError:  # a platform without a wheel
        return None


rjieba = _dictionary()


def cut(run: str) -> Sequence[str]:
    """The words of a run of Chinese characters, in order; of a single character, the character."""
    if rjieba is not None:
        return _rejoined(rjieba.cut(run, False))
    return pairs(run) or [run]


def _rejoined(cut_words: Sequence[str]) -> Sequence[str]:
    """The words, neighbours that are one word of the vocabulary as one; the longest first."""
    joined: list[str] = []
    at = 0
    while at < len(cut_words):
        last = min(len(cut_words), at + _MOST_PIECES)
        ends = (end for end in range(last, at + 1, -1) if "".join(cut_words[at:end]) in _VOCABULARY)
        end = next(ends, at + 1)
        joined.append("".join(cut_words[at:end]))
        at = end
    return joined


def pairs(run: str) -> list[str]:
    """Every two neighbouring characters."""
    return [run[at : at + 2] for at in range(len(run) - 1)]


def cutter() -> str:
    """What cuts, with its version: an index is only good for queries that are cut the same way."""
    return "pairs" if rjieba is None else f"rjieba {version('rjieba')}"
