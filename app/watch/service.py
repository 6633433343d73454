"""The watcher put together: configuration and entries in, inputs, recorder, delivery and loop out, and their life.

    Watcher(config, book, ...)  takes the state directory, opens the recorder, makes the inputs
    watcher.run()               until SIGTERM or SIGINT, or until standard input, its only source, ends

SIGHUP reads entries and configuration again, in a thread and a child process, while the old ones are in use; what
cannot be used is refused whole. Host and state directory are those of the start.
"""

import glob
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Final, TextIO

from app.config_watch import Files, Journal, Source, WatchConfig, same_place, warnings_of
from app.notify import Notifier
from app.watch.contract import FileSource, Input, RecorderError
from app.watch.desk import Desk
from app.watch.loop import Loop
from app.watch.memory import Memory
from app.watch.ownlog import OwnLog, own_log_path
from app.watch.recording import Recording
from app.watch.state import StateDir
from app.watch.status import Snapshot, report, summary
from app.watch.stdin import StdinInput
from app.watch.stream import Recogniser
from app.watch.wake import Hints, Wake
from kb.book import Book
from kb.version import VERSION

STOP_S: Final = 5.0
"""How long delivery may go on when the watcher ends."""
Load = Callable[[], tuple[WatchConfig, Book]]
"""Reads configuration and entries again; raises an error whose text says what is wrong."""


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """The time of day."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds for waits."""
        return monotonic()


class Watcher:
    """One running watcher. Raises StateError and RecorderError when it cannot begin."""

    def __init__(
        self,
        config: WatchConfig,
        book: Book,
        *,
        stderr: TextIO,
        load: Load | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._config = config
        self._book = book
        self._load = load
        self._clock = SystemClock()
        self._started_at = self._clock.now()
        self._log = OwnLog(self._clock, stderr, environment)
        self._own_log = own_log_path(stderr)
        self._notifier = Notifier(environment)
        self._state = StateDir(config.state_dir)
        self._wake = Wake()
        self._hints = Hints(self._wake)
        self._desk = Desk(self._wake, self.snapshot, self._clock.monotonic)
        self._recording = Recording(config, self._clock, self._log)
        self._recogniser = Recogniser.of_book(book, config.host, self._clock)
        self._sources: list[tuple[Source, Input]] = []
        self._loop = Loop(
            (),
            self._recording.recorder,
            clock=self._clock,
            wake=self._wake,
            hints=self._hints,
            log=self._log,
            notifier=self._notifier,
            housekeeping=self._housekeeping,
            on_damaged=self._begin_anew,
        )
        self._make_inputs()
        self._reloading: threading.Thread | None = None
        self._memory = Memory()

    def run(self) -> None:
        """Watch until told to end."""
        self._wake.on_signals()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self._loop.stop())
        signal.signal(signal.SIGHUP, lambda _number, _frame: self._loop.call(self._reload))
        signal.signal(signal.SIGUSR1, lambda _number, _frame: self._loop.call(self._say_status))
        self._open_desk()
        self._say_start()
        self._recording.start()
        self._loop.hold()
        self._notifier.ready(summary(self.snapshot()))
        try:
            self._loop.run()
        finally:
            self._close()
        self._log.say("info", "ended; what was read is recorded")

    def snapshot(self) -> Snapshot:
        """How it stands now."""
        sources = {each.name: each.counters() for each in self._loop.inputs}
        troubles = dict(self._log.troubles)
        troubles |= {name: counters.trouble for name, counters in sources.items() if counters.trouble}
        return Snapshot(
            at=self._clock.now(),
            started_at=self._started_at,
            pid=os.getpid(),
            version=VERSION,
            host=self._config.host,
            entries=len(self._book.ids),
            records_to=self._config.server.url if self._config.server else str(self._config.state_dir),
            sources=sources,
            recording=self._recording.numbers(),
            uncommitted_s=self._loop.uncommitted_s(),
            troubles=troubles,
            facts=self._recording.facts(),
        )

    # Inputs

    def _make_inputs(self, *, after_loss: bool = False) -> None:
        """An input for each source of the configuration; those of sources that stay go on."""
        positions: dict[str, str] | None = None
        names = _Names()
        before, self._sources = self._sources, []
        for source in self._config.sources:
            name = names.of(source)
            known = next((pair for pair in before if pair[0] == source and pair[1].name == name), None)
            if known is not None:
                before.remove(known)
                known[1].use(self._recogniser)
                self._sources.append(known)
                continue
            positions = self._recording.positions() if positions is None else positions
            made = self._new_input(source, name, positions, after_loss=after_loss or self._recording.was_lost)
            self._sources.append((source, made))
        for _source, old in before:
            old.close()
        self._loop.inputs = [each for _source, each in self._sources]

    def _new_input(self, source: Source, name: str, positions: Mapping[str, str], *, after_loss: bool) -> Input:
        read = self._config.read
        if isinstance(source, Files):
            from app.watch.follow.files import FileInput  # noqa: PLC0415 - few watchers need all kinds of input

            chosen = self._without_own_log(source)
            files = FileSource(
                name=name,
                paths=chosen.paths,
                exclude=chosen.exclude,
                source=chosen.source,
                from_end=read.from_end,
                rotated=read.rotated,
                poll_s=read.poll_s,
                max_line_bytes=read.max_line_bytes,
            )
            return FileInput(files, self._recogniser, positions, after_loss=after_loss)
        if isinstance(source, Journal):
            from app.watch.journal import JournalInput  # noqa: PLC0415

            return JournalInput(
                source,
                self._recogniser,
                self._wake,
                positions.get(f"journal:{name}"),
                name=name,
                from_end=read.from_end,
                max_line_bytes=read.max_line_bytes,
            )
        return StdinInput(
            self._recogniser,
            self._wake,
            on_end=lambda: self._loop.call(self._stop_when_over),
            max_line_bytes=read.max_line_bytes,
        )

    def _without_own_log(self, source: Files) -> Files:
        """The source without what this watcher itself writes to: each of its lines could make another."""
        if self._own_log is None:
            return source
        paths = tuple(path for path in source.paths if os.path.realpath(path) != self._own_log)
        if len(paths) < len(source.paths):
            self._log.say("warning", f"{self._own_log} is this watcher's own log, and is not followed")
        return replace(source, paths=paths, exclude=(*source.exclude, glob.escape(self._own_log)))

    def _begin_anew(self) -> None:
        """The recorder's file was set aside: another recorder, and everything is read again."""
        try:
            self._loop.recorder = self._recording.reopen(self._config)
        except RecorderError as error:
            self._log.trouble("recording", str(error), "error")
            return
        for _source, each in self._sources:
            each.close()
        self._sources = []
        self._make_inputs(after_loss=True)

    # Signals

    def _reload(self) -> None:
        if self._load is None or (self._reloading is not None and self._reloading.is_alive()):
            return
        self._notifier.reloading()
        self._reloading = threading.Thread(target=self._load_anew, args=(self._load,), name="reload", daemon=True)
        self._reloading.start()

    def _load_anew(self, load: Load) -> None:
        """In a thread: compiling takes seconds, and meanwhile the old entries are in use."""
        try:
            config, book = load()
            refusal = next(iter(book.complaints), None)
        except Exception as error:
            refusal = str(error)
        else:
            if not same_place(config, self._config):
                refusal = "host and state_dir cannot change while the watcher runs; restart it"
        if refusal is None:
            self._loop.call(lambda: self._apply(config, book))
        else:
            self._log.say("error", f"reload refused, what was in use stays: {refusal}")
            self._notifier.ready()

    def _apply(self, config: WatchConfig, book: Book) -> None:
        if not self._loop.commit():
            self._log.say("error", "reload refused, what was in use stays: what was read cannot be recorded now")
            self._notifier.ready()
            return
        before, self._config = self._config, config
        if before.read != config.read:
            for _source, each in self._sources:
                each.close()
            self._sources = []
        if self._recording.differs(before, config):
            self._loop.recorder = self._recording.reopen(config)
            self._recording.start()
        self._book = book
        self._recogniser = Recogniser.of_book(book, config.host, self._clock)
        self._make_inputs()
        if before.metrics != config.metrics:
            self._desk.close()
            self._open_desk()
        self._log.say("info", f"reloaded: {len(book.ids)} entries, {len(config.sources)} sources")
        self._notifier.ready(summary(self.snapshot()))

    def _say_status(self) -> None:
        for line in report(self.snapshot().to_plain()):
            self._log.say("info", line)

    # Beginning, middle, end

    def _say_start(self) -> None:
        for sentence in [*warnings_of(self._config), *(f"left out {each}" for each in self._book.complaints)]:
            self._log.say("warning", sentence)
        where = self._config.server.url if self._config.server else str(self._config.state_dir)
        self._log.say(
            "info", f"watching {len(self._config.sources)} sources, {len(self._book.ids)} entries, to {where}"
        )

    def _open_desk(self) -> None:
        try:
            self._desk.open_status(self._config.state_dir)
        except OSError as error:
            self._log.say("warning", f"watch --status cannot be answered: {error.strerror or error}")
        metrics = self._config.metrics
        if metrics is None:
            return
        try:
            where = self._desk.open_metrics(metrics.host, metrics.port)
            self._log.say("info", f"metrics at http://{where}/metrics")
        except OSError as error:
            self._log.say("error", f"metrics cannot listen on {metrics.host}:{metrics.port}: {error.strerror or error}")

    def _housekeeping(self, bytes_read: int) -> None:
        self._desk.expire()
        self._memory.tidy(bytes_read)
        if self._notifier.is_wanted:
            self._notifier.status(summary(self.snapshot()))

    def _stop_when_over(self) -> None:
        if all(isinstance(each, StdinInput) and each.is_over for _source, each in self._sources):
            self._loop.stop()

    def _close(self) -> None:
        self._desk.close()
        self._recording.close(STOP_S)
        self._hints.close()
        self._wake.close()
        self._state.close()


class _Names:
    """What sources are called: by what they read; a second one that would be called the same gets a number."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, source: Source) -> str:
        """The name of the next source."""
        name = _name_of(source)
        times = self._seen[name] = self._seen.get(name, 0) + 1
        return name if times == 1 else f"{name} #{times}"


def _name_of(source: Source) -> str:
    if isinstance(source, Files):
        more = f" +{len(source.paths) - 1}" if len(source.paths) > 1 else ""
        return f"{source.paths[0]}{more}"
    if isinstance(source, Journal):
        parts = [*source.units, *(["kernel"] if source.units and source.kernel else [])]
        return f"journal {' '.join(parts)}" if parts else "journal" if source.kernel else "journal without kernel"
    return "stdin"
