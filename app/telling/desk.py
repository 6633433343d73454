"""The outbox behind one object: `store.notices`. Every method raises StoreError."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection

from app.incidents.identity import number_in, shown
from app.store.times import to_micros
from app.telling import outbox, rates
from app.telling.config import Group
from app.telling.routes import Router
from app.telling.values import Batch, Waiting

Reading = Callable[[], AbstractContextManager[Connection]]


class Notices:
    """Safe to use from many threads; `writing` gives a transaction that has the store's turn."""

    def __init__(self, reading: Reading, writing: Reading, now: Callable[[], datetime]) -> None:
        self._reading = reading
        self._writing = writing
        self.now = now

    def look(self, router: Router) -> int:
        """Go through some of what became of incidents; gives how much, 0 where nothing is left."""
        with self._reading() as connection:
            if not outbox.is_behind(connection):
                return 0
        with self._writing() as connection:
            return outbox.look(connection, router, self.now())

    def look_at_rates(self, router: Router, per_hour: int) -> int:
        """Tell what crossed the bound; gives how many."""
        with self._reading() as connection:
            if not rates.is_news(connection, per_hour, to_micros(self.now())):
                return 0
        with self._writing() as connection:
            return rates.look(connection, router, per_hour, to_micros(self.now()))

    def claim(
        self, channel: str, group: Group, most: int | None, is_held: Callable[[Sequence[str]], bool]
    ) -> Batch | None:
        """The message that is due on this channel."""
        with self._reading() as connection:
            if channel not in outbox.waiting(connection):
                return None
        with self._writing() as connection:
            return outbox.claim(connection, channel, group, self.now(), most=most, is_held=is_held)

    def done(self, channel: str, batch: Batch) -> None:
        """The channel has this message."""
        with self._writing() as connection:
            outbox.done(connection, channel, batch, self.now())

    def drop(self, batch: Batch) -> None:
        """The channel will not take this message."""
        with self._writing() as connection:
            outbox.drop(connection, batch)

    def alive(self, channel: str) -> Mapping[str, bool]:
        """The incidents whose beginning the channel was told: whether the end is still to be told."""
        with self._reading() as connection:
            return {shown(number): ended for number, ended in outbox.alive(connection, channel).items()}

    def told_ends(self, channel: str, incidents: Collection[str]) -> None:
        """The channel knows of the end of these."""
        numbers = [number for each in incidents if (number := number_in(each)) is not None]
        with self._writing() as connection:
            outbox.forget(connection, channel, numbers)

    def newest(self, channel: str) -> int:
        """The newest notice of a channel, 0 where none waits."""
        with self._reading() as connection:
            return outbox.newest(connection, channel)

    def seen(self, channel: str, newest: int) -> None:
        """What waited up to this notice is told by the state that was sent."""
        with self._writing() as connection:
            outbox.seen(connection, channel, newest)

    def tidy(self, channels: Mapping[str, bool]) -> Mapping[str, int]:
        """Drop what waited too long, or for channels that are gone; gives how many notices, by channel."""
        with self._writing() as connection:
            return outbox.tidy(connection, channels, self.now())

    def waiting(self) -> Mapping[str, Waiting]:
        """What waits, by channel."""
        with self._reading() as connection:
            return outbox.waiting(connection)
