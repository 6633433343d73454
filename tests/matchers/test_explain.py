import time

import pytest

from matchers.errors import MatcherError
from matchers.explain import check_where, nearest, why_not
from matchers.spec import Matcher
from matchers.threshold import Threshold
from tests.support import block, keys, pattern, regex, sequence

MTU = pattern(
    "MTU mismatch with nbr {neighbor:ip} on {iface:iface} (remote {remote:int}, local {local:int})", source="bird"
)


def test_a_near_miss_shows_the_word_at_which_it_misses() -> None:
    near = nearest(
        MTU, "x\n2022-12-03 20:30:51.893 <RMT> ospf1: MTU mismatch with nbr 192.0.2.126 on bond0 (local 1500)"
    )
    assert near.what == (
        'fits up to "MTU mismatch with nbr {neighbor:ip} on {iface:iface}", '
        'then expects "(remote" where the text has "(local 1500)"'
    )
    assert 0.4 < near.share < 0.9


def test_a_near_miss_shows_the_value_that_is_of_another_type() -> None:
    near = nearest(MTU, "MTU mismatch with nbr router7 on bond0 (remote 1, local 2)")
    assert near.what == (
        'fits up to "MTU mismatch with nbr", then expects {neighbor:ip} where the text has '
        '"router7 on bond0 (remote 1, local 2)"'
    )


def test_a_text_that_ends_too_soon_says_so() -> None:
    assert nearest(MTU, "MTU mismatch with").what.endswith('then expects "nbr" where the text has nothing more')


def test_the_line_that_got_furthest_is_shown() -> None:
    text = "MTU of it\nMTU mismatch with nbr 192.0.2.1 on\nMTU mismatch"
    assert "expects {iface:iface}" in nearest(MTU, text).what


def test_nothing_near_is_nothing() -> None:
    assert nearest(MTU, "all is well\n").share == 0.0
    assert nearest(MTU, "").what == nearest(keys({"op": "LOAD"}), "op=LOAD").what == "nothing of it is there"


def test_the_whole_wording_is_tried_before_its_words() -> None:
    matcher = pattern("prog {name:text}: not found at all")
    assert nearest(matcher, "prog a: b: not found at all").share == 1.0


def test_the_step_of_a_block_is_named() -> None:
    matcher = block("unit hang", "queue {q:int} is stuck now")
    assert nearest(matcher, "queue 3 is fine").what.startswith('step 2: fits up to "queue {q:int} is"')


@pytest.mark.parametrize(
    ("matcher", "says"),
    [
        (pattern("link is down", where="1 == 2"), 'where "1 == 2" is not true'),
        (pattern("link is down", unless=["down"]), "an unless pattern fits"),
        (block("link is down", "and up"), "another step of the block"),
        (pattern("link is down", threshold=Threshold(5, 10, ())), "its count of 5 is not reached"),
        (sequence("link is down", "link is up"), "do not follow each other"),
        (pattern("link is down"), "comes from another program"),
        (regex("link is d[a-z]+n"), "the wording fits, but"),
        (regex("link is u[a-z]+"), "the regex fits no line"),
        (keys({"op": "LOAD"}), "lacks a key"),
        (pattern("link is up"), 'expects "up" where the text has "down"'),
    ],
)
def test_the_reason_follows_from_what_the_matcher_asks_for(matcher: Matcher, says: str) -> None:
    assert says in why_not(matcher, "Mar 25 15:35:53 lb1 sshd[1]: link is down")


def test_a_regex_is_searched_as_it_is_in_a_scan() -> None:
    began = time.process_time()
    assert "no line" in why_not(regex("(?:a+)+b"), "a" * 5000)
    assert time.process_time() - began < 1


def test_a_large_paste_is_explained_in_bounds() -> None:
    began = time.process_time()
    nearest(MTU, ("MTU mismatch with nbr 192.0.2.1 " * 40_000))
    nearest(MTU, "MTU mismatch with nbr 192.0.2.1 on bond0\n" * 30_000)
    assert time.process_time() - began < 2


def test_a_condition_is_checked_against_the_fields() -> None:
    check_where("a > 1", {"a": "int"})
    with pytest.raises(MatcherError, match="not a condition"):
        check_where("a + 1", {"a": "int"})
    with pytest.raises(MatcherError, match="is not a field"):
        check_where("b > 1", {"a": "int"})
