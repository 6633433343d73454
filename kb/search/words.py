"""Words of Chinese text: cut by rjieba where it is installed, else every two neighbouring characters.

cut("网卡将会重启")    ["网卡", "将", "会", "重启"], without rjieba ["网卡", "卡将", "将会", "会重", "重启"]
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from types import ModuleType


def _dictionary() -> ModuleType | None:
    try:
        return import_module("rjieba")
    except ImportError:  # a platform without a wheel
        return None


rjieba = _dictionary()


def cut(run: str) -> Sequence[str]:
    """The words of a run of Chinese characters, in order; of a single character, the character."""
    if rjieba is not None:
        words: list[str] = rjieba.cut(run, False)
        return words
    return pairs(run) or [run]


def pairs(run: str) -> list[str]:
    """Every two neighbouring characters."""
    return [run[at : at + 2] for at in range(len(run) - 1)]


def cutter() -> str:
    """What cuts, with its version: an index is only good for queries that are cut the same way."""
    return "pairs" if rjieba is None else f"rjieba {version('rjieba')}"
