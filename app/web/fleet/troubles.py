"""An incident as lists and pages show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.incidents.values import Incident
from app.web import language, page
from app.web.overview import overview
from kb.entry import Article
from kb.template import visible


@dataclass(frozen=True, slots=True)
class Trouble:
    """An incident and what its entry says of it; `article` None: the entry is not served here.

    `state` is the word for its state: `open`, `new`, `returned` or `resolved`.
    """

    incident: Incident
    article: Article | None
    title: str
    url: str
    identity: tuple[tuple[str, str], ...]
    state: str

    @property
    def is_handled(self) -> bool:
        """Whether somebody marked it as known, or put it off."""
        return self.incident.known_by is not None or self.incident.snoozed_until is not None


def troubles_of(incidents: Iterable[Incident]) -> list[Trouble]:
    """These incidents, in their order."""
    articles, lang = overview().articles, language.current()
    return [_trouble(each, articles.get(each.entry), lang) for each in incidents]


def _trouble(incident: Incident, article: Article | None, lang: str) -> Trouble:
    return Trouble(
        incident,
        article,
        article.title_in(lang) if article else incident.entry,
        page.url("incident", incident=incident.id),
        pairs_of(incident.identity),
        "new" if incident.is_new else incident.state,
    )


def pairs_of(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Fields as (name, text) without those that have no value."""
    return tuple((visible(name), visible(str(value))) for name, value in fields.items() if value not in (None, ""))
