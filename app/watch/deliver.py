"""Delivery: takes rows out of the spool and posts them to the server until it says that it has them.

One thread, one connection, one request at a time, so rows arrive in their order. A row leaves the spool when the
server has answered 2xx with our own JSON for all rows of the request; whatever else happens it is sent again, and its
id keeps it from being stored twice. What an answer means:

    2xx, {"accepted": n} of n rows   the server has them
    413                              half as many the next time
    401, 403                         the token is read again and tried later; nothing is dropped
    408, 425, 429, 5xx, no answer    later: back-off with jitter, not before Retry-After
    3xx, 404, 405, ..., other 2xx    whoever answers is not our server (a wrong URL, a captive portal): later
    400, 422, other 4xx              a row is not taken: found by halving, set aside and counted, the others go on

What the host tells of itself goes before the rows, in a delivery without any: a server that does not like it then
still takes the rows.

An idle watcher sends at once. Rows that came while a request was under way wait for company as long as a request of
that size needs to be worth it: at most `max_wait`, and not at all while there are few.
"""

import json
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.config_watch import ServerConfig
from app.watch.backoff import Backoff, retry_after_s
from app.watch.contract import Clock, RecorderError
from app.watch.news import News
from app.watch.post import Answer, NoAnswer, Post
from app.watch.spool import Spool, SpooledRow
from app.watch.token import TokenFileError, read_token

MAX_BATCH_BYTES = 1 << 20
SMALL_ROW_BYTES = 64 * 1024
"""A server that calls a single row of this size too large does not speak of the row: it is tried again."""
_COMPANY_S = 0.005
_PAUSE_S = 0.25
_POLL_S = 1.0
_SHRINK_AFTER = 3
_LARGE_ROW_TRIES = 3
_REFUSED_IN_ROW = 20
"""After so many rows refused one after the other it is no row's fault, unless our own server says so."""
_NOT_OURS = frozenset((404, 405, 406, 407, 415, 421, 426, 451))
_LATER = frozenset((408, 425, 429))
_TOKEN = frozenset((401, 403))


class Sleep(Protocol):
    """Waits."""

    def __call__(self, seconds: float) -> None:
        """Return after so many seconds, or earlier when delivery is to end."""


@dataclass(slots=True)
class DeliveryCounters:
    """What delivery did since it was made; `trouble`: why rows do not leave, in one sentence."""

    delivered: int = 0
    requests: int = 0
    retries: int = 0
    set_aside: int = 0
    trouble: str | None = None


class Delivery:
    """Posts what is in the spool. `start` runs it in a thread; `attempt` is one request of it.

    `on_trouble` is called from that thread with a sentence when deliveries stop, None when they go again; `say` with
    what happened once. `news` is what this host tells of itself.
    """

    def __init__(
        self,
        spool: Spool,
        config: ServerConfig,
        host: str,
        clock: Clock,
        *,
        on_trouble: Callable[[str | None], None] = lambda _message: None,
        say: Callable[[str], None] = lambda _message: None,
        news: News | None = None,
        randomness: Callable[[], float] = random.random,
        sleep: Sleep | None = None,
    ) -> None:
        self.counters = DeliveryCounters()
        self._spool = spool
        self._config = config
        self._host = host
        self._clock = clock
        self._on_trouble = on_trouble
        self._say = say
        self._news = news
        self._random = randomness
        self._stopping = threading.Event()
        self._sleep = sleep or self._stopping.wait
        self._backoff = Backoff(config.retry_max_s, randomness)
        self._post = Post(config.url, config.timeout_s)
        self._limit = config.batch.max_events
        self._large_tries = 0
        self._refused_in_row = 0
        self._token: str | None = None
        self._token_is_read = False
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self, within_s: float) -> None:
        """Send what waits as long as that goes well, then end; what is under way after `within_s` is broken off."""
        self._stopping.set()
        self._spool.wake()
        if self._thread.ident is not None:
            self._thread.join(within_s)
        if self._thread.is_alive():
            self._post.abort()
            self._thread.join(1.0)
        self.close()

    def close(self) -> None:
        """Close the connection; for those who call `attempt` themselves."""
        self._post.close()

    def numbers(self) -> dict[str, int]:
        """The counters by the names that status and metrics use."""
        counters = self.counters
        return {
            "rows_delivered_total": counters.delivered,
            "delivery_requests_total": counters.requests,
            "delivery_retries_total": counters.retries,
        }

    def _run(self) -> None:
        while True:
            if not self._stopping.is_set():
                self._spool.wait_for(1, _POLL_S)
            sent = self.attempt()
            if self._stopping.is_set() and (not sent or self.counters.trouble):
                return
            if sent and not self.counters.trouble:
                self._wait_for_company(sent)

    def _wait_for_company(self, sent: int) -> None:
        wait_s = min(self._config.batch.max_wait_s, sent * _COMPANY_S)
        if sent < self._config.batch.max_events and sent > 1 and not self._stopping.is_set():
            self._spool.wait_for(self._config.batch.max_events, wait_s)

    def attempt(self) -> int:
        """Post the rows that wait, once, and do what the answer asks for, waiting included; how many were sent."""
        try:
            if not self._facts_are_told():
                return 0
            batch = self._spool.batch(self._limit, MAX_BATCH_BYTES)
            if batch:
                self._judge(batch, self._posted(batch))
            return len(batch)
        except NoAnswer as error:
            self._later(f"{self._config.url} cannot be reached: {error}", len(batch))
        except (RecorderError, TokenFileError) as error:
            self._later(str(error))
        except Exception as error:  # a thread that ended in silence would be worse than any of them
            self._later(f"delivery failed: {error!r}")
        return 0

    def _facts_are_told(self) -> bool:
        """Tell what the host has to tell of itself; whether rows may go now."""
        facts = self._news.due() if self._news is not None else None
        if self._news is None or facts is None:
            return True
        answer = self._posted((), facts)
        is_refused = 400 <= answer.status < 500 and answer.status not in _NOT_OURS | _LATER | _TOKEN
        if answer.accepted() != 0 and not is_refused:
            self._judge((), answer)
            return False
        if is_refused:
            self._say(f"the server does not take this host's facts ({answer.status}: {answer.detail()})")
        self._news.told(facts)
        return True

    def _posted(self, batch: Sequence[SpooledRow], facts: Mapping[str, object] | None = None) -> Answer:
        tail = b"]}" if facts is None else b'], "facts": ' + json.dumps(facts).encode() + b"}"
        body = b'{"host": ' + json.dumps(self._host).encode() + b', "occurrences": ['
        body += b", ".join(row.json.encode("utf-8", "replace") for row in batch) + tail
        self.counters.requests += 1
        return self._post.send(body, self._current_token())

    def _current_token(self) -> str | None:
        if not self._token_is_read and self._config.token_file is not None:
            self._token = read_token(self._config.token_file)
        self._token_is_read = True
        return self._token

    def _judge(self, batch: Sequence[SpooledRow], answer: Answer) -> None:
        status = answer.status
        if answer.accepted() == len(batch):
            self._accepted(batch)
        elif status == 413:
            self._too_large(batch)
        elif status == 415 and self._post.packs:
            self._post.packs = False  # a server that does not unpack
        elif status in _TOKEN:
            self._token_is_read = False
            self._refused(answer, "does not take this host's token; check token_file and faultbook token list")
        elif status in _LATER or status >= 500:
            self._refused(answer, "cannot take rows now")
        elif 400 <= status < 500 and status not in _NOT_OURS:
            self._bad_row(batch, answer)
        else:
            self._refused(answer, "does not answer as faultbook does; check the URL and what stands between")

    def _accepted(self, batch: Sequence[SpooledRow]) -> None:
        self._spool.delivered(batch)
        self.counters.delivered += len(batch)
        self._backoff.succeeded()
        self._large_tries = self._refused_in_row = 0
        most = self._config.batch.max_events
        self._limit = min(most, self._limit + max(1, most // 16))
        if self.counters.trouble is not None:
            self.counters.trouble = None
            self._on_trouble(None)

    def _too_large(self, batch: Sequence[SpooledRow]) -> None:
        if len(batch) > 1:
            self._limit = len(batch) // 2
            self._pause()
        elif len(batch[0].json) <= SMALL_ROW_BYTES:
            self._later(f"{self._config.url} calls even a single small row too large (413)")
        elif self._large_tries < _LARGE_ROW_TRIES:
            self._large_tries += 1
            self._later(f"{self._config.url} calls a row of {len(batch[0].json)} characters too large (413)")
        else:
            self._set_aside(batch[0], "413: too large")

    def _bad_row(self, batch: Sequence[SpooledRow], answer: Answer) -> None:
        if len(batch) > 1:
            self._limit = len(batch) // 2
        elif self._refused_in_row >= _REFUSED_IN_ROW and not answer.is_problem:
            self._refused(answer, "takes no row at all; check the URL and what stands between")
            return
        else:
            self._refused_in_row += 1
            self._set_aside(batch[0], f"{answer.status}: {answer.detail()}")
        self._pause()

    def _set_aside(self, row: SpooledRow, reason: str) -> None:
        self._spool.set_aside(row, reason)
        self.counters.set_aside += 1
        self._backoff.succeeded()
        self._large_tries = 0
        count = self.counters.set_aside
        if count & (count - 1) == 0:  # at 1, 2, 4, 8, ...: many such rows are no reason to fill the log
            self._say(f"{count} rows set aside that the server does not take; the last: {reason}")

    def _refused(self, answer: Answer, what: str) -> None:
        detail = answer.detail()
        said = f" ({answer.status}: {detail})" if detail else f" ({answer.status})"
        self._later(f"{self._config.url} {what}{said}", wait_s=retry_after_s(answer.headers, self._clock.now()))

    def _later(self, trouble: str, sent: int = 0, *, wait_s: float | None = None) -> None:
        """Nothing was delivered: say so once, and wait."""
        self.counters.retries += 1
        if trouble != self.counters.trouble:
            self.counters.trouble = trouble
            self._on_trouble(trouble)
        wait_s = self._backoff.failed(wait_s)
        if sent > 1 and self._backoff.failures >= _SHRINK_AFTER:
            self._limit = max(1, sent // 2)  # a line too slow for so much, or something between that cuts it off
        if not self._stopping.is_set():
            self._sleep(wait_s)

    def _pause(self) -> None:
        """Between requests of a search for the row that is not taken: gentle, and no back-off."""
        if not self._stopping.is_set():
            self._sleep(_PAUSE_S * (0.8 + 0.4 * self._random()))
