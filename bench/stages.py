"""Where the time of a scan goes: the CPU time by module, sampled.

`python -m bench.stages OUT ARGUMENTS...` runs faultbook's command line with these arguments in this process and writes
the seconds of each module to OUT as JSON. A signal asks every millisecond of CPU time which function of the project is
at work. Inside a call into C no signal is served, so each sample weighs what the main thread used since the last one:
the call gets its time. What other threads use is counted as theirs.
"""

import json
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

from bench.process import ROOT

_ROOMS = tuple(f"{ROOT / room}/" for room in ("app", "kb", "matchers"))
_INTERVAL_S = 0.001


class Sampler:
    """Counts seconds by module while it is on."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._last = time.thread_time()
        self._start = time.process_time()

    def start(self) -> None:
        """Begin; only the main thread may."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, _INTERVAL_S, _INTERVAL_S)

    def stop(self) -> dict[str, float]:
        """End; the seconds of each module."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        total = time.process_time() - self._start
        others = total - sum(self._seconds.values())
        if others > total / 100:
            self._seconds["other threads"] = others
        return dict(self._seconds)

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        now = time.thread_time()
        self._seconds[_module(frame)] += now - self._last
        self._last = now


def _module(frame: FrameType | None) -> str:
    """The innermost module of the project that is at work."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(_ROOMS):
            return str(frame.f_globals.get("__name__", "?"))
        frame = frame.f_back
    return "start"


def main() -> None:
    """Run faultbook, then write the seconds, whatever its exit code."""
    from app.cli import main as faultbook  # noqa: PLC0415 - its start is not what is asked for

    out = Path(sys.argv[1])
    sys.argv = ["faultbook", *sys.argv[2:]]
    sampler = Sampler()
    sampler.start()
    try:
        faultbook()
    finally:
        out.write_text(json.dumps(sampler.stop()))


if __name__ == "__main__":
    main()
