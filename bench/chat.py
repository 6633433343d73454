"""`python -m bench chat`: how quickly questions in chat are answered.

Questions come at fixed times, whether or not those before are answered, and each is timed from when it was due: a
server that falls behind shows it. They are signed as the vendors sign them, by many people in many channels, half of
them in Slack and half in Mattermost; each pastes ten lines of ordinary log around an example of a shipped entry, and
one in ten searches instead. The server has the shipped entries. It shares the machine with who asks.
"""

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from app.chat import mattermost, slack
from bench.answers import high
from bench.corpora import ordinary_lines
from bench.floors import Floor, print_floors
from bench.process import ProcessFailed
from bench.shipped import kernel_examples
from bench.web import serving
from kb.book import load_dirs
from kb.catalog import SHIPPED, shipped_dir
from kb.entry import Entry

_SECRET = "secret-of-the-bench"
_FORM = "application/x-www-form-urlencoded"
_ASKERS = 16
_PEOPLE, _CHANNELS = 1_000, 100
_WARM_UP_S = 2.0
_WORDS = ("mtu", "tx hang", "网卡重启", "verifier", "丢包", "ospf neighbor", "memlock", "conntrack table full")


@dataclass(frozen=True, slots=True)
class Question:
    """One request; it is signed when it is sent."""

    service: str
    fields: tuple[tuple[str, str], ...]

    def request(self) -> tuple[bytes, dict[str, str]]:
        """Body and headers."""
        body, now = urlencode(self.fields).encode("ascii"), str(int(time.time()))
        headers = {"Content-Type": _FORM}
        if self.service == slack.KIND.name:
            headers |= {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": slack.sign(_SECRET, now, body)}
        return body, headers


@dataclass(frozen=True, slots=True)
class Answered:
    """How long it took from when it was due, in milliseconds, and whether it is an answer."""

    ms: float
    is_answer: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: measured, 1: `--check` and a promise is missed, 2: the server does not do what it should."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="faultbook-bench-") as folder:
        try:
            rows = _measure(Path(folder), options)
        except (ProcessFailed, OSError) as error:
            print(f"bench: {error}", file=sys.stderr)
            return 2
    floors = floors_of(rows)
    print_floors(floors, as_json=options.json)
    return int(options.check and any(each.verdict == "MISSED" for each in floors))


def floors_of(rows: Sequence[Answered]) -> list[Floor]:
    """What is promised of answers in chat."""
    times = [row.ms for row in rows]
    return [
        Floor(f"chat, {len(rows):,} questions, median", median(times), 150, None, "ms", at_most=True),
        Floor("chat, p99", high(times), 150, 50, "ms", at_most=True),
        Floor("chat, without an answer", sum(not row.is_answer for row in rows), 0, None, "in all", at_most=True),
    ]


def questions(seed: int) -> Iterator[Question]:
    """What is asked, for ever."""
    rng = random.Random(f"chat {seed}")
    lines, examples = ordinary_lines(2_000, seed), _examples()
    number = 0
    while True:
        number += 1
        start = rng.randrange(len(lines) - 10)
        paste = "\n".join([*lines[start : start + 5], rng.choice(examples), *lines[start + 5 : start + 10]])
        text = f"search {rng.choice(_WORDS)}" if rng.random() < 0.1 else f"```{paste}```"
        fields = {
            "channel_id": f"C{rng.randrange(_CHANNELS)}",
            "command": "/kb",
            "text": text,
            "token": _SECRET,
            "trigger_id": f"{seed}.{number}",
            "user_id": f"U{rng.randrange(_PEOPLE)}",
        }
        yield Question(rng.choice((slack.KIND.name, mattermost.KIND.name)), tuple(fields.items()))


@cache
def _examples() -> Sequence[str]:
    entries = [each for each in load_dirs([shipped_dir()]).values() if isinstance(each, Entry)]
    return [text for _entry, text in kernel_examples(entries)]


def _measure(folder: Path, options: argparse.Namespace) -> list[Answered]:
    secret = folder / "secret"
    secret.write_text(f"{_SECRET}\n", "ascii")
    environment = {**os.environ, slack.SECRET: str(secret), mattermost.SECRET: str(secret)}
    wanted = questions(options.seed)
    with serving(Path(SHIPPED), folder / "serve.log", environment) as (_process, port):
        _ask_on_time(port, wanted, options.rate, _WARM_UP_S)
        return _ask_on_time(port, wanted, options.rate, options.seconds)


def _ask_on_time(port: int, wanted: Iterator[Question], rate: float, seconds: float) -> list[Answered]:
    """What all questions of so many seconds came to, asked at equal distances."""
    asking = [next(wanted) for _ in range(int(rate * seconds))]
    connections = threading.local()
    begin = time.perf_counter() + 0.1

    def ask(number: int) -> Answered:
        due = begin + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        is_answer = _ask(connections, port, asking[number])
        return Answered((time.perf_counter() - due) * 1000, is_answer)

    with ThreadPoolExecutor(_ASKERS) as askers:
        return list(askers.map(ask, range(len(asking))))


def _ask(connections: threading.local, port: int, question: Question) -> bool:
    connection: http.client.HTTPConnection | None = getattr(connections, "own", None)
    if connection is None:
        connection = connections.own = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body, headers = question.request()
    try:
        connection.request("POST", f"/chat/{question.service}", body, headers)
        response = connection.getresponse()
        data = response.read()
        return response.status == 200 and _is_answer(json.loads(data))
    except (OSError, ValueError, http.client.HTTPException):
        connection.close()
        return False


def _is_answer(told: object) -> bool:
    """Whether it is more than a notice that too much is asked."""
    return isinstance(told, dict) and ("blocks" in told or "attachments" in told)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench chat", description="How quickly chat is answered.")
    parser.add_argument("--rate", type=float, default=50.0, metavar="N", help="questions a second (default 50)")
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S", help="for so long (default 30)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the questions")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    parser.add_argument("--check", action="store_true", help="exit 1 when less than the least is reached")
    return parser


if __name__ == "__main__":
    sys.exit(main())
