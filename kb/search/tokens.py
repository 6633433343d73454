"""Text to tokens: the one analyzer for English, Chinese and logs, for entries and for queries alike.

    restarting                 word        restart
    bpf_map_lookup_elem        compound    the whole, its runs (map.lookup), and its parts (bpf, map, lookup, elem)
    0000:83:00.0, 9000, eth0   value       like a compound, but says nothing where no entry names it
    -12                        errno       enomem as well
    网卡将会重启                Chinese     words, and pairs of characters that might be one

A term is what stands in the index. The whole of a compound is its parts joined by dots, whatever joined them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kb.search import words
from kb.search.errnos import SPELLINGS
from kb.search.folding import fold, fold_shape
from kb.search.library import stem
from kb.search.stopwords import CHINESE, ENGLISH

Kind = Literal["word", "compound", "value", "errno", "chinese", "characters"]
"""`characters`: Chinese that the dictionary has no word for."""
MAX_PARTS = 8
MAX_TERM = 80
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    r"|(?<![\w.)\]-])(?P<errno>-[0-9]{1,3})(?![\w.-])"
    r"|(?P<plain>[^\W_]+(?:[_./:@+-]{1,3}[^\W_]+)*)"
)
_HAN_RUN = re.compile(f"[{_HAN}]+")
_LATIN_RUN = re.compile(rf"[{_HAN}]+|[^{_HAN}]+")
_PATH = re.compile(r"[/:@+]")
_PIECE = re.compile(r"[^\W_]+(?:[_.-]{1,3}[^\W_]+)*")
_PARTS = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[a-z]+|[A-Z]+|[0-9]+")
_HEAD = re.compile(r"([a-z]{2,})[0-9]+(?:[a-z][0-9]+)*\Z")
_VALUE = re.compile(
    r"v?[0-9]+(?:\.[0-9]+)+[a-z0-9_.-]*|0x[0-9a-f]+|[0-9]+[a-z]{0,2}|(?=[a-z:.\-/]*[0-9])[0-9a-f]{1,16}(?:[:.\-/][0-9a-f]{1,16})+|(?=.*[0-9])[0-9a-f]{6,}"
    r"|(?:eth|en[opsx]|em|bond|br|veth|vlan|wl|ib|tun|tap|lo|p[0-9]+p|virbr|docker|cali|lxc|team|dummy|gre|lb|web|db|node|host)"
    r"[0-9][a-z0-9.]*"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the text: `term` the whole, `parts` what it is made of, none for a plain word."""

    term: str
    start: int
    end: int
    kind: Kind
    parts: tuple[str, ...] = ()


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text in order, stop words left out."""
    shape, folded = fold_shape(text), fold(text)
    for found in _TOKEN.finditer(folded):
        start = found.start()
        if found.lastgroup == "han":
            yield from _chinese(found[0], start)
        elif found.lastgroup == "errno":
            yield Token(found[0], start, found.end(), "errno", SPELLINGS.get(found[0], ()))
        else:
            for run in _LATIN_RUN.finditer(found[0]):  # letters and Chinese stand together: mtu不一致
                at = start + run.start()
                if "\u3400" <= run[0][0] <= "\ufaff":
                    yield from _chinese(run[0], at)
                else:
                    yield from _plain(run[0], shape[at : at + len(run[0])], at)


def _chinese(run: str, start: int) -> Iterator[Token]:
    at = start
    for word in _negations_joined(words.cut(run)):
        end = at + len(word)
        if word not in CHINESE:
            yield Token(word, at, end, "chinese", tuple(words.pairs(word)) if len(word) > 2 else ())
        at = end


def _negations_joined(cut: Sequence[str]) -> Iterator[str]:
    """不 and the word behind it are one: what is not consistent is the opposite of what is."""
    negation = ""
    for word in cut:
        if word == "不" and not negation:
            negation = word
        else:
            yield negation + word
            negation = ""
    if negation:
        yield negation


def _plain(text: str, shape: str, at: int) -> Iterator[Token]:
    end = at + len(text)
    if text in SPELLINGS:
        yield Token(text, at, end, "errno", SPELLINGS[text])
        return
    raw = _PARTS.findall(text)
    if len(raw) > MAX_PARTS and _PATH.search(text):
        for piece in _PIECE.finditer(text):  # a path, a URL: its pieces are names, the whole is none
            yield from _plain(piece[0], shape[piece.start() : piece.end()], at + piece.start())
        return
    if len(raw) > 1:
        kind: Kind = "value" if _VALUE.fullmatch(text) else "compound"
        yield Token(".".join(raw)[:MAX_TERM], at, end, kind, tuple(raw[:MAX_PARTS]))
        return
    if text in ENGLISH:
        return
    if _VALUE.fullmatch(text):
        head = _HEAD.match(text)
        yield Token(text, at, end, "value", (head[1],) if head else ())
        return
    yield from _single(text, shape, at, end)


def _single(text: str, shape: str, at: int, end: int) -> Iterator[Token]:
    """A token without joints: a word, a name with a number (`ospf1`), or several words in humps (`InTruncatedPkts`)."""
    head = _HEAD.match(text)
    if head and len(text) <= MAX_TERM:
        yield Token(text, at, end, "compound", (head[1],))
        return
    humps = _HUMPS.findall(shape) if any(map(str.isupper, shape[1:])) and not shape.isupper() else []
    if len(humps) > 1 and len(humps) <= MAX_PARTS:
        yield Token(text[:MAX_TERM], at, end, "compound", tuple(each.lower() for each in humps))
        return
    yield Token(stemmed(text)[:MAX_TERM], at, end, "word")


@lru_cache(1 << 14)
def stemmed(word: str) -> str:
    """The stem of an English word; anything else as it is."""
    if len(word) > 3 and word.isascii() and word.isalpha():
        result: str = stem(word)
        return result
    return word


def part_terms(token: Token) -> Sequence[str]:
    """The terms of a token's parts, each part on its own, none of them a stop word or a lone character."""
    if token.kind in ("chinese", "errno"):
        return token.parts
    return [stemmed(part) for part in token.parts if len(part) > 1 and part not in ENGLISH]


def index_terms(text: str, *, characters: bool = False) -> Iterator[str]:
    """Every term under which a text is found; `characters`: each Chinese character on its own, too."""
    for token in tokens(text):
        yield token.term
        if token.kind in ("chinese", "errno"):
            continue
        yield from part_terms(token)
        if "." in token.term:
            yield from _inner_runs(token.parts)
            if len(token.parts) == 2:
                yield stemmed("".join(token.parts))  # multi-queue, multiqueue
    for found in _HAN_RUN.finditer(fold(text)):
        cut = words.cut(found[0])
        yield from _pairs(cut)
        if characters:
            yield from (character for character in found[0] if character not in cut)


def _pairs(cut: Sequence[str]) -> Iterator[str]:
    """Every two neighbouring characters but those where one word of several characters ends and another begins."""
    for at, word in enumerate(cut):
        if len(word) > 2:
            yield from words.pairs(word)
        following = cut[at + 1] if at + 1 < len(cut) else ""
        if following and (len(word) == 1 or len(following) == 1):
            yield word[-1] + following[0]


def _inner_runs(parts: Sequence[str]) -> Iterator[str]:
    """Two or three parts that stand together and are not all: map.lookup of bpf.map.lookup.elem."""
    for length in range(2, min(len(parts), 4)):
        yield from (".".join(parts[at : at + length]) for at in range(len(parts) - length + 1))
