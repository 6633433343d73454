"""Where in a paste the evidence of a match stands."""

import pytest

from kb.book import Book
from kb.evidence import Pasted, Span
from kb.recognise import recognise

MTU = "2022-12-03 20:30:51.893 <RMT> ospf1: MTU mismatch with nbr 192.0.2.126 on bond0 (remote 9000, local 1500)"


def spans_of(book: Book, paste: str) -> tuple[Span, ...]:
    answers = recognise(book, paste.encode("utf-8", "surrogateescape"))
    assert len(answers) == 1
    return Pasted(paste).evidence(answers[0].match)


def test_of_an_undamaged_paste_it_is_the_whole_line(shipped_book: Book) -> None:
    assert spans_of(shipped_book, f"é first\n{MTU}\nlast") == (Span(2, 0, len(MTU)),)


def test_lines_that_do_not_belong_to_a_block_are_left_out(shipped_book: Book) -> None:
    lines = [
        "Mar 25 15:35:53 lb1 kernel: [686973.797868] ixgbe 0000:83:00.0 p4p1: Detected Tx Unit Hang (XDP)",
        "Mar 25 15:35:53 lb1 kernel: [686973.797868]   Tx Queue             <28>",
        "Mar 25 15:35:53 lb1 sshd[48260]: Accepted publickey for ops",
        "Mar 25 15:35:53 lb1 kernel: [686973.797868]   TDH, TDT             <84>, <136>",
        "Mar 25 15:35:53 lb1 kernel: [686973.797868]   next_to_use          <136>",
        "Mar 25 15:35:53 lb1 kernel: [686973.797868]   next_to_clean        <84>",
    ]
    assert [span.line for span in spans_of(shipped_book, "\n".join(lines))] == [1, 2, 4, 5, 6]


@pytest.mark.parametrize(
    ("paste", "lines"),
    [
        (f"hello\n> > {MTU}\n> bye", [2]),
        (f"hello\n{MTU[:60]}\n{MTU[60:]}\nbye", [2, 3]),
        (f"see `{MTU}` here", [1]),
    ],
)
def test_of_a_damaged_paste_it_is_found_by_its_words(shipped_book: Book, paste: str, lines: list[int]) -> None:
    spans = spans_of(shipped_book, paste)
    assert [span.line for span in spans] == lines
    assert "mismatch" in "".join(paste.split("\n")[span.line - 1][span.start : span.end] for span in spans)


def test_spans_stand_within_their_lines(shipped_book: Book) -> None:
    paste = f"x\r\n\n{MTU}\tx"
    for span in spans_of(shipped_book, paste):
        assert 0 <= span.start < span.end <= len(paste.split("\n")[span.line - 1])
