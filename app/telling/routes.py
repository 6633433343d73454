"""Who is told of what became of an incident. Pure: everything comes in as an argument."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.telling.config import NotifyConfig
from app.telling.values import Kind, topic_of
from kb.entry import Article

Articles = Callable[[], Mapping[str, Article]]
"""The entries that are served now, by id."""


@dataclass(frozen=True, slots=True)
class Router:
    """The routes of a configuration, asked with what the entries say."""

    config: NotifyConfig
    articles: Articles

    def channels_for(self, entry: str, host: str, kind: Kind) -> list[str]:
        """The channels that are told of this, each once, in the order of the routes."""
        return list(dict.fromkeys(self._channels(entry, host, kind)))

    def severity_of(self, entry: str) -> str:
        """The entry's severity, "" where it has none or is not served."""
        article = self.articles().get(entry)
        return (article.severity or "") if article is not None else ""

    def may_tell(self, channel: str, kinds: Iterable[Kind]) -> bool:
        """Whether any route asks to tell this channel of one of these."""
        topics = {topic_of(kind) for kind in kinds}
        return any(channel in route.channels and topics.intersection(route.on) for route in self.config.routes)

    def _channels(self, entry: str, host: str, kind: Kind) -> Iterator[str]:
        article = self.articles().get(entry)
        components = article.components if article is not None else ()
        severity, topic = self.severity_of(entry), topic_of(kind)
        for route in self.config.routes:
            if topic in route.on and route.fits(entry, host, severity, components):
                yield from route.channels
