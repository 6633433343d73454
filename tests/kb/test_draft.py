"""`new`: from a pasted error to a draft that lints, and entries as text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.book import load_dirs
from kb.catalog import shipped_dir
from kb.draft import draft
from kb.dump import dump, scalar
from kb.entry import Entry
from kb.lint import lint
from kb.load import load_text
from kb.schema import field_value
from matchers.engine import scan_text
from tests.support import matcher_set

ENTRIES = [entry for entry in load_dirs([shipped_dir()]).values() if isinstance(entry, Entry)]
PASTES = {
    "one line with its stamp": "[  686.797868] foonic 0000:83:00.0 p4p1: ring 3 stuck at 0x1f after 30s, resetting",
    "braces and a percent sign": "Mar 25 15:35:53 lb1 kernel: foonic: queue {7} is 93% full {sic}",
    "several lines": "[ 1.000001] foonic 0000:04:00.1 eth2: descriptor error\n[ 1.000002]   head <1f>\n",
    "BIRD": "2022-12-03 20:30:51.893 <RMT> bgp1: Peculiar notice from 192.0.2.7, code 12",
    "IPv6, MAC and prefix": "route 2001:db8::/32 via 2001:db8::1 lladdr 52:54:00:12:34:56 is peculiar",
    "Chinese around it": "转发进程报错：peculiar failure on bond0.100 (mtu 9000)",
    "control characters": "peculiar \x1b[31mfailure\x1b[0m 12 happened",
}


def as_expected(entry: Entry) -> Entry:
    """The entry with its examples' values as the types read them: how `84` was written does not matter."""
    text = dump(entry)
    loaded = load_text(text, "x.yaml")
    assert loaded.problems == (), text
    assert loaded.entry is not None
    return loaded.entry


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_survives_load_dump_load(entry: Entry) -> None:
    again = as_expected(entry)
    assert again.article == entry.article
    assert (again.beats, again.recovers) == (entry.beats, entry.recovers)
    for one, other in zip(again.matchers, entry.matchers, strict=True):
        types = one.types
        for own, given_one in zip(one.match, other.match, strict=True):
            assert own.text == given_one.text
            for (name, value), (_, wanted) in zip(own.fields or (), given_one.fields or (), strict=True):
                assert field_value(value, types.get(name, "text")) == field_value(wanted, types.get(name, "text"))
        assert (one.name, one.steps, one.keys, one.where, one.unless) == (
            other.name,
            other.steps,
            other.keys,
            other.where,
            other.unless,
        )
        assert (one.threshold, one.within_s, one.by, one.record) == (
            other.threshold,
            other.within_s,
            other.by,
            other.record,
        )


@pytest.mark.parametrize("paste", PASTES.values(), ids=PASTES)
def test_a_paste_becomes_a_draft_that_lints(tmp_path: Path, paste: str) -> None:
    made = draft("my-problem", "".join(char for char in paste if char == "\n" or char.isprintable()))
    path = tmp_path / "my-problem.yaml"
    path.write_text(dump(made), "utf-8")
    report = lint([path], [shipped_dir()])
    assert [str(problem) for problem in report.problems if problem.level == "error"] == []


def test_values_become_typed_fields_and_fixed_text_stays() -> None:
    made = draft("my-problem", PASTES["one line with its stamp"])
    [expression] = made.matchers[0].steps[0].expressions
    wanted = "foonic {pci:pci} {iface:iface}: ring {ring:int} stuck at {at:hex} after {duration:duration}, resetting"
    assert expression.text == wanted
    assert made.matchers[0].source == "kernel"


def test_a_paste_without_fixed_text_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="give the whole line"):
        draft("my-problem", "0x1f 192.0.2.1 12")


@given(st.text(max_size=200))
def test_whatever_is_pasted_gives_a_draft_that_recognises_it_or_a_reason(paste: str) -> None:
    try:
        made = draft("my-problem", paste)
    except ValueError as error:
        assert "give the" in str(error)
        return
    scan_text(matcher_set((made.id, list(made.matchers))), paste.encode("utf-8", "surrogatepass"))


@given(
    st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
)
def test_any_text_survives_as_a_title(title: str) -> None:
    one_line = " ".join(title.split()) or "x"
    made = draft("my-problem", "peculiar failure 12")
    text = dump(made).replace("en: peculiar failure 12", "en: x", 1)
    assert load_text(text, "x.yaml").entry is not None
    assert load_text(f"id: a\ntitle:\n  en: {scalar(one_line)}\nfix: {{en: x}}\n", "a.yaml").entry is not None
