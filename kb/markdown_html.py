"""Markdown -> HTML by Python-Markdown, not yet sanitised.

Its extensions give fences anywhere, tables, struck text, task lists and details blocks. Entries are CommonMark, as
`show` prints them and `kb.spans` tells code from prose: `kb.markdown_layout` lays their blocks out for it, and what its
inline syntax lacks is set here. Raw HTML is off: it is text. Code is highlighted with Pygments' classes, as
`<pre class="code LANGUAGE"><code>`.
"""

import html
import re
import string
import unicodedata
from functools import cache
from threading import Lock
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import SubstituteTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound
from pymdownx.details import DetailsExtension
from pymdownx.superfences import SuperFencesCodeExtension
from pymdownx.tasklist import TasklistExtension
from pymdownx.tilde import DeleteSubExtension

from kb.markdown_layout import TIGHT, laid_out

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_OWN_ID = re.compile(r"[ \t]*\{#([A-Za-z][A-Za-z0-9_-]{0,60})\}[ \t]*$")
_BREAK = r"(?: {2,}|\\)\n"
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_LOCK = Lock()


def rendered(text: str, anchor: str = "") -> str:
    """The text as HTML that has to be sanitised; headings have ids that begin with `anchor`."""
    with _LOCK:  # the parser keeps what it reads in itself
        parser, headings = _parser()
        headings.anchor = anchor
        shown = parser.reset().convert(text)
    return f"{shown}\n" if shown else ""


@cache
def _parser() -> tuple[Markdown, "_HeadingIds"]:
    fence = {"name": "*", "class": "code", "format": _highlighted, "validator": _is_fence}
    parser = Markdown(
        output_format="html",
        extensions=[
            SuperFencesCodeExtension(custom_fences=[fence], disable_indented_code_blocks=True),
            SaneListExtension(),
            TableExtension(),
            DetailsExtension(),
            TasklistExtension(),
            DeleteSubExtension(subscript=False),
        ],
    )
    parser.ESCAPED_CHARS = list(string.punctuation)
    parser.preprocessors.register(_Layout(parser), "normalize_whitespace", 30)
    parser.preprocessors.deregister("html_block")
    for raw in ("html", "entity"):
        parser.inlinePatterns.deregister(raw)
    parser.inlinePatterns.register(SubstituteTagInlineProcessor(_BREAK, "br"), "linebreak", 185)
    parser.treeprocessors.register(_TightLists(parser), "tight_lists", 110)
    parser.treeprocessors.register(_PipesInCells(parser), "pipes_in_cells", 15)
    headings = _HeadingIds(parser)
    parser.treeprocessors.register(headings, "heading_ids", 100)
    return parser, headings


class _Layout(Preprocessor):
    """In place of Python-Markdown's own normalisation of white space, which would take the tabs out of code."""

    def run(self, lines: list[str]) -> list[str]:
        return laid_out(lines)


class _TightLists(Treeprocessor):
    """The texts of a tight list's items are no paragraphs."""

    def run(self, root: Element) -> None:
        for item in root.iter("li"):
            if item.text == TIGHT:
                item.text = None
            elif len(item) and item[0].text == TIGHT:
                del item[0]
            else:
                continue
            self._unwrap(item)

    def _unwrap(self, item: Element) -> None:
        before: Element | None = None
        for child in list(item):
            text = child.text or ""
            if child.tag != "p" or HTML_PLACEHOLDER_RE.fullmatch(text):
                before = child
                continue
            item.remove(child)
            if before is None:
                item.text = text
            else:
                before.tail = text


class _PipesInCells(Treeprocessor):
    """`\\|` is a `|` that ends no cell, in code as well: a terminal's Markdown and others' know it no other way."""

    def run(self, root: Element) -> None:
        for cell in (each for each in root.iter() if each.tag in {"td", "th"}):
            for code in cell.iter("code"):
                code.text = (code.text or "").replace("\\|", "|")


class _HeadingIds(Treeprocessor):
    """Every heading gets an id: its own `{#id}`, else its words in whatever script, each id once."""

    anchor = ""

    def run(self, root: Element) -> None:
        taken: set[str] = set()
        for heading in root.iter():
            if heading.tag not in _HEADINGS:
                continue
            text = heading.text or ""
            own = _OWN_ID.search(text)
            heading.text = _OWN_ID.sub("", text)
            wanted = own[1] if own else _slug(text, self.anchor)
            name, number = wanted, 2
            while name in taken:
                name, number = f"{wanted}-{number}", number + 1
            taken.add(name)
            heading.set("id", name)


def _slug(text: str, anchor: str) -> str:
    """The words of a heading; values of the reader's case are no part of it, or the id would change with them."""
    plain = unicodedata.normalize("NFKC", _PRIVATE.sub("", text))
    return "-".join([*([anchor] if anchor else []), *re.findall(r"\w+", plain.lower())]) or "heading"


def _is_fence(*_: Any) -> bool:
    """Every fence is code: the layout leaves nothing after its language."""
    return True


def _highlighted(code: str, language: str | None, *_: Any, **_others: Any) -> str:
    """Code with Pygments' classes; a language it does not know is plain text."""
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name("text", stripnl=False)
    spans: str = highlight(code, lexer, _formatter())
    return f'<pre class="code {html.escape(lexer.aliases[0])}"><code>{spans}</code></pre>'


@cache
def _formatter() -> "HtmlFormatter[str]":
    """One for all: making it takes longer than using it."""
    return HtmlFormatter(nowrap=True)
