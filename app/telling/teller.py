"""Tells while the server runs: one thread goes through what became of incidents, one for each channel sends.

So a channel that does not answer holds up no other. A server that is ended in the middle of a message sends it again
when it is started, under the same id.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from app.server.logs import log
from app.store.errors import StoreError
from app.store.store import Store
from app.telling.channels import KINDS
from app.telling.compose import Composer
from app.telling.config import NotifyConfig
from app.telling.courier import Courier, Send
from app.telling.metrics import Counts
from app.telling.routes import Articles, Router
from app.telling.send import send as send_for_real

LOOK_EVERY_S: Final = 1.0
RATES_EVERY_S: Final = 30.0
TIDY_EVERY_S: Final = 60.0


class Teller:
    """Everything that tells, for one server. `start` begins, `stop` ends it between two messages."""

    def __init__(
        self,
        config: NotifyConfig,
        store: Store,
        articles: Articles,
        counts: Counts,
        *,
        public_url: str | None = None,
        send: Send = send_for_real,
    ) -> None:
        self._config = config
        self._notices = store.notices
        self._counts = counts
        self._router = Router(config, articles)
        self._stopping = threading.Event()
        self._troubles: dict[str, str] = {}
        composer = Composer(articles, store.incidents.one, public_url)
        self.couriers = [
            Courier(name, each, store.notices, self._router, composer, send=send, say=self._say)
            for name, each in config.channels.items()
        ]
        self._threads = [
            threading.Thread(target=self._carry, args=(each,), name=f"tell {each.name}", daemon=True)
            for each in self.couriers
        ]
        self._threads.append(threading.Thread(target=self._look, name="telling", daemon=True))

    def start(self) -> None:
        """Begin."""
        for each in self._threads:
            each.start()

    def stop(self, within_s: float = 3.0) -> None:
        """End, and wait for what is under way."""
        self._stopping.set()
        deadline = time.monotonic() + within_s
        for each in self._threads:
            if each.ident is not None:
                each.join(max(0.0, deadline - time.monotonic()))

    def look(self) -> None:
        """Go through what became of incidents since the last time."""
        while not self._stopping.is_set() and self._notices.look(self._router):
            pass

    def look_at_rates(self) -> None:
        """Tell what is seen more often than the bound."""
        if self._config.rate_per_hour is not None:
            self._notices.look_at_rates(self._router, self._config.rate_per_hour)

    def tidy(self) -> None:
        """Drop what waited too long."""
        states = {name: KINDS[each.kind].keeps_alive for name, each in self._config.channels.items()}
        for name, count in self._notices.tidy(states).items():
            log("notices dropped", level=30, channel=name, count=count)
            self._counts.told(name if name in states else "gone", "dropped", count)

    def _look(self) -> None:
        due: dict[Callable[[], None], float] = dict.fromkeys((self.tidy, self.look, self.look_at_rates), 0.0)
        every = {self.tidy: TIDY_EVERY_S, self.look: LOOK_EVERY_S, self.look_at_rates: RATES_EVERY_S}
        while not self._stopping.is_set():
            for work, at in due.items():
                if time.monotonic() >= at:
                    self._tried(work)
                    due[work] = time.monotonic() + every[work]
            self._stopping.wait(LOOK_EVERY_S)

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except StoreError as error:
            self._trouble("", str(error))
        else:
            self._trouble("", None)

    def _carry(self, courier: Courier) -> None:
        while not self._stopping.is_set():
            try:
                wait_s = courier.attempt()
            except Exception as error:  # a thread that ended in silence would be worse than any of them
                self._say(courier.name, "later", f"it failed: {error!r}"[:300])
                wait_s = RATES_EVERY_S
            self._stopping.wait(wait_s)

    def _say(self, channel: str, outcome: str, said: str) -> None:
        self._counts.told(channel, outcome, 1)
        if outcome == "refused":
            log("message refused", level=40, channel=channel, said=said)
        self._trouble(channel, said if outcome == "later" else None)

    def _trouble(self, channel: str, trouble: str | None) -> None:
        """Logged once when it begins, and once when it is over."""
        known = self._troubles.get(channel)
        if trouble is None and known is not None:
            del self._troubles[channel]
            log("telling goes on", channel=channel)
        elif trouble is not None and trouble != known:
            self._troubles[channel] = trouble
            log("telling waits", level=30, channel=channel, trouble=trouble)
