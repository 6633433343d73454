"""The shipped entries: every example is a test, and its values may be others of their types."""

import random
import re
from collections.abc import Callable

import pytest

from kb.book import Book, load_dirs
from kb.catalog import entry_files, shipped_dir
from kb.entry import Entry
from kb.load import load_file
from kb.recognise import recognise
from kb.schema import field_value
from matchers import where
from matchers.engine import scan_text
from matchers.fieldtypes import Value, read_value
from matchers.match import Match
from matchers.spec import Example, Expression, Matcher

ENTRIES = sorted(
    (each for each in load_dirs([shipped_dir()]).values() if isinstance(each, Entry)), key=lambda each: each.id
)
FILES = entry_files(shipped_dir())
Case = tuple[Entry, Matcher, int]


def cases(kind: str) -> list[Case]:
    alive = [entry for entry in ENTRIES if entry.article.status != "retired"]
    pairs = [(entry, matcher) for entry in alive for matcher in entry.matchers]
    return [(entry, matcher, number) for entry, matcher in pairs for number in range(len(getattr(matcher, kind)))]


def name_of(case: object) -> str:
    entry, matcher, number = case  # type: ignore[misc]
    return f"{entry.id}/{matcher.name}/{number + 1}"


def own(entry: Entry, matcher: Matcher, found: list[Match]) -> list[Match]:
    return [each for each in found if (each.entry, each.matcher) == (entry.id, matcher.name)]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_shipped_entry_loads_without_a_problem(path: object) -> None:
    assert [str(problem) for problem in load_file(str(path), shipped_dir()).problems] == []


def test_every_shipped_entry_is_in_the_book(shipped_book: Book) -> None:
    assert list(shipped_book.complaints) == []
    assert list(shipped_book.ids) == sorted(path.stem for path in FILES)


@pytest.mark.parametrize("case", cases("match"), ids=name_of)
def test_an_example_gives_exactly_its_match(shipped_book: Book, case: Case) -> None:
    entry, matcher, number = case
    example: Example = matcher.match[number]
    found = own(entry, matcher, scan_text(shipped_book.matchers, example.text.encode(), keep_beaten=True))
    assert len(found) == 1
    if example.fields is not None:
        types = matcher.types
        assert found[0].fields == {name: field_value(value, types[name]) for name, value in example.fields}


@pytest.mark.parametrize("case", cases("no_match"), ids=name_of)
def test_a_near_miss_stays_silent(shipped_book: Book, case: Case) -> None:
    entry, matcher, number = case
    text = matcher.no_match[number].encode()
    assert own(entry, matcher, scan_text(shipped_book.matchers, text, keep_beaten=True)) == []


@pytest.mark.parametrize("case", cases("match"), ids=name_of)
def test_a_pasted_example_is_answered_with_its_entry_first_or_behind_one_that_beats_it(
    shipped_book: Book, case: Case
) -> None:
    entry, matcher, number = case
    ids = [answer.article.id for answer in recognise(shipped_book, matcher.match[number].text.encode())]
    if matcher.name in entry.recovers:
        return  # says that the trouble is over, and is no answer
    assert entry.id in ids
    before = ids[: ids.index(entry.id)]
    assert all(shipped_book.matchers.wins(other, entry.id) for other in before), before


LETTERS = "abcdefghijklmnopqrstuvwxyz"
Draw = Callable[[random.Random], str]


def ident(draw: random.Random) -> str:
    return draw.choice(LETTERS) + "".join(draw.choices(LETTERS + "0123456789_", k=draw.randint(1, 9)))


def ipv4(draw: random.Random) -> str:
    return ".".join(str(draw.randint(0, 255)) for _ in range(4))


def ipv6(draw: random.Random) -> str:
    return draw.choice(["2001:db8::{:x}", "2001:db8:1:2:3:4:5:{:x}", "fe80::{:x}"]).format(draw.randint(1, 65535))


VALUES: dict[str, Draw] = {
    "int": lambda draw: str(draw.choice([0, 1, draw.randint(0, 10**6), draw.randint(0, 10**15)])),
    "hex": lambda draw: f"{draw.choice([0, 9, draw.randint(0, 2**48)]):x}",
    "mac": lambda draw: ":".join(f"{draw.randint(0, 255):02x}" for _ in range(6)),
    "pci": lambda draw: (
        f"{draw.choice(['0000', '10000'])}:{draw.randint(0, 255):02x}:{draw.randint(0, 31):02x}.{draw.randint(0, 7)}"
    ),
    "iface": lambda draw: draw.choice(
        ["eth0", "enp94s0f1np1", "bond0.100", "veth12ab", "br-lan", "p4p1_0", ident(draw)[:15]]
    ),
    "ident": ident,
    "path": lambda draw: f"/sys/fs/bpf/{ident(draw)}",
    "duration": lambda draw: f"{draw.randint(0, 999)}{draw.choice(['s', 'ms', ' ms', 'us'])}",
    "word": ident,
    "text": lambda draw: f"{ident(draw)} {ident(draw)}",
}


def another(kind: str, old: str, draw: random.Random) -> str:
    """Another text of the same type, of the same shape where the type has several."""
    if kind.startswith("="):
        return draw.choice(kind[1:].split("|"))
    if kind in ("ip", "prefix"):
        address = ipv6(draw) if ":" in old else ipv4(draw)
        return address if kind == "ip" else f"{address}/{draw.randint(0, 32)}"
    if kind == "quoted":
        return old[0] + VALUES["text"](draw) + old[-1]
    return VALUES[kind](draw)


def fit(matcher: Matcher, text: str) -> tuple[Expression, re.Match[str]] | None:
    """The first wording that fits the text as it stands, envelope and all."""
    for expression in matcher.steps[0].expressions:
        hit = re.search(expression.regex(), text)
        if hit:
            return expression, hit
    return None


def varied(matcher: Matcher, text: str, draw: random.Random) -> tuple[str, dict[str, Value]] | None:
    """The text with its values changed, and the fields it must then give; None where a condition does not hold."""
    fitting = fit(matcher, text)
    if fitting is None:
        return None
    expression, hit = fitting
    fields: dict[str, Value] = {}
    for name, kind in reversed(expression.types.items()):
        start, end = hit.span(name)
        new = another(kind, text[start:end], draw)
        text = text[:start] + new + text[end:]
        fields[name] = read_value(kind, new)
    if matcher.where and not where.evaluate(where.parse(matcher.where), fields, matcher.types):
        return None
    return text, fields


PATTERNS = [
    case for case in cases("match") if case[1].kind == "pattern" and case[1].threshold is None and not case[1].unless
]


@pytest.mark.parametrize("case", PATTERNS, ids=name_of)
def test_other_values_of_the_same_types_are_recognised_as_those_values(shipped_book: Book, case: Case) -> None:
    entry, matcher, number = case
    for seed in range(8):
        made = varied(matcher, matcher.match[number].text, random.Random(f"{name_of(case)} {seed}"))
        if made is None:
            continue
        text, fields = made
        found = [
            each for each in scan_text(shipped_book.matchers, text.encode(), keep_beaten=True) if each.entry == entry.id
        ]
        earlier = [each.name for each in entry.matchers[: entry.matchers.index(matcher)]]
        if not any(each.matcher in earlier for each in found):
            assert [each.fields for each in own(entry, matcher, found)] == [fields], text
