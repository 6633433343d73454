"""One channel: takes what is due out of the outbox, sends it, and tries again until it was taken.

Messages of a channel go one after the other, in the order in which they became due: one that is to be tried again
holds up those behind it. What the channel refuses is dropped, counted and logged; what waits for more than a day, too.

A channel that is told states (Alertmanager) gets everything that is on whenever something became of an incident, and
again every `resend_s`; what is over stays in that until it was taken once.
"""

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.store.errors import StoreError
from app.telling.channels import KINDS
from app.telling.compose import Composer
from app.telling.config import ChannelConfig
from app.telling.contract import Verdict
from app.telling.desk import Notices
from app.telling.routes import Router
from app.telling.values import Message
from app.watch.backoff import Backoff

POLL_S: Final = 1.0
RETRY_MAX_S: Final = 300.0
Send = Callable[[Message, ChannelConfig, datetime], Verdict]
Say = Callable[[str, str, str], None]
"""Told of what happened: the channel, an outcome (`sent`, `later`, `refused`), and what the service said."""


class Courier:
    """Works on one channel. One thread calls `attempt`, again and again."""

    def __init__(
        self,
        name: str,
        config: ChannelConfig,
        notices: Notices,
        router: Router,
        composer: Composer,
        *,
        send: Send,
        say: Say,
        randomness: Callable[[], float] = random.random,
    ) -> None:
        self.name = name
        self._config = config
        self._kind = KINDS[config.kind]
        self._notices = notices
        self._router = router
        self._composer = composer
        self._send = send
        self._say = say
        self._backoff = Backoff(RETRY_MAX_S, randomness)
        self._resend_at: datetime | None = None

    def attempt(self) -> float:
        """Send what is due, once; gives the seconds to wait before the next attempt, 0 where more may be due."""
        try:
            return self._tell_state() if self._kind.keeps_alive else self._tell_batch()
        except StoreError as error:
            return self._later(Verdict("later", f"the store does not answer: {error}"))

    def _tell_batch(self) -> float:
        most = None if self._kind.takes_all else self._kind.shows
        batch = self._notices.claim(self.name, self._config.group, most, self._is_held)
        if batch is None:
            return POLL_S
        message = self._composer.of_batch(batch, self._config.language, self._kind.shows)
        if not message.items:  # their incidents are in another database
            self._notices.drop(batch)
            return 0.0
        verdict = self._send(message, self._config, self._notices.now())
        if verdict.outcome == "later":
            return self._later(verdict)
        self._backoff.succeeded()
        if verdict.outcome == "taken":
            self._notices.done(self.name, batch)
        else:
            self._notices.drop(batch)
        self._say(self.name, "sent" if verdict.outcome == "taken" else "refused", verdict.said)
        return 0.0

    def _is_held(self, entries: Sequence[str]) -> bool:
        """Whether it is quiet, and none of these is critical."""
        quiet = self._config.quiet
        if quiet is None or not quiet.holds(self._notices.now()):
            return False
        return all(self._router.severity_of(entry) != "critical" for entry in set(entries))

    def _tell_state(self) -> float:
        now = self._notices.now()
        newest = self._notices.newest(self.name)
        if not newest and self._resend_at is not None and now < self._resend_at:
            return POLL_S
        alive = self._notices.alive(self.name)
        ids = sorted(alive)
        for begin in range(0, len(ids), self._kind.shows):
            verdict = self._tell_part(ids[begin : begin + self._kind.shows], now)
            if verdict is not None and verdict.outcome == "later":
                return self._later(verdict)
        self._backoff.succeeded()
        if newest:
            self._notices.seen(self.name, newest)
        self._resend_at = now + timedelta(seconds=self._config.resend_s)
        return POLL_S

    def _tell_part(self, ids: Sequence[str], now: datetime) -> Verdict | None:
        """Some of the incidents that the channel knows of; None where none of them is there any more."""
        alive = self._notices.alive(self.name)
        found = [incident for each in ids if each in alive and (incident := self._composer.load(each)) is not None]
        # What is over is told as over only when the end was told of, as on every other channel: it may come back soon.
        found = [each if alive[each.id] else replace(each, resolved_at=None) for each in found]
        ended = [each.id for each in found if each.resolved_at is not None]
        verdict = None
        if found:
            message = self._composer.of_state(f"msg_{secrets.token_hex(12)}", found, self._config.language)
            verdict = self._send(message, self._config, now)
        if verdict is not None and verdict.outcome != "later":
            self._say(self.name, "sent" if verdict.outcome == "taken" else "refused", verdict.said)
            self._notices.told_ends(self.name, ended)
        return verdict

    def _later(self, verdict: Verdict) -> float:
        self._say(self.name, "later", verdict.said)
        return self._backoff.failed(verdict.wait_s)
