"""The scan of a stream that goes on for ever: at once, settled by time, taken up again after a restart."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.engine import MatcherSet, scan_text
from matchers.live import LiveScanner, ResumePoint
from matchers.match import Match
from matchers.records import MAX_BYTES
from tests.support import DOWN, LINES, block, every_kind, matcher_set, pattern, set_of

MATCHERS = every_kind()


def long_log(seed: int, size: int = 5 * MAX_BYTES) -> bytes:
    """Lines of every kind, sometimes close to one another, sometimes tens of kilobytes apart."""
    chance = random.Random(seed)
    lines: list[bytes] = []
    total = 0
    while total < size:
        lines += [*chance.choices(LINES, k=chance.randrange(6)), b"x" * chance.choice((10, 900, 30000))]
        total = sum(map(len, lines)) + len(lines)
    return b"\n".join(lines) + chance.choice((b"", b"\n"))


def pieces(data: bytes, chance: random.Random, start: int = 0) -> Iterator[bytes]:
    while start < len(data):
        size = chance.choice((1, 40, 5_000, 70_000, 400_000))
        yield data[start : start + size]
        start += size


def key(match: Match) -> tuple[object, ...]:
    fields = tuple(sorted((name, str(value)) for name, value in match.fields.items()))
    return match.entry, match.matcher, match.line, match.offset, match.end, match.text, fields


def keys_of(matches: Sequence[Match]) -> Counter[tuple[object, ...]]:
    return Counter(map(key, matches))


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_it_gives_the_matches_of_a_scan_each_once(seed: int) -> None:
    chance, data = random.Random(seed), long_log(seed)
    scanner = LiveScanner(MATCHERS)
    found = [match for piece in pieces(data, chance) for match in scanner.feed(piece)]
    found += scanner.finish()
    assert keys_of(found) == keys_of(scan_text(MATCHERS, data))


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_a_restart_anywhere_loses_nothing_and_repeats_only_what_begins_behind_the_place(seed: int) -> None:
    chance, data = random.Random(seed), long_log(seed)
    whole = keys_of(scan_text(MATCHERS, data))
    first, before = LiveScanner(MATCHERS), list[Match]()
    for piece in pieces(data, chance):
        before += first.feed(piece)
        if chance.random() < 0.2:
            break
    point = first.resume_point()
    point = ResumePoint.from_plain(json.loads(json.dumps(point.to_plain())))
    second = LiveScanner(MATCHERS, point)
    after = [match for piece in pieces(data, chance, point.read_from) for match in second.feed(piece)]
    after += second.finish()
    assert set(keys_of(before)) | set(keys_of(after)) == set(whole)
    assert max(keys_of(after).values(), default=1) <= max(whole.values(), default=1)
    repeated = set(keys_of(before)) & set(keys_of(after))
    assert all(match.end > point.decided_to for match in after if key(match) in repeated)


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_what_was_settled_is_told_once_whatever_restarts_follow(seed: int) -> None:
    chance, data = random.Random(seed), long_log(seed, MAX_BYTES)
    scanner, found, at, restarts = LiveScanner(MATCHERS), list[Match](), 0, 0
    while at < len(data):
        size = chance.choice((1, 40, 5_000, 70_000))
        found += scanner.feed(data[at : at + size])
        at += size
        if restarts < 12 and chance.random() < 0.3:
            restarts += 1
            decided_to = scanner.resume_point().decided_to
            found += scanner.settle()
            assert list(scanner.settle()) == []
            point = scanner.resume_point()
            assert point.decided_to == max(decided_to, data.rfind(b"\n", 0, at) + 1)
            scanner, at = LiveScanner(MATCHERS, point), point.read_from
    found += scanner.finish()
    told = Counter((match.entry, match.matcher, match.offset, match.end, match.text) for match in found)
    assert max(told.values(), default=1) == 1
    alone = {key(match) for match in scan_text(MATCHERS, data) if match.entry == "free"}
    assert alone == {key(match) for match in found if match.entry == "free"}


def test_a_match_of_one_line_is_there_with_its_newline() -> None:
    scanner = LiveScanner(set_of(pattern(DOWN)))
    assert list(scanner.feed(b"eth0: link is down")) == []
    (match,) = scanner.feed(b"\n")
    assert match.fields == {"iface": "eth0"}
    assert list(scanner.finish()) == []


def rivals() -> MatcherSet:
    return matcher_set(
        ("storm", [block("{iface:iface}: link is down", "all ports are down")]),
        ("down", [pattern(DOWN)]),
        beats={"storm": ["down"]},
    )


def test_a_match_that_may_still_lose_waits_until_it_is_certain() -> None:
    scanner = LiveScanner(rivals())
    assert list(scanner.feed(b"eth0: link is down\n")) == []
    assert [match.entry for match in scanner.settle()] == ["down"]


def test_a_record_that_is_whole_when_it_settles_is_given_to_its_winner() -> None:
    scanner = LiveScanner(rivals())
    assert list(scanner.feed(b"eth0: link is down\nall ports are down\n")) == []
    assert [match.entry for match in scanner.settle()] == ["storm"]


def test_settling_leaves_an_unfinished_line_alone() -> None:
    scanner = LiveScanner(set_of(pattern(DOWN)))
    assert list(scanner.feed(b"eth0: link is ")) == []
    assert list(scanner.settle()) == []
    assert len(list(scanner.feed(b"down\n"))) == 1


def test_a_settled_stream_keeps_little() -> None:
    scanner = LiveScanner(MATCHERS)
    assert list(scanner.feed(b"nothing of note\n" * 50_000)) == []
    assert list(scanner.settle()) == []
    point = scanner.resume_point()
    assert point.decided_to == 800_000
    assert point.decided_to - point.read_from < 10_000
    assert scanner.lines == 50_000


def test_sequences_go_on_after_a_restart() -> None:
    scanner = LiveScanner(MATCHERS)
    assert {match.entry for match in scanner.feed(b"eth0: link is down\n")} <= {"alone", "free"}
    assert "bounce" not in {match.entry for match in scanner.settle()}
    point = scanner.resume_point()
    second = LiveScanner(MATCHERS, ResumePoint.from_plain(json.loads(json.dumps(point.to_plain()))))
    found = [*second.feed(b"eth0: link is down\n"[point.read_from :]), *second.feed(b"eth0: link is up\n")]
    found += second.settle()
    assert "bounce" in {match.entry for match in found}
    assert all(match.line == 2 for match in found)


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"read_from": 5, "decided_to": 1, "line": 1, "state": {}},
        {"read_from": 0, "decided_to": 0, "line": 0, "state": {}},
        {"read_from": 0, "decided_to": 0, "line": 1, "state": []},
        {"read_from": "x", "decided_to": 0, "line": 1, "state": {}},
    ],
)
def test_a_damaged_place_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        ResumePoint.from_plain(plain)
