import json
import time

import pytest

from matchers.errors import MatcherError
from matchers.keyed import MAX_PAIRS, pairs_of
from tests.support import fields_in, keys, scan, set_of

AUDITD = (
    'type=AVC msg=audit(1648190153.123:456): avc:  denied  { map_create } for  pid=123 comm="loader" '
    "scontext=system_u:system_r:l4lb_t:s0 tcontext=system_u:system_r:l4lb_t:s0 tclass=bpf permissive=0"
)
DENIED = {"type": "AVC", "tclass": "bpf", "permission": "map_create", "comm": "{comm:word}"}


@pytest.mark.parametrize(
    "line",
    [
        AUDITD,
        f"node=lb1 {AUDITD}",
        f"Mar 25 15:35:53 lb1 audispd: {AUDITD}",
        "audit: " + AUDITD.replace("type=AVC msg=audit", "type=1400 audit"),
        "[   12.345678] audit: " + AUDITD.replace("type=AVC msg=audit", "type=1400 audit"),
        "Mar 25 15:35:53 lb1 kernel: audit: " + AUDITD.replace("type=AVC msg=audit", "type=1400 audit"),
        json.dumps({"_TRANSPORT": "audit", "MESSAGE": AUDITD, "__CURSOR": "x"}),
        AUDITD.replace('comm="loader"', "comm=6C6F61646572"),
        " ".join(
            ["type=AVC", *reversed(AUDITD.split(": ", 1)[1].replace("avc:  denied  { map_create } for  ", "").split())]
        )
        + " avc:  denied  { map_create } for",
    ],
)
def test_a_record_is_recognised_in_any_order_and_envelope(line: str) -> None:
    assert fields_in(keys(DENIED), line) == [{"comm": "loader"}]


@pytest.mark.parametrize(
    "change",
    [
        ("tclass=bpf", "tclass=file"),
        ("tclass=bpf", "tclass=bpf2"),
        ("tclass=bpf", "xtclass=bpf"),
        ("type=AVC", "type=SYSCALL"),
        ("{ map_create }", "{ prog_load }"),
        ('comm="loader" ', ""),
        ("Mar", "Mar"),
    ],
)
def test_a_key_that_is_missing_or_differs_is_no_match(change: tuple[str, str]) -> None:
    line = AUDITD.replace(*change)
    assert len(scan(keys(DENIED), line)) == (line == AUDITD)


def test_a_record_of_another_program_is_no_match() -> None:
    assert scan(keys(DENIED), f"Mar 25 15:35:53 lb1 sshd[1]: {AUDITD}") == []
    assert len(scan(keys(DENIED), f"Mar 25 15:35:53 lb1 sshd[1]: {AUDITD}", paste=True)) == 1


def test_values_of_json_and_logfmt_are_keys() -> None:
    matcher = keys({"Topic": "Peer", "msg": "hold timer expired", "Key": "{n:ip}"}, source="text")
    record = {"Topic": "Peer", "Key": "192.0.2.1", "msg": "hold timer expired", "detail": "hold timer expired on peer"}
    assert fields_in(matcher, json.dumps(record)) == [{"n": "192.0.2.1"}]
    assert fields_in(matcher, 'level=info Topic=Peer Key=192.0.2.1 msg="hold timer expired"') == [{"n": "192.0.2.1"}]
    assert fields_in(matcher, json.dumps({"time": "x", "attrs": record})) == []


def test_a_record_gives_one_match_however_many_texts_it_holds() -> None:
    record = {"event": "peer down", "msg": "a long\ntext of\nlines", "error": "peer down: it is gone"}
    assert len(scan(keys({"event": "peer down"}, source="text"), json.dumps(record))) == 1


def test_a_value_in_json_escapes_is_found() -> None:
    assert len(scan(keys({"msg": '网卡 "down" 😀'}, source="text"), json.dumps({"msg": '网卡 "down" 😀', "a": 1}))) == 1


def test_a_captured_value_must_fit_as_a_whole_and_be_of_its_type() -> None:
    matcher = keys({"op": "LOAD", "prog-id": "{id:int}"})
    assert fields_in(matcher, "type=BPF prog-id=12 op=LOAD") == [{"id": 12}]
    assert fields_in(matcher, "type=BPF prog-id=12a op=LOAD") == []
    assert fields_in(keys({"op": "LOAD", "name": "prog {p:text} of {n:int}"}), 'op=LOAD name="prog a b of 3"') == [
        {"p": "a b", "n": 3}
    ]


def test_a_value_with_blanks_that_auditd_wrote_in_hex_is_read() -> None:
    hexed = b"my prog".hex().upper()
    assert pairs_of(f"type=PROCTITLE proctitle={hexed}", {})["proctitle"] == "my prog"
    matcher = keys({"comm": "my prog", "tclass": "bpf"})
    assert len(scan(matcher, f"type=AVC comm={hexed} tclass=bpf")) == 1


def test_keys_of_a_record_inside_a_record_are_read() -> None:
    pairs = pairs_of("type=USER_AVC msg=audit(1.2:3): pid=1 msg='avc:  denied  { start } for auid=5 exe=\"/a b\"'", {})
    assert (pairs["auid"], pairs["exe"], pairs["avc"], pairs["permission"]) == ("5", "/a b", "denied", "start")


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("a=1 a=2", "a", "1"),
        ("a= b=2", "a", ""),
        ('a="x y" b=2', "a", "x y"),
        ('a="x \\" y" b=2', "b", "2"),
        ("a='x y' b=2", "a", "x y"),
        ('a="never closed b=2', "a", ""),
        ("x.y-z=1", "x.y-z", "1"),
        ("1a=2 b=3", "b", "3"),
        ("k" * 64 + "=1", "k" * 64, "1"),
        ("avc:  denied  {   read   write   } for pid=1", "permission", "read   write"),
    ],
)
def test_a_pair_is_read(text: str, key: str, value: str) -> None:
    assert pairs_of(text, {})[key] == value


def test_what_the_envelope_says_comes_first() -> None:
    assert pairs_of("a=1 b=2", {"a": "9"}) == {"a": "9", "b": "2", "type": ""}


def test_no_more_pairs_are_read_than_a_record_has() -> None:
    assert len(pairs_of(" ".join(f"k{n}=1" for n in range(10_000)), {})) == MAX_PAIRS + 1


@pytest.mark.parametrize(
    "fill", ["a", "a=", 'a="', "a='", 'a="\\', "a=\\", "avc:  denied  { a ", "avc: ", " ", "a.", "="]
)
def test_a_megabyte_of_anything_is_read_in_linear_time(fill: str) -> None:
    text = "avc:  denied  { x" + (fill * (1 << 20))[: 1 << 20]
    began = time.process_time()
    pairs_of(text, {})
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("tests", [{"type": "AVC"}, {"comm": "{c:word}"}, {"type": "AVC", "avc": "denied"}])
def test_without_a_plain_value_to_search_for_there_is_no_matcher(tests: dict[str, str]) -> None:
    with pytest.raises(MatcherError, match="at least one key with a plain value"):
        set_of(keys(tests))


def test_where_and_unless_hold_for_records_too() -> None:
    denied = {"tclass": "bpf", "pid": "{pid:int}"}
    assert fields_in(keys(denied, where="pid > 100"), AUDITD) == [{"pid": 123}]
    assert fields_in(keys(denied, where="pid < 100"), AUDITD) == []
    assert fields_in(keys(denied, unless=["permissive=0"]), AUDITD) == []
