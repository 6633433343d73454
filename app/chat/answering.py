"""Questions answered from the shelf: what is recognised, found or shown, in values that every service can render.

Pure but for the shelf. A paste goes into no address: links carry the values of an article that are strictly typed, and
the words of a search.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from app.answers import plain
from app.chat.answer import Answer, Item, Link
from app.chat.clean import clean
from app.chat.contract import Ask
from app.chat.words import say
from app.messages.text import shorten
from app.shelf import Snapshot
from kb.entry import Article, Language
from kb.recognise import Answer as Recognised
from kb.render import one_line
from kb.search.found import find, suggest
from kb.template import Values, commands, fill, values_of, visible
from matchers.fieldtypes import type_of

MAX_ITEMS: Final = 3
MAX_TEXT: Final = 1 << 16
"""Characters of a question that are looked at."""

_MAX_TITLE, _MAX_SUMMARY, _MAX_COMMAND = 200, 500, 400
_MAX_LINES, _MAX_LINE = 5, 240
_MAX_FIELDS, _MAX_VALUE = 8, 80
_MAX_MORE: Final = 5
_MAX_QUERY: Final = 200
_MAX_LINK: Final = 1_000

Recognise = Callable[[Snapshot, bytes], Sequence[Recognised]]


@dataclass(frozen=True, slots=True)
class Library:
    """What answers are made from: the set that is served, where people reach the site (None: nowhere), who recognises.

    `call` is how people speak to us in this service: `/kb`, `@faultbook`.
    """

    current: Snapshot = field(repr=False)
    public_url: str | None
    recognise: Recognise
    call: str = "/kb"


def answer_to(ask: Ask, lang: Language, library: Library) -> Answer:
    """The answer to a question; costs a lookup or a search."""
    maker = _Maker(lang, library)
    text = clean(ask.text[:MAX_TEXT]).strip()
    if ask.command == "help" or not text:
        return maker.help()
    if ask.command == "show":
        return maker.show(text)
    if ask.command == "search":
        return maker.search(text)
    return maker.lookup(text, was_cut=len(ask.text) > MAX_TEXT)


class _Maker:
    """Makes answers in one language from one library."""

    def __init__(self, lang: Language, library: Library) -> None:
        self._lang = lang
        self._library = library
        self._current = library.current

    def lookup(self, text: str, *, was_cut: bool) -> Answer:
        """What the matchers recognise, else what search finds near the text, else where to go."""
        notes = (self._say("cut", count=MAX_TEXT),) if was_cut else ()
        found = self._library.recognise(self._current, text.encode("utf-8", "replace"))
        if not found:
            return self._unrecognised(text, notes)
        more = tuple(self._link_to(each.article, each.values) for each in found[MAX_ITEMS : MAX_ITEMS + _MAX_MORE])
        rest = len(found) - MAX_ITEMS - len(more)
        if rest > 0:
            more = (*more, Link(self._say("more-problems", count=rest), self._url("/lookup")))
        return Answer(
            self._lang,
            "recognised",
            self._say("lookup-found-one") if len(found) == 1 else self._say("lookup-found", count=len(found)),
            tuple(self._recognised(each) for each in found[:MAX_ITEMS]),
            self._say("more-recognised") if more else "",
            more,
            notes,
            recognised=tuple(each.match.text for each in found[: MAX_ITEMS + _MAX_MORE]),
        )

    def search(self, query: str, heading: str = "") -> Answer:
        """What search finds, the query's own words in the link to the rest."""
        query = " ".join(query.split())[:_MAX_QUERY]
        found = find(self._current.book, self._current.index, query, self._lang, limit=MAX_ITEMS)
        shown = [self._current.articles[hit.entry] for hit in found.hits if hit.entry in self._current.articles]
        rest = found.total - len(shown)
        url = self._url("/search", q=query)
        notes = (self._say("meant", query=visible(found.did_you_mean)),) if found.did_you_mean else ()
        if not shown:
            heading = self._say("found-none", query=visible(query))
            return Answer(self._lang, "nothing", heading, notes=notes, links=self._ways())
        counted = self._say("found-one") if found.total == 1 else self._say("found", count=found.total)
        return Answer(
            self._lang,
            "found",
            heading or f"{self._say('search-title', query=visible(query))} ({counted})",
            tuple(self._article(each, values_of(each, {}), brief=True) for each in shown),
            more=(Link(self._say("more-found", count=rest), url),) if rest > 0 else (),
            notes=notes,
        )

    def show(self, entry: str) -> Answer:
        """One entry; where there is none of this id, what search finds for its words."""
        article = self._current.articles.get(entry)
        if article is None:
            return self.search(entry.replace("-", " "), self._say("no-entry", entry=visible(entry[:_MAX_VALUE])))
        return Answer(self._lang, "article", article.id, (self._article(article, values_of(article, {})),))

    def help(self) -> Answer:
        """How to ask."""
        keys = ("help-lookup", "help-search", "help-show", "help-lang", "help-share", "help-paste")
        notes = tuple(self._say(key, call=self._library.call) for key in keys)
        return Answer(self._lang, "help", self._say("help"), notes=notes, links=self._ways())

    def _unrecognised(self, text: str, notes: tuple[str, ...]) -> Answer:
        near = suggest(self._current.book, self._current.index, text, limit=MAX_ITEMS)
        items = tuple(self._article(each.article, values_of(each.article, {}), brief=True) for each in near)
        heading = self._say("near" if near else "nothing")
        notes = (*notes, self._say("nothing-what", call=self._library.call))
        return Answer(self._lang, "near" if near else "nothing", heading, items, notes=notes, links=self._ways())

    def _ways(self) -> tuple[Link, ...]:
        """To search, and to a draft of an entry; a paste goes into no address, so it has to be pasted there again."""
        if self._library.public_url is None:
            return ()
        return Link(self._say("search"), self._url("/search")), Link(self._say("draft"), self._url("/lookup"))

    def _recognised(self, found: Recognised) -> Item:
        verdict = ""
        if found.verdict is not None:
            reason = _sentence(found.verdict.reason.best(self._lang) or "")
            verdict = self._say("verdict-why", state=self._say(f"{found.verdict.state}-verdict"), reason=reason)
        fields = [(name, self._say("hidden") if value is None else str(value)) for name, value in found.fields.items()]
        return self._article(
            found.article,
            found.values,
            evidence=tuple(self._evidence(found.match.text)),
            fields=tuple((name, shorten(visible(value), _MAX_VALUE)) for name, value in fields[:_MAX_FIELDS]),
            verdict=shorten(verdict, _MAX_SUMMARY),
        )

    def _article(
        self,
        article: Article,
        values: Values,
        *,
        brief: bool = False,
        evidence: tuple[str, ...] = (),
        fields: tuple[tuple[str, str], ...] = (),
        verdict: str = "",
    ) -> Item:
        label, command = ("", "") if brief else self._command(article, values)
        return Item(
            article.id,
            shorten(one_line(article.title_in(self._lang)), _MAX_TITLE),
            article.severity or "",
            shorten(_sentence(fill(article.summary.best(self._lang) or "", values)), _MAX_SUMMARY),
            evidence,
            fields,
            verdict,
            command,
            label,
            self._link_to(article, values).url,
            self._say("at-terminal", entry=article.id),
        )

    def _command(self, article: Article, values: Values) -> tuple[str, str]:
        """(what it is for, a command); empty where the article has none.

        It is of the first section that has any: the first command that values of the case fill, else the first.
        """
        for name, text in article.sections():
            written = text.best(self._lang) or ""
            pairs = zip(commands(written), commands(fill(written, values)), strict=True)
            found = [pair for pair in pairs if len(pair[1]) <= _MAX_COMMAND]  # half a command is none
            if found:
                filled = (shown for template, shown in found if shown != template and "‹" not in shown)
                command = visible(next(filled, found[0][1]))
                label = self._say("repair" if name == "fix" else "first")
                return f"{label} ({self._say('gap')})" if "‹" in command else label, command
        return "", ""

    def _evidence(self, text: str) -> Iterator[str]:
        lines = [line for line in text.split("\n") if line.strip()]
        yield from (shorten(visible(line.rstrip()), _MAX_LINE) for line in lines[:_MAX_LINES])
        if len(lines) > _MAX_LINES:
            yield self._say("lines-left-out", count=len(lines) - _MAX_LINES)

    def _link_to(self, article: Article, values: Values) -> Link:
        """The article with those values in its address that are strictly typed: nobody's free text becomes a link."""
        types = article.name_types()
        strict = {name: str(value) for name, value in values.known.items() if type_of(types[name]).in_commands}
        path = f"/entries/{quote(article.id)}"
        url = self._url(path, **strict)
        title = shorten(one_line(article.title_in(self._lang)), _MAX_TITLE)
        return Link(title, url if len(url) <= _MAX_LINK else self._url(path))

    def _url(self, path: str, **query: str) -> str:
        base = self._library.public_url
        return f"{base}{path}?{urlencode({**query, 'lang': self._lang})}" if base is not None else ""

    def _say(self, key: str, **values: object) -> str:
        return say(self._lang, key, **values)


def _sentence(markdown: str) -> str:
    """A sentence of Markdown as plain text in one line."""
    return one_line(plain(markdown).replace("`", ""))
