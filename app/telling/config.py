"""The configuration of notifications as values; durations are seconds. `configfile` reads them."""

from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from app.telling.values import TOPICS, Topic
from kb.entry import Language


@dataclass(frozen=True, slots=True)
class Group:
    """What goes into one message: incidents of one entry, of one host, or all.

    The first notice of a group waits `wait_s` for company; the next message of that group goes out `interval_s` after
    the last one at the earliest.
    """

    by: Literal["entry", "host", "all"] = "entry"
    wait_s: float = 30.0
    interval_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which only what is critical is told; the rest waits for their end. They may go over midnight."""

    begins: time
    ends: time
    zone: tzinfo

    def holds(self, now: datetime) -> bool:
        """Whether it is quiet at this moment."""
        at = now.astimezone(self.zone).time()
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """One channel. `url` or `url_file` is there; secrets are in files only. `resend_s` is for Alertmanager alone."""

    kind: str
    url: str | None = None
    url_file: Path | None = None
    secret_file: Path | None = None
    language: Language = "en"
    group: Group = field(default_factory=Group)
    quiet: Quiet | None = None
    resend_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Route:
    """Who is told of what: everything that is given has to fit; what is empty fits all."""

    channels: tuple[str, ...]
    severities: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    on: tuple[Topic, ...] = TOPICS

    def fits(self, entry: str, host: str, severity: str, components: tuple[str, ...]) -> bool:
        """Whether it is for incidents of this entry on this host."""
        return (
            (not self.severities or severity in self.severities)
            and (not self.components or not set(self.components).isdisjoint(components))
            and (not self.entries or entry in self.entries)
            and (not self.hosts or any(fnmatchcase(host, each) for each in self.hosts))
        )


@dataclass(frozen=True, slots=True)
class NotifyConfig:
    """The whole configuration. Without `rate_per_hour` no rate is told."""

    channels: dict[str, ChannelConfig]
    routes: tuple[Route, ...]
    rate_per_hour: int | None = None
