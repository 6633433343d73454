"""Markdown of articles -> safe HTML with the values of one case marked.

    article's Markdown -> a mark in each slot's place -> HTML -> sanitised -> pieces, kept      for each text once
    pieces -> with the case's values, each an element of its own                                for each reader

The parser is Python-Markdown, see `kb.markdown_html`. Raw HTML is off, and what comes out is sanitised whatever went
in. Marks are characters of a private use area, taken out of everything that is rendered before: what is not ours cannot
pose as one. A reader's values are put in at the very end, escaped for HTML: no value is ever read as Markdown, and none
is kept.
"""

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import nh3

from kb.case import Case
from kb.markdown_html import rendered
from kb.template import Filled, Place, with_places

_FIRST, _LAST = 0xE000, 0xF8FF
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_REPLACEMENT = "\ufffd"
_PIECES = re.compile(
    r'<code>(?P<id>[a-z0-9]+(?:-[a-z0-9]+)+)</code>|(?P<tag><(?:[^>"]|"[^"]*")*>)|(?P<mark>[\ue000-\uf8ff])'
)
_PRE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2018-\u201d"
_WIDE_BREAK = re.compile(rf"(?<=[{_WIDE}])((?:<[^<>]*>)*)\n[ \t]*((?:<[^<>]*>)*)(?=[{_WIDE}])")

_TAGS = {
    *("h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "hr", "br", "a", "strong", "em", "del"),
    *("code", "pre", "span", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "input"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "details": {"open"},
    "input": {"checked", "disabled"},
    "pre": {"class"},
    "span": {"class"},
    **{f"h{level}": {"id"} for level in range(3, 7)},
}

Describe = Callable[[Filled], tuple[str, str]]
"""(class, title) of the element around a value or a gap."""


def article_html(
    text: str,
    case: Case,
    describe: Describe,
    *,
    anchor: str = "",
    form: str | None = None,
    linked: Collection[str] = (),
    link: Callable[[str], str] = str,
) -> str:
    """One part of an article as HTML that is safe to show, its values and gaps as elements.

    Headings get ids that begin with `anchor`. Inline code that is one of `linked`, ids of entries, becomes a link to
    `link(id)`. Where there is a form, a gap is a link to its field, whose id is `form` and the name.
    """
    frame = _frame(text, anchor)
    filled = [place.filled(case.values) for place in frame.places]
    out = []
    for piece in frame.pieces:
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece, _Value) and piece.in_address:
            out.append(quote(filled[piece.place].plain, safe=""))
        elif isinstance(piece, _Value):
            out.append(_element(filled[piece.place], describe, None if piece.in_link else form))
        else:
            code = f"<code>{piece.id}</code>"
            out.append(f'<a href="{html.escape(link(piece.id))}">{code}</a>' if piece.id in linked else code)
    return "".join(out)


def inline_html(text: str, case: Case, describe: Describe, form: str | None = None) -> str:
    """A sentence of Markdown, without the paragraph around it."""
    return re.sub(r"\A<p>(.*)</p>\s*\Z", r"\1", article_html(text.strip(), case, describe, form=form), flags=re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Value:
    """Where a value stands: the number of its place, and whether that is in a link's text or in its address."""

    place: int
    in_link: bool = False
    in_address: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """Inline code that may be the id of an entry."""

    id: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """A text of an article as HTML that waits for values: `places` are its slots in the order of the text."""

    pieces: tuple[str | _Value | _Name, ...]
    places: tuple[Place, ...]


@lru_cache(maxsize=4096)
def _frame(text: str, anchor: str) -> _Frame:
    """Rendering costs milliseconds and is the same for every reader; only articles' own texts are kept here."""
    places: list[Place] = []

    def mark(place: Place) -> str:
        if len(places) > _LAST - _FIRST:
            return _REPLACEMENT
        places.append(place)
        return chr(_FIRST + len(places) - 1)

    safe = _safe(with_places(_PRIVATE.sub(_REPLACEMENT, text), mark), anchor)
    return _Frame(tuple(_joined(_pieces(safe))), tuple(places))


def _joined(pieces: Iterable[str | _Value | _Name]) -> Iterator[str | _Value | _Name]:
    """The same with texts that follow each other as one."""
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
        else:
            yield text
            yield piece
            text = ""
    yield text


def _pieces(safe: str) -> Iterator[str | _Value | _Name]:
    """The HTML cut where a value or the name of an entry stands."""
    at, in_link = 0, False
    for found in _PIECES.finditer(safe):
        yield safe[at : found.start()]
        at = found.end()
        tag, mark, name = found["tag"], found["mark"], found["id"]
        if tag:
            in_link = tag.startswith("<a ") or (in_link and tag != "</a>")
            yield from _pieces_of_tag(tag)
        elif mark:
            yield _Value(ord(mark) - _FIRST, in_link)
        else:
            yield found[0] if in_link else _Name(name)
    yield safe[at:]


def _pieces_of_tag(tag: str) -> Iterator[str | _Value]:
    """A tag cut at the marks in its address."""
    at = 0
    for found in _PRIVATE.finditer(tag):
        yield tag[at : found.start()]
        yield _Value(ord(found[0]) - _FIRST, in_address=True)
        at = found.end()
    yield tag[at:]


def _safe(text: str, anchor: str) -> str:
    """Markdown as sanitised HTML."""
    clean = nh3.clean(
        rendered(text, anchor),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        tag_attribute_values={"input": {"type": {"checkbox"}}},
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
    )
    pieces = _PRE.split(clean)
    return "".join(each if place % 2 else _WIDE_BREAK.sub(r"\1\2", each) for place, each in enumerate(pieces))


def _element(filled: Filled, describe: Describe, form: str | None) -> str:
    css, title = describe(filled)
    about = f'class="{html.escape(css)}" title="{html.escape(title)}"'
    text = html.escape(_PRIVATE.sub(_REPLACEMENT, filled.plain))
    if filled.is_gap and form is not None:
        return f'<a {about} href="#{html.escape(form + filled.name)}">{text}</a>'
    return f"<span {about}>{text}</span>"
