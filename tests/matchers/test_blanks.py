"""A blank of a pattern is one space to the scan: lines with other blanks are found all the same, at every column."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.forms import squeeze
from tests.support import BackendName, matcher_set, pattern, scan

MATCHER = pattern("b c", "ab cd", "foo 5", "TDH <{tdh:hex}>", "x 5", source="text")
PIECES = st.sampled_from(
    [*"abcx5[.", "Mar", "foo", "TDH", "<1>", " ", "  ", "\t", " \t", "    ", "kernel:", "\n", "\n[", "\n "]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["hyperscan", "re"]))
def test_every_line_that_fits_is_found_whatever_its_blanks(text: str, backend: BackendName) -> None:
    lines = text.split("\n")
    alone = [line for line in lines if scan(matcher_set(("e", [MATCHER]), backend="re"), f"-: {line}".encode())]
    together = scan(matcher_set(("e", [MATCHER]), backend=backend), "\n".join(f"-: {line}" for line in lines).encode())
    assert [match.text for match in together] == [f"-: {line}" for line in alone]


@pytest.mark.parametrize(
    "line",
    ["ab  cd", "ab\tcd", "x: ab \t cd", "[ab   cd", "foo  5", "[  x  5", "TDH  <84>", "aTDH: TDH  <84>", "abc: ab  cd"],
)
@pytest.mark.parametrize("before", ["", "Mar  5 15:35:53 lb1 kernel: y\n", "[    5.638530] y\n", "\n" * 9])
def test_runs_of_blanks_are_found_at_every_column_and_after_every_line(line: str, before: str) -> None:
    found = scan(matcher_set(("e", [MATCHER])), (before + line).encode())
    assert [match.text for match in found][-1:] == [line]


@given(st.binary(max_size=200))
def test_squeezing_keeps_the_lines(data: bytes) -> None:
    squeezed = squeeze(data)
    assert squeezed.count(b"\n") == data.count(b"\n")
    assert b"  " not in squeezed
    assert b"\t" not in squeezed
