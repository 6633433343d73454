"""Ids: made of what was read, and of nothing else."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.watch.follow.chain import LINK_BYTES, Chain, Link
from app.watch.follow.identity import FileKey
from app.watch.ids import digest, journal_id, stream_id
from app.watch.stream import Recogniser, Segment, Stream, StreamPoint
from tests.app.watch.following import MATCHERS, Followed, TestClock, append, lines
from tests.support import pieces_of


def never(_value: str) -> int:
    return 0


@given(st.lists(st.text()), st.lists(st.text()))
def test_other_parts_make_another_id(one: list[str], other: list[str]) -> None:
    assert (digest(one) == digest(other)) == (one == other)


def test_an_id_is_32_hex_digits() -> None:
    assert len(digest(("x", 1, b"\xff"))) == 32
    assert int(journal_id("h", "s=1;i=2", "entry", "matcher", 0), 16) >= 0
    assert stream_id("h", "run", 0, "e", "m", 0) != stream_id("h", "run", 1, "e", "m", 0)


@given(st.binary(max_size=300), st.lists(st.integers(0, 10**6), max_size=8))
def test_a_chain_does_not_depend_on_how_the_bytes_came(part: bytes, cuts: list[int]) -> None:
    data = (part + b"\n") * (3 * LINK_BYTES // (len(part) + 1))
    whole, cut = Chain(never), Chain(never)
    whole.take(data)
    for piece in pieces_of(data, cuts):
        cut.take(piece)
    assert cut.marks == whole.marks
    assert cut.link_before(len(data)) == whole.link_before(len(data))


@given(st.integers(0, 4 * LINK_BYTES))
def test_a_chain_goes_on_where_it_was_taken_up_again(at: int) -> None:
    data = b"a line like every other\n" * (5 * LINK_BYTES // 24)
    whole, first = Chain(never), Chain(never)
    whole.take(data)
    first.take(data[:at])
    link, marks = first.link_before(at), first.marks
    second = Chain(never, Link(link.offset, link.value), marks)
    second.take(data[link.offset :])
    assert second.marks == whole.marks


def test_a_line_names_the_mark_before_it_and_the_first_line_the_one_behind_it() -> None:
    chain = Chain(never)
    chain.take(b"first\n" + b"x" * 600 + b"\n")
    assert [mark.offset for mark in chain.marks] == [6, 256, 512]
    assert chain.mark_before(0).offset == 6
    assert chain.mark_before(6).offset == 6
    assert chain.mark_before(300).offset == 256


def test_a_first_line_without_newline_has_a_mark_once_the_chain_is_closed() -> None:
    chain = Chain(never)
    chain.take(b"abc")
    chain.close()
    assert [mark.offset for mark in chain.marks] == [3]


def test_the_same_bytes_read_by_another_watcher_have_the_same_ids(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, lines(*range(3000)))
    at_once, bit_by_bit = Followed(log).wait(), Followed(log)
    while len(bit_by_bit.rows) < 3000:
        bit_by_bit.turn(4096)
    assert list(at_once.rows) == list(bit_by_bit.rows)
    at_once.close()
    bit_by_bit.close()


def test_two_files_with_equal_bytes_have_different_ids(tmp_path: Path) -> None:
    for name in ("one.log", "other.log"):
        append(tmp_path / name, lines(1, 1))
    followed = Followed(tmp_path / "*.log").wait()
    assert len(followed.rows) == 4
    followed.close()


def test_the_id_in_the_row_is_that_of_the_row(tmp_path: Path) -> None:
    append(tmp_path / "app.log", lines(1))
    followed = Followed(tmp_path / "app.log").wait()
    assert [json.loads(row.json)["id"] for row in followed.rows.values()] == list(followed.rows)
    followed.close()


def _fed(stream: Stream, chain: Chain, data: bytes, begin: int, end: int) -> list[str]:
    """The ids that these bytes give; the chain goes over each once."""
    if chain.offset < end:
        chain.take(data[chain.offset : end])
    return [row.id for row in stream.feed(bytearray(data[begin:end]), end - begin)] if end > begin else []


_TEXTS = st.lists(
    st.sampled_from(
        [b"demo: 7 failed\n", b"demo: hang 7\n", b"  code 3\n", b"  code 4\n", b"quiet\n", b"q" * 900 + b"\n"]
    ),
    min_size=1,
    max_size=400,
).map(b"".join)


@settings(max_examples=60)
@given(_TEXTS, st.lists(st.integers(0, 1 << 30), max_size=8))
def test_a_stream_taken_up_again_anywhere_gives_the_ids_of_one_read_at_once(data: bytes, cuts: list[int]) -> None:
    recogniser = Recogniser(MATCHERS, lambda _entry: (), "h", TestClock())
    origin = FileKey(1, 2, 3)

    def begun(chain: Chain, start: StreamPoint | None) -> Stream:
        stream = Stream(recogniser, "/log", start=start)
        stream.begin(Segment(0, 0, 0, origin, chain))
        return stream

    chain = Chain(lambda _value: 0)
    stream = begun(chain, None)
    whole = [*_fed(stream, chain, data, 0, len(data)), *(row.id for row in stream.settle())]

    chain, told, at = Chain(lambda _value: 0), list[str](), 0
    stream = begun(chain, None)
    for cut in sorted({each % (len(data) + 1) for each in cuts}):
        told += _fed(stream, chain, data, at, max(at, cut))
        point = StreamPoint.from_plain(json.loads(json.dumps(stream.point().plain())))
        stream, at = begun(chain, point), point.scan.read_from
    told += [*_fed(stream, chain, data, at, len(data)), *(row.id for row in stream.settle())]
    assert sorted(told) == sorted(whole)
    assert len(set(whole)) == len(whole)
