"""A small process that starts the measured programs and says what they used. Run as a script; standard library only.

It exists because Linux counts the memory of the process that forks into its child's peak (`ru_maxrss` survives exec):
started from the runner, which holds whole logs, every tool would seem to need as much. A peak below this process's own
(about 9 MiB) cannot be seen.

One JSON object a line in, one out:

    {"argv", "env", "stdin", "stdout", "stderr" (paths), "timeout_s"}
    {"cpu_s", "wall_s", "peak_kib", "code", "timed_out"}
"""

import json
import os
import signal
import sys
import time
from typing import Any


class _Late(Exception):
    """The time is over."""


def _on_alarm(_number: int, _frame: object) -> None:
    raise _Late


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run one program to its end; user and system time are those of its children, too."""
    files = [
        (os.POSIX_SPAWN_OPEN, 0, job["stdin"], os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, job["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, job["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
    ]
    timed_out = False
    start = time.perf_counter()
    pid = os.posix_spawnp(job["argv"][0], job["argv"], job["env"], file_actions=files, setpgroup=0)
    try:
        signal.setitimer(signal.ITIMER_REAL, job["timeout_s"])
        _pid, status, usage = os.wait4(pid, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except _Late:
        timed_out = True
        os.killpg(pid, signal.SIGKILL)  # its own group: nothing but the program and its children
        _pid, status, usage = os.wait4(pid, 0)
    wall_s = time.perf_counter() - start
    return {
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "wall_s": wall_s,
        "peak_kib": usage.ru_maxrss,
        "code": os.waitstatus_to_exitcode(status),
        "timed_out": timed_out,
    }


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGALRM, _on_alarm)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
