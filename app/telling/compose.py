"""From what waits to a message: incidents as they stand now, with what the entries say of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.incidents.values import Incident
from app.telling.routes import Articles
from app.telling.values import Batch, Item, Kind, Message, Notice
from app.telling.words import WORDS, counted, remarks
from kb.entry import Language
from kb.schema import SEVERITIES

MAX_EVIDENCE: Final = 300
MAX_LINES: Final = 3
_MAX_VALUE: Final = 120
_MAX_VALUES: Final = 8
_MAX_HEADING: Final = 200
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

Load = Callable[[str], Incident | None]
"""An incident by its id."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes messages; `public_url` is where people reach the site, None: messages have no links."""

    articles: Articles
    load: Load
    public_url: str | None = None

    def of_batch(self, batch: Batch, lang: Language, shows: int) -> Message:
        """The message of what waited together: one item an incident, the worst first, at most so many."""
        kinds = _by_incident(batch.notices)
        ordered = sorted(kinds, key=lambda each: (-self._rank(each.entry), -each.at.timestamp()))
        by = batch.group.partition(" ")[0]
        found = ((notice, self.load(notice.incident)) for notice in ordered[:shows])
        items = [self.item(incident, kinds[notice], lang, by) for notice, incident in found if incident is not None]
        last = [each[-1] for each in kinds.values()]
        severity = self._severity(ordered[0].entry)
        return Message(
            id=batch.id,
            lang=lang,
            heading=self._heading(batch, lang, severity, last),
            severity=severity,
            items=items,
            more=max(0, len(ordered) - shows),
        )

    def of_state(self, message_id: str, incidents: Sequence[Incident], lang: Language) -> Message:
        """The message that tells how incidents stand."""
        return Message(message_id, lang, "", "", [self.item(each, (), lang, "") for each in incidents])

    def item(self, incident: Incident, kinds: Sequence[Kind], lang: Language, by: str) -> Item:
        """An incident as it is shown; `by` is what all of the message have in common."""
        article = self.articles().get(incident.entry)
        title = article.title_in(lang) if article is not None else incident.entry
        named = {"entry": incident.host, "host": title}.get(by, f"{title} · {incident.host}")
        return Item(
            incident=incident,
            kinds=tuple(kinds),
            title=clean(title, _MAX_HEADING),
            severity=self._severity(incident.entry),
            components=article.components if article is not None else (),
            heading=clean(named, _MAX_HEADING),
            values=_values(incident.identity),
            remarks=tuple(clean(each, _MAX_HEADING * 2) for each in remarks(lang, incident)),
            evidence=_evidence(str(incident.row.get("text", ""))),
            url=f"{self.public_url}/incidents/{incident.id}" if self.public_url else "",
            article_url=f"{self.public_url}/entries/{incident.entry}" if self.public_url else "",
        )

    def _heading(self, batch: Batch, lang: Language, severity: str, kinds: Sequence[Kind]) -> str:
        by, _, name = batch.group.partition(" ")
        if by == "entry":
            article = self.articles().get(name)
            name = article.title_in(lang) if article is not None else name
        word = f"[{WORDS[severity][lang]}] " if severity in WORDS else ""
        name = clean(name, _MAX_HEADING) or "faultbook"
        return f"{word}{name}{'：' if lang == 'zh' else ': '}{counted(lang, kinds)}"

    def _severity(self, entry: str) -> str:
        article = self.articles().get(entry)
        return (article.severity or "") if article is not None else ""

    def _rank(self, entry: str) -> int:
        severity = self._severity(entry)
        return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def clean(text: str, most: int) -> str:
    """One line that shows everything it holds."""
    return " ".join(_UNSEEN.sub(" ", text[: most * 2]).split())[:most]


def _by_incident(notices: Sequence[Notice]) -> Mapping[Notice, list[Kind]]:
    """The newest notice of each incident: what became of it, in order, each once."""
    newest: dict[str, Notice] = {}
    kinds: dict[str, dict[Kind, None]] = {}
    for each in notices:
        newest[each.incident] = each
        kinds.setdefault(each.incident, {}).pop(each.kind, None)
        kinds[each.incident][each.kind] = None
    return {newest[incident]: list(own) for incident, own in kinds.items()}


def _values(identity: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    told = [(name, clean(value, _MAX_VALUE)) for name, value in identity.items() if value]
    return tuple(told[:_MAX_VALUES])


def _evidence(text: str) -> str:
    lines = [clean(line, MAX_EVIDENCE) for line in text.splitlines()[:MAX_LINES]]
    return "\n".join(lines)[:MAX_EVIDENCE]
