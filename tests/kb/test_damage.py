"""Every example of every shipped entry, damaged in each way in which pastes get damaged, is still recognised.

A damage is a function from an example to what somebody pastes. Recognised means: by the same entry, with the fields
that the undamaged example gives. What a damage takes away for good is said in `LOST` and in `NOT_NAMED_WITHOUT`.
"""

import html
import json
import quopri
import random
import re
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.book import Book, load_dirs, open_book
from kb.catalog import shipped_dir
from kb.entry import Entry
from kb.recognise import Answer, recognise
from matchers.engine import scan_text
from matchers.fieldtypes import Value, type_of
from matchers.repair import Variant, repairs

Damage = Callable[[str], str]

STAMP = re.compile(
    r"^(?:<\d+>)?(?:\[ *\d+\.\d+\] |[A-Z][a-z]{2} {1,2}\d{1,2} [\d:]{8}(?: \S+ (?=\S+: ))?|\d{4}-\d\d-\d\dT\S+ \S+ "
    r"|\d{4}[-/]\d\d[-/]\d\d [\d:.]+ |\d\d-\d\d-\d{4} [\d:]+ )",
    re.MULTILINE,
)
PCI_FUNCTION = re.compile(r"\b([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2})\.[0-7]\b")


def each_line(change: Callable[[str], str]) -> Damage:
    return lambda text: "".join(f"{change(line)}\n" for line in text.rstrip("\n").split("\n"))


def prefixed(prefix: str) -> Damage:
    return each_line(lambda line: f"{prefix}{line}")


def numbered(form: str, start: int = 1) -> Damage:
    def damage(text: str) -> str:
        return "".join(form.format(number, line) for number, line in enumerate(text.rstrip("\n").split("\n"), start))

    return damage


def random_of(text: str) -> random.Random:
    return random.Random(text)  # the same damage in every run


def coloured(text: str) -> str:
    """As `dmesg --color=always` and `grep --color` do: stamps, names and found words in colours."""
    out = re.sub(r"(?m)^(\[ *\d+\.\d+\]) ?", "\x1b[32m\\1\x1b[0m \x1b[33m", text)
    chance = random_of(text)
    words = re.split(r"(\s+)", out)
    return "".join(
        f"\x1b[01;31m\x1b[K{word}\x1b[m\x1b[K" if word.strip() and chance.random() < 0.3 else word for word in words
    )


def linked(text: str) -> str:
    """With a title set, links around words and the cursor moved."""
    words = re.split(r"(\s+)", text)
    out = (
        f"\x1b]8;;https://example.net/{n}\x1b\\{word}\x1b]8;;\x1b\\" if n % 4 == 0 and word.strip() else word
        for n, word in enumerate(words)
    )
    return "\x1b]0;root@lb1: ~\x07" + "".join(out) + "\x1b[?25h\x1b[2K"


def curly(text: str) -> str:
    """As word processors and phones write quotes, dashes and points."""
    out = re.sub(r"(?<![A-Za-z0-9])'", "‘", text).replace("'", "’")
    out = re.sub(r'(?<![^\s=({])"', "“", out).replace('"', "”")
    return out.replace("--", "—").replace("...", "…").replace(" - ", " – ")


def soft(text: str) -> str:
    """With characters that nobody sees between others."""
    chance = random_of(text)
    return "\ufeff" + "".join(
        c + chance.choice("\u200b\u200d\u00ad\u2060") if chance.random() < 0.1 and c != "\n" else c for c in text
    )


def table(text: str) -> str:
    rows = "".join(
        f"| {n} | {line.replace('|', chr(92) + '|')} |\n" for n, line in enumerate(text.rstrip("\n").split("\n"), 1)
    )
    return f"| # | message |\n| --- | :---: |\n{rows}"


def one_cell(text: str) -> str:
    return (
        f"| time | log |\n|---|---|\n| 10:32 | {text.rstrip().replace('|', chr(92) + '|').replace(chr(10), '<br>')} |\n"
    )


def escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def wrapped(width: int, indent: str = "") -> Damage:
    """As mail programs wrap: at blanks; blanks at the wrap are lost."""
    wrapper = textwrap.TextWrapper(
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=True,
    )
    return each_line(lambda line: "\n".join(wrapper.wrap(line)) or line)


def cut(width: int) -> Damage:
    """As terminals wrap: in the middle of words, at a column."""
    return each_line(lambda line: "\n".join(line[at : at + width] for at in range(0, len(line), width)) or line)


def doubled(text: str) -> str:
    return re.sub(r"(?<=\S) (?=\S)", "  ", text)


DAMAGES: dict[str, Damage] = {
    "quoted": prefixed("> "),
    "quoted twice": prefixed(">> "),
    "quoted twice, with a blank": prefixed("> > "),
    "quoted without a blank": prefixed(">"),
    "quoted with a bar": prefixed("| "),
    "in a fence": lambda text: f"Hello,\n```console\n{text.rstrip()}\n```\nthanks\n",
    "in a fence on its line": lambda text: f"```{text.rstrip()}```",
    "as inline code": lambda text: text if "\n" in text.rstrip() or "`" in text else f"we see `{text.rstrip()}` here",
    "in colours": coloured,
    "in colours, escapes as text": lambda text: coloured(text).replace("\x1b", "^["),
    "in colours, escapes lost": lambda text: coloured(text).replace("\x1b", ""),
    "with links and titles": linked,
    "curly": curly,
    "non-breaking blanks": lambda text: text.replace(" ", "\u00a0"),
    "every other blank non-breaking": lambda text: text.replace("  ", " \u00a0"),
    "unseen characters": soft,
    "HTML entities": html.escape,
    "HTML entities twice": lambda text: html.escape(html.escape(text)),
    "HTML source": lambda text: (
        "<p>Hi!</p>\n<pre>" + html.escape(text, quote=False).replace("\n", "<br/>").replace("  ", "&nbsp; ") + "</pre>"
    ),
    "HTML lines": each_line(lambda line: f'<div class="line"><span>{html.escape(line, quote=False)}</span></div>'),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "escaped": escaped,
    "escaped twice": lambda text: escaped(escaped(text)),
    "a piece of JSON": lambda text: f'"level":"error","error":"{escaped(text)}","caller":"main.go:12',
    "a piece of JSON in JSON": lambda text: f'rpc error: {{\\"code\\":2,\\"message\\":\\"{escaped(escaped(text))}\\"}}',
    "wrapped at 72": wrapped(72),
    "wrapped at 60": wrapped(60),
    "wrapped at 45": wrapped(45),
    "wrapped at 60, indented": wrapped(60, "    "),
    "cut at 80": cut(80),
    "cut at 100": cut(100),
    "cut at 132": cut(132),
    "newlines lost": lambda text: text.replace("\n", " "),
    "newlines lost without a blank": lambda text: text.replace("\n", ""),
    "newlines and indentation lost": lambda text: " ".join(text.split()),
    "numbered by cat": numbered("{:6}\t{}\n"),
    "numbered by grep": numbered("{}:{}\n", 4711),
    "numbered by an editor": numbered("{:4} | {}\n", 98),
    "numbered with points": numbered("{}. {}\n"),
    "numbered with blanks": numbered("{}  {}\n", 8),
    "found by grep": numbered("/var/log/messages:{}:{}\n", 1200),
    "after a prompt": lambda text: f"[root@lb1 ~]# dmesg | tail\n{text.rstrip()}\n[root@lb1 ~]# \n",
    "behind a prompt": lambda text: f"root@lb1:~# {text}",
    "prompt on every line": prefixed("# "),
    "as a list": prefixed("- "),
    "a Markdown table": table,
    "one cell of a table": one_cell,
    "indented": prefixed("        "),
    "indented by a tab": prefixed("\t"),
    "stamps missing": lambda text: STAMP.sub("", text),
    "stamps cut": lambda text: STAMP.sub(lambda found: found[0][len(found[0]) // 2 :], text),
    "PCI functions missing": lambda text: PCI_FUNCTION.sub(r"\1", text),
    "blanks doubled": doubled,
    "blanks at line ends": each_line(lambda line: f"{line}   \t "),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "unended": lambda text: text.rstrip("\n"),
    "old Macintosh line ends": lambda text: text.replace("\n", "\r"),
    "empty lines between": lambda text: text.replace("\n", "\n\n"),
    "amid prose": lambda text: (
        f"Hi all, since the upgrade we see this, any idea?\n\n{text.rstrip()}\n\nIt happens twice a day.\n"
    ),
    "amid Chinese": lambda text: f"大家好，升级之后报错：{text.rstrip()}。请问怎么办？\n",
}

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-16 with its mark": lambda text: text.encode("utf-16"),
    "UTF-16, the other order": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without its mark": lambda text: text.encode("utf-16-le"),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "GB18030": lambda text: f"报错\n{text}".encode("gb18030"),
}

WRAPS = frozenset(name for name in DAMAGES if name.startswith("wrapped"))
CUTS = frozenset(name for name in DAMAGES if name.startswith("cut"))

LOST: list[tuple[str, str, str, str]] = [
    # damage ("" for several), entry, how the example begins, why its fields come out otherwise
    ("newlines lost without a blank", "bpf-verifier-invalid-indirect-read", "580: (b7)", "16 and 581 make 16581"),
    ("newlines lost without a blank", "bpf-verifier-invalid-read-from-stack", "4: (15)", "2 and 5 make 25"),
    ("newlines lost without a blank", "bpf-verifier-map-value-or-null", "libbpf: prog 'enter", "19 and 12 make 1912"),
    ("newlines lost without a blank", "bpf-verifier-map-value-or-null", "14: (85) call", "#1 and 15 make #115"),
    ("newlines lost without a blank", "pcie-aer-error", "0000:50:00.0: PCIe", "00000000 and 0000:50 make 12 digits"),
    ("wrapped at 45", "bpf-verifier-log-buffer-too-small", "Mar 25 15:35:53", "an instruction begins a line of a log"),
    ("wrapped at 45", "virtio-net-xdp-queues", "[   41.309117]", "what is left without XDP is another message"),
    ("", "veth-xdp-enospc", 'time="2024-05-06', "a message in broken logfmt also tells the interface"),
]


class Case(NamedTuple):
    """An example and the answer that it gives undamaged."""

    entry: str
    text: str
    types: Mapping[str, str]
    fields: dict[str, Value | None]


@pytest.fixture(scope="module")
def book(shared_cache: Path) -> Book:
    opened = open_book([shipped_dir()], shared_cache)
    opened.article = cache(opened.article)  # type: ignore[method-assign] # reading articles is none of this
    return opened


@pytest.fixture(scope="module")
def cases(book: Book) -> list[Case]:
    return list(cases_of(book))


def cases_of(book: Book) -> Iterator[Case]:
    for entry in load_dirs([shipped_dir()]).values():
        assert isinstance(entry, Entry)
        for matcher in entry.matchers:
            if matcher.name not in entry.recovers and f"{entry.id}/{matcher.name}" not in entry.recovers:
                for example in matcher.match:
                    answer = answer_of(book, entry.id, example.text)
                    assert answer is not None, example.text
                    yield Case(entry.id, example.text, matcher.types, answer.fields)


def answer_of(book: Book, entry: str, paste: str | bytes) -> Answer | None:
    data = paste.encode() if isinstance(paste, str) else paste
    return next((answer for answer in recognise(book, data) if answer.article.id == entry), None)


def is_same(case: Case, damage: str, answer: Answer) -> bool:
    """Whether the fields are those of the undamaged example; a value at the end of a message may end at a wrap.

    Where a line is cut more may be read: a loader's one line is taken as a whole, its pieces are lines of the verifier.
    """
    if answer.fields == case.fields:
        return True
    if damage in CUTS and answer.fields.items() >= case.fields.items():
        return all(str(answer.fields[name]) in case.text for name in answer.fields.keys() - case.fields.keys())
    if damage not in WRAPS or answer.fields.keys() != case.fields.keys():
        return False
    return all(
        answer.fields[name] == value
        or (case.types.get(name) == "text" and str(value).startswith(str(answer.fields[name])))
        for name, value in case.fields.items()
    )


def is_lost(case: Case, damage: str) -> bool:
    return any(
        name in ("", damage) and entry == case.entry and case.text.startswith(begin) for name, entry, begin, _ in LOST
    )


def failures(book: Book, cases: Iterable[Case], damage: str, damaged: Callable[[str], str | bytes]) -> list[str]:
    found = []
    for case in cases:
        if damaged(case.text) == case.text:
            continue
        answer = answer_of(book, case.entry, damaged(case.text))
        if answer is None:
            found.append(f"{case.entry} not recognised: {damaged(case.text)!r}")
        elif not is_same(case, damage, answer) and not is_lost(case, damage):
            found.append(f"{case.entry}: {answer.fields} in place of {case.fields}: {damaged(case.text)!r}")
    return found


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_example_is_recognised_after_each_damage(book: Book, cases: list[Case], damage: str) -> None:
    if damage == "PCI functions missing":
        cases = [case._replace(fields={name: short(value) for name, value in case.fields.items()}) for case in cases]
    assert failures(book, cases, damage, DAMAGES[damage]) == []


def short(value: Value | None) -> Value | None:
    return PCI_FUNCTION.sub(r"\1", value) if isinstance(value, str) else value


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_example_is_recognised_in_each_encoding(book: Book, cases: list[Case], encoding: str) -> None:
    assert failures(book, cases, encoding, ENCODINGS[encoding]) == []


def test_what_is_said_to_be_lost_is_lost(book: Book, cases: list[Case]) -> None:
    for name, entry, begin, why in LOST:
        damages = [name] if name else ["quoted", "escaped"]
        those = [case for case in cases if case.entry == entry and case.text.startswith(begin)]
        assert those, (entry, begin)
        answers = [(case, answer_of(book, entry, DAMAGES[damage](case.text))) for case in those for damage in damages]
        assert any(answer is not None and answer.fields != case.fields for case, answer in answers), (name, entry, why)


# Values blacked out: the entry is named, the field is null, the others are what they are.

MARKS = ("XXX", "x.x.x.x", "[REDACTED]", "***", "...", "█████", "<ip>")
ADDRESSES = {"x.x.x.x": ("ip", "prefix"), "<ip>": ("ip", "prefix")}
DOUBTFUL = ("...",)  # also ends a sentence: a line without it that fits as well is believed rather
NOT_NAMED_WITHOUT = {
    "bird-bmp-connection-stalled": "only the name of the protocol tells BMP's line from that of BGP",
    "bird-rip-packet-rejected": "only the name of the protocol tells RIP's line from that of OSPF",
    "rcu-stall": "its matchers spell out the flavour (rcu...) in the value itself",
}


def strict_fields(case: Case, mark: str) -> list[str]:
    """Fields of strict types whose value stands once in the example, so that it is known where."""
    names = [name for name in case.fields if name in case.types and "." not in name]
    kinds = {name: case.types[name] for name in names}
    return [
        name
        for name in names
        if type_of(kinds[name]).in_commands
        and not kinds[name].startswith("=")
        and (mark not in ADDRESSES or kinds[name] in ADDRESSES[mark])
        and stands_once(str(case.fields[name]), case.text)
    ]


def stands_once(value: str, text: str) -> bool:
    """Whether it is there as a word, and nowhere as a part of one (the 0 of `R0`)."""
    return len(standing(value).findall(text)) == len(re.findall(rf"(?<![0-9]){re.escape(value)}(?![0-9])", text)) == 1


def standing(value: Value | None) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_.]){re.escape(str(value))}(?![A-Za-z0-9_])")


def blacked_out(case: Case, names: Iterable[str], mark: str) -> str:
    text = case.text
    for name in names:
        text = standing(case.fields[name]).sub(lambda _found: mark, text)
    return text


def hidden_wrongly(book: Book, case: Case, names: list[str], mark: str) -> str | None:
    text = blacked_out(case, names, mark)
    answer = answer_of(book, case.entry, text)
    if answer is None:
        return f"{case.entry} without {names} not named: {text!r}"
    if mark in DOUBTFUL:
        return None
    shown = {name: answer.fields.get(name) for name in names if answer.fields.get(name) is not None}
    return f"{case.entry} shows {shown}: {text!r}" if shown else None


@pytest.mark.parametrize("mark", MARKS)
def test_a_problem_is_named_with_all_its_values_blacked_out(book: Book, cases: list[Case], mark: str) -> None:
    wrong = [
        hidden_wrongly(book, case, names, mark)
        for case in cases
        if case.entry not in NOT_NAMED_WITHOUT and len(names := strict_fields(case, mark)) > 1
    ]
    assert len(wrong) > 10
    assert [each for each in wrong if each is not None] == []


@pytest.mark.parametrize("mark", ["xxx"])
def test_a_problem_is_named_with_one_of_its_values_blacked_out(book: Book, cases: list[Case], mark: str) -> None:
    wrong = [
        hidden_wrongly(book, case, [name], mark)
        for case in cases
        if case.entry not in NOT_NAMED_WITHOUT
        for name in strict_fields(case, mark)
    ]
    assert len(wrong) > 400
    assert [each for each in wrong if each is not None] == []


# Damages in one another.

BREAKS = frozenset(name for name in DAMAGES if name.startswith(("wrapped", "cut", "newlines lost", "newlines and")))
BREAKS |= {"quoted-printable", "HTML source", "one cell of a table", "old Macintosh line ends"}
AROUND = sorted(DAMAGES.keys() - BREAKS)
IN_WORDS = frozenset({"with links and titles", "in colours", "in colours, escapes as text", "in colours, escapes lost"})


@settings(max_examples=400, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 100_000), first=st.sampled_from(AROUND), second=st.sampled_from(AROUND))
def test_one_damage_around_another_hides_nothing(
    book: Book, cases: list[Case], number: int, first: str, second: str
) -> None:
    case = cases[number % len(cases)]
    assert answer_of(book, case.entry, DAMAGES[second](DAMAGES[first](case.text))) is not None


def test_broken_lines_with_another_damage_are_nearly_always_recognised(book: Book, cases: list[Case]) -> None:
    """What a colour code or a link was cut in is gone; of the rest, one in fifty may be."""
    chance = random_of("pairs")
    around = [name for name in AROUND if name not in IN_WORDS]
    missed = []
    for number in range(500):
        pair = [chance.choice(around), chance.choice(sorted(BREAKS))]
        first, second = pair if number % 2 else pair[::-1]
        case = chance.choice(cases)
        if answer_of(book, case.entry, DAMAGES[second](DAMAGES[first](case.text))) is None:
            missed.append((case.entry, first, second))
    assert len(missed) <= 10, missed


@settings(max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 100_000), first=st.sampled_from(AROUND), second=st.sampled_from(sorted(DAMAGES)))
def test_what_is_clean_is_not_cleaned_again(cases: list[Case], number: int, first: str, second: str) -> None:
    text = DAMAGES[second](DAMAGES[first](cases[number % len(cases)].text))
    for variant in repairs(Variant(text)):
        again = next(repairs(Variant(variant.text)), variant)
        assert again.text == variant.text or "escapes" in again.undone or "escapes" not in variant.undone


# What is whole stays as it is.

QUIET = Path(__file__).resolve().parents[1] / "quiet"
SPEAKS_OF_FAULTS = ("source-code.log", "test-expectations.log", "format-strings.log", "prose.log")


def plain_answers(book: Book, text: str) -> dict[str, dict[str, int | str]]:
    """What the scan alone finds: of each entry the most telling match."""
    found = [match for match in scan_text(book.matchers, text.encode(), paste=True) if not match.recovery]
    found.sort(key=lambda match: (match.order, -match.weight, -len(match.fields)))
    return {match.entry: match.fields for match in reversed(found)}


def says_as_much(fields: dict[str, int | str], plain: dict[str, int | str]) -> bool:
    """Whether these are the fields of the plain text and perhaps more, or they stand within one of them."""
    inner = all(any(str(value) in str(whole) for whole in plain.values()) for value in fields.values())
    return fields.items() >= plain.items() or inner


def test_undamaged_text_gives_the_same_answers_with_and_without_repair(book: Book) -> None:
    for entry in load_dirs([shipped_dir()]).values():
        assert isinstance(entry, Entry)
        for matcher in entry.matchers:
            for text in (*(example.text for example in matcher.match), *matcher.no_match):
                plain = plain_answers(book, text)
                answers = {each.article.id: each.match.fields for each in recognise(book, text.encode())}
                # Of a line that is a chain of errors, repair may read the inner ones more closely.
                assert answers.keys() <= plain.keys(), text
                assert all(says_as_much(answers[name], plain[name]) for name in answers), text
                missing = plain.keys() - answers.keys()
                assert all(any(book.matchers.wins(name, each) for name in answers) for each in missing), text


@pytest.mark.parametrize("name", sorted(path.name for path in QUIET.glob("*.log")))
def test_quiet_logs_stay_quiet(book: Book, name: str) -> None:
    text = (QUIET / name).read_text("utf-8")
    assert {each.article.id for each in recognise(book, text.encode())} <= plain_answers(book, text).keys()


@pytest.mark.parametrize("name", SPEAKS_OF_FAULTS)
def test_text_that_only_speaks_of_faults_is_not_recognised_in_pieces(book: Book, name: str) -> None:
    lines = (QUIET / name).read_text("utf-8").splitlines()
    chance = random_of(name)
    changes: list[Damage] = [
        str,
        lambda text: text.replace("\n", " "),
        lambda text: text.replace("\n", ""),
        prefixed("> "),
        each_line(html.escape),
        escaped,
        wrapped(72),
        curly,
        numbered("{:4} | {}\n"),
    ]
    for number in range(300):
        at, count = chance.randrange(len(lines)), chance.choice((1, 1, 2, 4, 8, 20, 40))
        piece = "\n".join(lines[at : at + count])
        pasted = changes[number % len(changes)](piece)
        answers = {each.article.id for each in recognise(book, pasted.encode())}
        assert answers <= plain_answers(book, piece).keys() | plain_answers(book, pasted).keys(), pasted


# Evidence, order, bounds.

MISMATCH = "ospf1: MTU mismatch with nbr 192.0.2.126 on bond0 (remote 9000, local 1500)"


def test_the_evidence_of_a_repaired_paste_is_the_repaired_text(book: Book) -> None:
    answer = answer_of(
        book,
        "bird-ospf-mtu-mismatch",
        "> ospf1: MTU mismatch with nbr 192.0.2.126\n> on bond0 (remote 9000, local\n> 1500)\n",
    )
    assert answer is not None
    assert answer.match.text == MISMATCH
    assert answer.match.assembled


def test_the_evidence_of_an_undamaged_paste_is_the_paste(book: Book) -> None:
    answer = answer_of(book, "bird-ospf-mtu-mismatch", f"{MISMATCH}\n")
    assert answer is not None
    assert (answer.match.text, answer.match.assembled, answer.match.offset) == (MISMATCH, False, 0)


def test_problems_that_need_different_repairs_are_all_found_the_most_specific_first(book: Book) -> None:
    lines = [
        f"\x1b[31m{MISMATCH}\x1b[0m",
        "nf_conntrack: table full, dropping",
        "packet",
        "neighbor table overflow! xxx",
    ]
    found = [each.article.id for each in recognise(book, "\n".join(lines).encode())]
    assert found == ["nf-conntrack-table-full", "bird-ospf-mtu-mismatch"]


def test_a_blacked_out_value_is_null_and_a_gap(book: Book) -> None:
    answer = answer_of(book, "bird-ospf-mtu-mismatch", MISMATCH.replace("bond0", "<redacted>"))
    assert answer is not None
    assert answer.fields == {
        "protocol": "ospf1",
        "neighbor": "192.0.2.126",
        "iface": None,
        "remote": 9000,
        "local": 1500,
    }
    assert "iface" not in answer.match.fields
    assert answer.values.lookup("iface")[0] is None


def test_a_condition_on_a_blacked_out_value_counts_as_true(book: Book) -> None:
    answer = answer_of(book, "bird-ospf-mtu-mismatch", MISMATCH.replace("9000", "xxxx"))
    assert answer is not None
    assert answer.fields["remote"] is None


HOSTILE: dict[str, str] = {
    "quotes": "> ",
    "entities": "&amp;",
    "escape sequences": "\x1b[",
    "strings of a terminal": "\x1b]0;",
    "backticks": "`",
    "escapes": "\\n",
    "escaped quotes": '\\"',
    "strings": '"a":"b c d\\n",',
    "objects": '{"a":',
    "soft breaks": "=3D\n",
    "rows": "| a | b |\n",
    "prompts": "a@b:~ ",
    "blanks at the end": " ",
    "unseen": "\u200b",
    "marks": "xx ",
    "angles": "<i",
    "stamps": "[1.000000] ",
    "words": "lorem ipsum ",
    "one word": "a",
    "a message without newlines": f"{MISMATCH} ",
    "marked messages": "MTU mismatch with nbr xxx on xxx (remote xxx, local xxx) ",
    "wrapped messages": "> MTU mismatch with nbr 192.0.2.1 on\n> eth0 (remote 1,\n> local 2)\n",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_mebibyte_of_hostile_text_costs_at_most_two_seconds_more(book: Book, kind: str) -> None:
    data = (HOSTILE[kind] * (1 << 20))[: 1 << 20].encode()[: 1 << 20]
    began = time.process_time()
    scan_text(book.matchers, data, paste=True)
    plain = time.process_time() - began
    recognise(book, data)
    assert time.process_time() - began - 2 * plain < 2.0
