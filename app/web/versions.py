"""Whether the reader's version has the problem: the small form, its answer, and the ranges an entry names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from app.web.words import say
from kb.entry import Affected, Article, Language
from kb.facts import facts_of
from kb.template import visible
from kb.verdict import Verdict, asked, has_ranges, judge
from kb.verdict_words import range_words
from kb.versions.components import PROGRAMS

PREFIX: Final = "version-"
"""What the names of the form's fields begin with, so that none is that of a field of an article."""


@dataclass(frozen=True, slots=True)
class VersionField:
    """One field of the form."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The form, and where a version was given the answer: `state` None where none was."""

    fields: tuple[VersionField, ...]
    state: str | None = None
    reason: str | Markup = ""


def verdict_of(article: Article, given: Mapping[str, str], language: Language) -> VerdictView | None:
    """The verdict on the versions of a form or link; None where the entry names no versions."""
    if not has_ranges(article):
        return None
    names = asked(article)
    told = {name: given[PREFIX + name][:300] for name in names if given.get(PREFIX + name, "").strip()}
    fields = tuple(VersionField(PREFIX + name, _label(name, language), told.get(name, "")) for name in names)
    if not told:
        return VerdictView(fields)
    return said_of(judge(article, facts_of(told)), language, fields)


def said_of(verdict: Verdict, language: Language, fields: tuple[VersionField, ...] = ()) -> VerdictView:
    """A verdict in words."""
    return VerdictView(fields, verdict.state, _with_code(verdict.reason.best(language) or ""))


def _with_code(sentence: str) -> Markup:
    """A sentence as HTML in which only `code` means something: it quotes what a reader or a log gave."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(visible(sentence)))))


def _label(name: str, language: Language) -> str:
    if name == "kernel":
        return say(language, "version-kernel")
    return say(language, "version-program" if name in PROGRAMS else "version-driver", component=name)


def ranges_of(affected: Affected, language: Language) -> list[tuple[str, str]]:
    """(stream, range in words) of each range of a component."""
    return [(each.stream, range_words(each, language) or say(language, "unknown")) for each in affected.ranges]
