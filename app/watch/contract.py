"""What the parts of the watcher promise each other: inputs give rows, recorders keep them.

    inputs (files, journal, stdin) -> `Turn`: rows and positions -> one durable transaction in a recorder -> delivery

One thread owns all inputs and the recorder. A turn of the loop: `hint` what woke it, `read` every input, `commit` all
rows and positions in one transaction, then tell each input what of its own is `committed`. A turn without rows need not
be committed at once: its positions may wait (the newest value of a key counts) and go with the next commit, a second
later at the most. What was read but not committed is read again after a crash and makes the same rows with the same
ids. While a commit fails the loop repeats it, and meanwhile calls only `discover`: nothing more is read, no file is
lost sight of.

Positions are texts under keys that say whose they are (`file:`, `journal:`, `stdin`); only the input that wrote a
position understands it. An input must bear with any text there: what it does not understand counts as no position.

    RecorderError           the rows could not be kept; nothing of them is: the same call may be repeated
    └── RecorderFull        there is no room: the spool's bound is reached or the disk is full
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from matchers.engine import MAX_LINE_BYTES

if TYPE_CHECKING:
    from app.watch.stream import Recogniser

Positions = Mapping[str, str | None]
"""Key -> position as JSON text; None deletes the key."""


class RecorderError(Exception):
    """A recorder could not keep what it was given; str() says why and what to do, in one sentence."""


class RecorderFull(RecorderError):
    """There is no room for more; it can be tried again when rows were delivered or the disk has space again."""


class Clock(Protocol):
    """Time as the watcher sees it; tests bring their own."""

    def now(self) -> datetime:
        """The time of day, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for waits."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One occurrence on its way.

    `json` is the object that is delivered: a row of `scan --json` with `id` and `seen_at`. `identity` are the values of
    the entry's identity fields as text, in the entry's order, "" for one that this match lacks; in a row of a recovery,
    which says that a trouble is over, a mark stands behind them, so that storms count it apart.
    """

    id: str
    entry: str
    identity: tuple[str, ...]
    json: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """What one `read` gave.

    `rows` and `positions` belong into one transaction. `more`: there is more to read at once. `due`: the monotonic time
    at which the input wants its next turn when nothing wakes it before; None where only a wake-up helps.
    """

    rows: Sequence[Row] = ()
    positions: Positions = field(default_factory=dict)
    more: bool = False
    due: float | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """What an input did since it was made, and how it stands.

    `lines` and `bytes` that were read, `matched` rows that were given; `skipped`: lines of which only the first
    `max_line_bytes` were looked at; `truncations`: files that became shorter; `given_up_bytes`: bytes that were known
    to be there and could not be read any more; `last_line_at` (UTC): when the last bytes came; `lag_bytes`: how much
    of the files is still unread; `files`: how many are followed, `descriptors`: how many are open. `trouble`: why this
    input sees nothing, or not everything, in one sentence; None when all is well.
    """

    lines: int = 0
    bytes: int = 0
    matched: int = 0
    skipped: int = 0
    truncations: int = 0
    given_up_bytes: int = 0
    lag_bytes: int = 0
    files: int = 0
    descriptors: int = 0
    last_line_at: datetime | None = None
    trouble: str | None = None


class Input(Protocol):
    """Somewhere lines come from. Not thread-safe: all calls come from the loop's thread."""

    @property
    def name(self) -> str:
        """What status and metrics call it; the same over restarts."""
        ...

    def discover(self, now: float) -> None:
        """Look for new, renamed and vanished files and hold on to them, reading nothing. Cheap, never blocks."""
        ...

    def read(self, budget: int, now: float) -> Turn:
        """Read up to about `budget` bytes (discovers first). Never blocks. `now` is monotonic."""
        ...

    def hint(self, path: str) -> None:
        """Something happened at this path (a file or a directory): the next `read` looks there, whatever its poll."""
        ...

    def directories(self) -> frozenset[str]:
        """The directories in which a change may concern this input, as they are now; watch these to call `hint`."""
        ...

    def committed(self, positions: Positions) -> None:
        """These positions, as this input gave them, are recorded; what they leave behind is let go of.

        A crash does not undo that. A power cut may, where no rows came with them or after them.
        """
        ...

    def use(self, recogniser: "Recogniser") -> None:
        """From here on recognise with other entries; rows that still waited come with the next turn."""
        ...

    def counters(self) -> Counters:
        """How it stands."""
        ...

    def close(self) -> None:
        """Let go of everything. What was not committed will be read again by the next input on these positions."""
        ...


class Recorder(Protocol):
    """Where rows and positions are kept: the spool, or the local store."""

    def commit(self, rows: Sequence[Row], positions: Positions) -> None:
        """Keep all of it in one transaction, durable where there are rows, or raise RecorderError and keep nothing.

        A row whose id it has already is accepted and not kept again.
        """
        ...

    def positions(self) -> dict[str, str]:
        """Every position by key, as committed last."""
        ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """Which files one input follows and how: an item of `sources` in watch.yaml with what `read` says.

    `paths` and `exclude` are absolute paths or globs (`*`, `?`, `[...]`, and `**` for any number of directories).
    `source` is "auto", or whose messages the files hold: matches of other sources are then left out. `grace_s`: how
    long a file that was rotated away is held after its last byte, and how long a last line without a newline waits.
    """

    name: str
    paths: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    source: str = "auto"
    from_end: bool = False
    rotated: bool = True
    poll_s: float = 0.25
    grace_s: float = 5.0
    settle_s: float = 1.0
    max_line_bytes: int = MAX_LINE_BYTES


IdentityFields = Callable[[str], tuple[str, ...]]
"""The names of the identity fields of an entry, by its id."""
