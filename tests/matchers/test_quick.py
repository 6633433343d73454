"""The quick way to read a syslog header gives what the envelopes themselves give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers import envelopes
from matchers.envelopes import open_envelope, quick

STAMPS = st.one_of(
    st.from_regex(r"\A(Jan|Feb|Mar|Sep|Foo) [ 0-3]\d [0-2]\d:[0-5]\d:[0-6]\d\Z"),
    st.from_regex(r"\A20[0-9]{2}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-][01]\d:?[03]0)?\Z"),
)
HOSTS = st.one_of(st.just(""), st.sampled_from(["lb1 ", "NETDEV ", "Call ", "2001:db8::1 ", "a.b-c "]))
TAGS = st.sampled_from(["kernel:", "sshd[123]:", "bird:", "prog:", "a/b[1]:", "x y:", "kernel[x]:", "prog", "k:"])
MESSAGES = st.one_of(
    st.text(st.characters(blacklist_characters="\n", blacklist_categories=["Cs"]), max_size=40),
    st.sampled_from(
        [
            "[  12.345678] a",
            "[12.345678][   T24]   Tx Queue  <24>",
            "[  12.345678] [3.000000] <RMT> twice",
            "    deploy : TTY=pts/20",
            "[  12.345678] level=error msg=x",
            "[  12.345678] ",
            "level=error msg=x",
            "a#012b",
            "message repeated 2 times: [ x]",
            "<RMT> x",
            " indented",
            '{"msg": "x"}',
            "kern  :err   : [  12.345678] x",
            "kernel: x",
            "bird[3]: x",
            "Mar 25 15:35:53 lb2 prog: x",
            "Fri 2022-03-25 15:35:53 CST lb1 kernel: x",
            "I0301 12:00:00.000001 12 a.go:3] x",
            "type=AVC msg=audit(1648190153.123:456): avc: denied",
            "node=a type=AVC msg=audit(1648190153.123:456): avc: denied",
            "[  12.345678] kernel: x",
            "[  12.345678] [x] y",
            "[12.345678]x",
        ]
    ),
)


@given(STAMPS, HOSTS, TAGS, MESSAGES)
def test_a_line_is_opened_the_same_with_and_without_the_quick_way(stamp: str, host: str, tag: str, text: str) -> None:
    line = f"{stamp} {host}{tag} {text}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(envelopes, "open_syslog", lambda line: None)
        slow = open_envelope(line)
    assert open_envelope(line) == slow


def test_stamps_are_forgotten_before_they_are_too_many() -> None:
    for number in range(quick._MOST + 10):
        open_envelope(f"2022-03-25T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02} lb1 prog: x")
    assert len(quick._known) <= quick._MOST
