"""Where a watcher's rows go: into the spool and on to the server, or into the local store."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.config_watch import WatchConfig
from app.watch.contract import Clock
from app.watch.loop import Keeper
from app.watch.news import News
from app.watch.ownlog import OwnLog


class Recording:
    """The recorder of a configuration, and with a server the delivery from it; raises RecorderError.

    `was_lost`: the file that was there was not what was written and was set aside.
    """

    def __init__(self, config: WatchConfig, clock: Clock, log: OwnLog) -> None:
        self._clock = clock
        self._log = log
        self.was_lost = False
        self._delivery: Any = None
        self._news: News | None = None
        self._recorder = self._open(config)

    @property
    def recorder(self) -> Keeper:
        """Takes rows and positions."""
        recorder: Keeper = self._recorder
        return recorder

    def _open(self, config: WatchConfig) -> Any:
        if config.server is None:
            from app.watch.local import LocalStore  # noqa: PLC0415 - one of the two is needed

            return LocalStore(config.state_dir, config.host, self._clock, self._set_aside, config.storm)
        from app.watch.deliver import Delivery  # noqa: PLC0415
        from app.watch.spool import Spool  # noqa: PLC0415

        spool = Spool(config.state_dir, self._clock, self._set_aside, config.spool, config.storm)
        if config.facts:
            from app.watch.facts import collect  # noqa: PLC0415

            self._news = News(partial(collect, config.facts), self._clock)
        self._delivery = Delivery(
            spool,
            config.server,
            config.host,
            self._clock,
            on_trouble=lambda message: self._log.trouble("delivery", message),
            say=lambda message: self._log.say("warning", message),
            news=self._news,
        )
        return spool

    def _set_aside(self, message: str) -> None:
        self.was_lost = True
        self._log.say("error", message)

    @staticmethod
    def differs(one: WatchConfig, other: WatchConfig) -> bool:
        """Whether another recorder is needed for the other configuration."""
        return any(getattr(one, name) != getattr(other, name) for name in ("server", "spool", "storm", "facts"))

    def reopen(self, config: WatchConfig) -> Keeper:
        """Another recorder in the place of this one; `start` starts its delivery. Raises RecorderError."""
        self.close(1.0)
        self._news = None
        self._recorder = self._open(config)
        return self.recorder

    def start(self) -> None:
        """Begin to deliver."""
        if self._delivery is not None:
            self._delivery.start()

    def positions(self) -> dict[str, str]:
        """Every position, as recorded last; raises RecorderError."""
        return self.recorder.positions()

    def numbers(self) -> Mapping[str, int]:
        """Spool and delivery in numbers; nothing without a server."""
        if self._delivery is None:
            return {}
        numbers: dict[str, int] = {**self._recorder.counters(), **self._delivery.numbers()}
        return numbers

    def facts(self) -> Mapping[str, Any]:
        """What this host tells the server of itself."""
        return self._news.known if self._news is not None else {}

    def close(self, within_s: float) -> None:
        """Deliver what waits for so long, then close the file."""
        if self._delivery is not None:
            self._delivery.stop(within_s)
            self._delivery = None
        self._recorder.close()
