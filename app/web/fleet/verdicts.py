"""Whether the versions that a host tells of have an entry's problem, and how facts are called."""

from collections.abc import Mapping

from app.incidents.verdicts import facts_told
from app.web.versions import VerdictView, said_of
from app.web.words import WORDS, say
from kb.entry import Article, Language
from kb.template import visible
from kb.verdict import has_ranges, judge


def verdict_on(article: Article, told: Mapping[str, str], language: Language) -> VerdictView | None:
    """The verdict on a host that tells these facts; None where the entry names no versions, or the host nothing."""
    if not told or not has_ranges(article):
        return None
    return said_of(judge(article, facts_told(told)), language)


def fact_label(name: str, lang: str) -> str:
    """What a fact is called: `kernel`, or `nic_drivers.ixgbe` as "driver ixgbe"."""
    kind, _, part = name.partition(".")
    key = f"fact-{kind}"
    return say(lang, key, part=visible(part)).strip() if key in WORDS else visible(name)
