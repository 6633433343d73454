"""From a file to an entry: traps of YAML and of file systems, each answered with its place, never with an exception."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

import kb.load
from kb.book import load_dirs
from kb.entry import Both, Entry
from kb.load import MAX_DEPTH, MAX_FILE_BYTES, MAX_NODES, load_file, load_text
from kb.problem import Problem

Put = Callable[..., Path]
GOOD = "id: a\ntitle: {en: T}\nfix: {en: F}\n"


def places(text: str) -> list[tuple[int, int, str]]:
    return [(each.line, each.column, each.rule) for each in load_text(text, "a.yaml").problems]


TRAPS = [
    ("a key twice", GOOD + "id: b\n", [(4, 1, "duplicate-key")]),
    ("a key twice deep inside", "id: a\ntitle: {en: T, zh: 题, en: U}\nfix: {en: F}\n", [(2, 23, "duplicate-key")]),
    ("an unknown key", GOOD + "servity: error\n", [(4, 1, "unknown-key")]),
    ("an unknown key deep inside", "id: a\ntitle: {en: T}\nfix:\n  en: F\n  de: G\n", [(5, 3, "unknown-key")]),
    ("an anchor", "id: a\ntitle: {en: &t T}\nfix: {en: F}\n", [(2, 13, "anchor")]),
    ("an anchor on a mapping", "id: a\ntitle: &t {en: T}\nfix: {en: F}\n", [(2, 8, "anchor")]),
    ("an anchor and its alias", "id: a\ntitle: &t {en: T}\nfix: *t\n", [(2, 8, "anchor"), (3, 6, "alias")]),
    ("an alias of nothing", "id: a\ntitle: *t\n", [(2, 8, "alias")]),
    ("a merge key with an alias", "a: &x {b: c}\n<<: *x\n", [(1, 4, "anchor"), (2, 5, "alias")]),
    ("a tag", "id: !!str a\n", [(1, 5, "tag")]),
    ("a tag of one's own", "id: !mine a\n", [(1, 5, "tag")]),
    ("the tag that means nothing", "id: ! a\n", [(1, 5, "tag")]),
    ("a tag that would run code", "!!python/object/apply:os.system ['true']\n", [(1, 1, "tag")]),
    ("two documents", GOOD + "---\nid: b\n", [(4, 1, "many-documents")]),
    ("a document behind the end of one", GOOD + "...\n---\nid: b\n", [(5, 1, "many-documents")]),
    ("a tab before a key", "id: a\n\ttitle: x\n", [(2, 1, "yaml")]),
    ("a tab as indentation", "id: a\ntitle:\n\ten: x\n", [(3, 1, "yaml")]),
    ("a NUL", "id: a\ntitle: {en: T\0}\n", [(2, 14, "yaml")]),
    ("an escape character", "id: a\ntitle: {en: \x1b[31m}\n", [(2, 13, "yaml")]),
    ("a line separator that editors do not show", "id: a\ntitle: {en: 题\u2028T}\n", [(2, 14, "yaml")]),
    ("a next-line character", "id: a\x85title: {en: T}\n", [(1, 6, "yaml")]),
    ("a carriage return alone", "id: a\rtitle: {en: T}\n", [(1, 6, "yaml")]),
    ("a byte order mark in the middle", "id: a\ntitle: {en: \ufeffT}\n", [(2, 13, "yaml")]),
    ("half a surrogate pair", 'id: "\\ud800"\n', [(1, 8, "yaml")]),
    ("a quote that is not closed", "id: 'a\ntitle: {en: T}\n", [(3, 1, "yaml")]),
    ("a bracket that is not closed", "id: a\nrelated: [b\n", [(3, 1, "yaml")]),
    ("a colon in a plain text", "id: a\ntitle: {en: T}\nfix:\n  en: do this: that\n", [(4, 14, "yaml")]),
    ("a backtick at the beginning", "id: a\nfix:\n  en: `cmd`\n", [(3, 7, "yaml")]),
    ("an at sign at the beginning", "id: @a\n", [(1, 5, "yaml")]),
    ("another version of YAML", "%YAML 3.1\n---\nid: a\n", [(1, 1, "yaml")]),
    ("nothing at all", "", [(1, 1, "empty")]),
    ("comments only", "# nothing\n\n", [(1, 1, "empty")]),
    ("a document of nothing", "---\n", [(2, 1, "wrong-type")]),
    ("a list", "- id: a\n", [(1, 1, "wrong-type")]),
    ("a sentence", "hello world\n", [(1, 1, "wrong-type")]),
    ("keys in another order", "id: a\nfix: {en: F}\ntitle: {en: T}\n", [(3, 1, "key-order")]),
    ("missing keys", "severity: error\n", [(1, 1, "missing-key"), (1, 1, "missing-key")]),
    ("a severity that YAML takes for truth", GOOD.replace("fix", "severity: on\nfix"), [(3, 11, "unknown-word")]),
    ("an id that YAML takes for false, which it is not", GOOD.replace("id: a", "id: no"), []),
    ("an id that YAML takes for octal", GOOD.replace("id: a", "id: 012"), []),
]


@pytest.mark.parametrize(("text", "problems"), [case[1:] for case in TRAPS], ids=[case[0] for case in TRAPS])
def test_a_trap_of_yaml_is_answered_with_its_place(text: str, problems: list[tuple[int, int, str]]) -> None:
    assert places(text) == problems


@pytest.mark.parametrize("text", [case[1] for case in TRAPS], ids=[case[0] for case in TRAPS])
def test_the_answer_to_a_trap_says_what_to_do(text: str) -> None:
    for problem in load_text(text, "a.yaml").problems:
        assert any(remedy in problem.message for remedy in ("; ", "should be", "did you mean")), problem.message
        assert "\n" not in str(problem)


@pytest.mark.parametrize(("text", "problems"), [case[1:] for case in TRAPS], ids=[case[0] for case in TRAPS])
def test_pythons_own_yaml_reader_refuses_the_same(
    monkeypatch: pytest.MonkeyPatch, text: str, problems: list[tuple[int, int, str]]
) -> None:
    # Where PyYAML came without libyaml its own reader is used; it may name another place for broken YAML.
    monkeypatch.setattr(kb.load, "_Loader", yaml.SafeLoader)
    assert [rule for _line, _column, rule in places(text)] == [rule for _line, _column, rule in problems]


def test_values_are_what_is_written_and_not_what_yaml_makes_of_them() -> None:
    text = """\
id: a
title: {en: no, zh: on}
components: [012]
affected:
  - {component: 1e3, ranges: [{stream: 12:30:45, introduced: 1.10, fixed: 2022-12-03}]}
fix: {en: ~, zh: 'null'}
"""
    loaded = load_text(text, "a.yaml")
    assert loaded.problems == ()
    assert loaded.entry is not None
    article = loaded.entry.article
    assert article.title == Both("no", "on")
    assert article.components == ("012",)
    version = article.affected[0].ranges[0]
    assert (version.stream, version.introduced, version.fixed) == ("12:30:45", "1.10", "2022-12-03")
    assert article.fix == Both("~", "null")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[
            ("84", 84),
            ("'84'", "84"),
            ("012", "012"),
            ("0", 0),
            ("-5", -5),
            ("+5", "+5"),
            ("1.10", "1.10"),
            ("no", "no"),
        ],
        *[("12:30:45", "12:30:45"), ("0x1f", "0x1f"), ("1_000", "1_000"), ("00", "00"), ("''", "")],
    ],
)
def test_a_field_of_an_example_is_a_number_only_where_it_is_written_plainly_as_one(written: str, value: object) -> None:
    text = f"""\
id: a
title: {{en: T}}
matchers:
  - name: m
    source: text
    pattern: 'value {{x:word}}'
    examples: {{match: [{{text: value 1, fields: {{x: {written}}}}}]}}
fix: {{en: F}}
"""
    loaded = load_text(text, "a.yaml")
    assert loaded.problems == ()
    assert loaded.entry is not None
    fields = loaded.entry.matchers[0].match[0].fields
    assert fields == (("x", value),)
    assert type(fields[0][1]) is type(value)


def test_a_pattern_may_stand_in_a_block_and_its_newline_does_not_count() -> None:
    matcher = "  - name: m\n    source: text\n    pattern: |\n      value {x:int}\n"
    loaded = load_text(f"id: a\ntitle: {{en: T}}\nmatchers:\n{matcher}fix: {{en: F}}\n", "a.yaml")
    assert loaded.problems == ()
    assert loaded.entry is not None
    assert loaded.entry.matchers[0].steps[0].expressions[0].text == "value {x:int}"


def test_all_problems_of_a_file_come_at_once() -> None:
    text = """\
id: A b
title: {en: T, fr: U}
status: done
severity: bad
matchers:
  - name: M
    source: kernl
    pattern: ''
  - name: two
    source: text
fix: [F]
extra: 1
"""
    assert places(text) == [
        (1, 5, "wrong-form"),
        (2, 16, "unknown-key"),
        (3, 9, "unknown-word"),
        (4, 11, "unknown-word"),
        (6, 11, "wrong-form"),
        (7, 13, "unknown-word"),
        (8, 14, "empty"),
        (9, 5, "one-of"),
        (11, 6, "wrong-type"),
        (12, 1, "unknown-key"),
    ]


@pytest.mark.parametrize(
    ("word", "meant"), [("titel", "title"), ("severty", "severity"), ("component", "components"), ("Fix", "fix")]
)
def test_a_misspelt_key_is_answered_with_the_right_one(word: str, meant: str) -> None:
    problems = load_text(f"{GOOD}{word}: x\n", "a.yaml").problems
    assert f'did you mean "{meant}"?' in problems[0].message


def test_every_anchor_and_tag_of_a_file_is_named() -> None:
    assert places("id: !x a\ntitle: {en: &t T}\nfix: {en: !y F}\n") == [
        (1, 5, "tag"),
        (2, 13, "anchor"),
        (3, 11, "tag"),
    ]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_where_it_becomes_too_deep(opening: str) -> None:
    problems = load_text(opening * 2000, "a.yaml").problems
    assert [problem.rule for problem in problems] == ["too-deep"]
    assert problems[0].column == MAX_DEPTH * len(opening) + 1


def test_too_many_values_are_refused_before_a_tree_is_built() -> None:
    problems = load_text("[" + "a," * (MAX_NODES + 1) + "]", "a.yaml").problems
    assert [problem.rule for problem in problems] == ["too-large"]


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    began = time.process_time()
    assert {problem.rule for problem in load_text("\n".join(lines), "a.yaml").problems} == {"anchor", "alias"}
    assert time.process_time() - began < 1


@given(st.text(max_size=200) | st.text(alphabet="ab:-[]{}&*!|>'\"%#?,\n \t@`\0\ud800\u2028\ufeff", max_size=60))
@example("\ud800")
@example("? ? ?")
@example("'\\'")
@example("key: |\n\n\n  \n")
def test_no_text_makes_loading_raise(text: str) -> None:
    loaded = load_text(text, "a.yaml")
    assert loaded.entry is None
    lines = text.count("\n") + 2
    assert loaded.problems
    assert all(1 <= each.line <= lines and each.column >= 1 for each in loaded.problems)


def refusal(path: Path, root: Path | None = None) -> Problem:
    loaded = load_file(path, root)
    assert loaded.entry is None
    assert len(loaded.problems) == 1
    assert loaded.problems[0].path == str(path)
    return loaded.problems[0]


def test_a_file_is_read_as_its_text_is(put: Put) -> None:
    path = put("a", GOOD)
    assert load_file(path).entry == load_text(GOOD, "x").entry
    assert load_file(path, path.parent).problems == ()


def test_a_byte_order_mark_and_windows_newlines_change_nothing(put: Put) -> None:
    text = "id: a\ntitle: {en: T}\nfix:\n  en: |\n    one\n    two\nextra: 1\n"
    plain = load_text(text, "x").problems[0]
    other = load_file(put("a", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())).problems[0]
    assert (other.line, other.column, other.message) == (plain.line, plain.column, plain.message)


def test_a_file_with_a_byte_order_mark_is_an_entry(put: Put) -> None:
    assert load_file(put("a", b"\xef\xbb\xbf" + GOOD.encode())).entry == load_text(GOOD, "x").entry


def test_bytes_that_are_not_utf8_are_named_by_line_and_column(put: Put) -> None:
    problem = refusal(put("a", "id: a\ntitle: {en: 题é".encode() + b"\xff}\n"))
    assert (problem.line, problem.column, problem.rule) == (2, 15, "not-utf8")


@pytest.mark.parametrize("codec", ["utf-16", "utf-32", "gb18030"])
def test_other_encodings_are_told_to_become_utf8(put: Put, codec: str) -> None:
    problem = refusal(put("a", "title: 题目".encode(codec)))
    assert problem.rule == "not-utf8"
    assert "save the file as UTF-8" in problem.message


def test_a_huge_file_is_refused_without_being_parsed(put: Put) -> None:
    assert refusal(put("a", b"#" * (MAX_FILE_BYTES + 1))).rule == "too-large"


def test_the_largest_file_allowed_is_read(put: Put) -> None:
    filler = GOOD.encode() + b"#" * (MAX_FILE_BYTES - len(GOOD))
    assert load_file(put("a", filler)).problems == ()


def test_a_fifo_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    os.mkfifo(path)
    assert refusal(path, tmp_path).rule == "not-a-file"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    assert refusal(Path(device)).rule == "not-a-file"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).rule == "not-a-file"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    problem = refusal(tmp_path / "a.yaml")
    assert problem.rule == "unreadable"
    assert "No such file" in problem.message


def test_a_link_out_of_the_directory_is_refused(put: Put, tmp_path: Path) -> None:
    root = put("a").parent
    outside = tmp_path / "outside.yaml"
    outside.write_text(GOOD)
    (root / "b.yaml").symlink_to(outside)
    assert refusal(root / "b.yaml", root).rule == "link-outside"


def test_a_link_to_a_device_is_refused_unread(put: Put) -> None:
    root = put("a").parent
    (root / "b.yaml").symlink_to("/dev/zero")
    assert refusal(root / "b.yaml", root).rule == "link-outside"
    assert refusal(root / "b.yaml").rule == "not-a-file"


def test_a_link_within_the_directory_is_followed(put: Put) -> None:
    path = put("a", GOOD, "deep/a.yaml")
    link = path.parent.parent / "b.yaml"
    link.symlink_to("deep/a.yaml")
    assert load_file(link, path.parent.parent).problems == ()


def test_a_directory_that_is_itself_a_link_is_no_link_outside(put: Put, tmp_path: Path) -> None:
    path = put("a", GOOD)
    (tmp_path / "link").symlink_to(path.parent)
    assert load_file(tmp_path / "link" / "a.yaml", tmp_path / "link").problems == ()


@pytest.mark.parametrize("target", ["b.yaml", "nowhere.yaml"], ids=["to itself", "to nowhere"])
def test_a_link_that_leads_to_no_file_is_named(put: Put, target: str) -> None:
    root = put("a").parent
    (root / "b.yaml").symlink_to(target)
    assert refusal(root / "b.yaml", root).rule == "unreadable"


def test_broken_files_of_every_kind_never_hide_the_good_ones(put: Put, tmp_path: Path) -> None:
    root = put("good-one").parent
    put("good-two", None, "sub/good-two.yaml")
    put("b1", "id: [\n")
    put("b2", b"\xff\xfe")
    put("b3", b"#" * (MAX_FILE_BYTES + 1))
    put("b4", "")
    put("b5", "id: &x b5\n")
    os.mkfifo(root / "b6.yaml")
    (root / "b7.yaml").symlink_to("b7.yaml")
    (root / "b8.yaml").symlink_to("/dev/zero")
    (tmp_path / "out").mkdir()
    (root / "b9").symlink_to(tmp_path / "out")
    found = load_dirs([root])
    good = {name for name, each in found.items() if isinstance(each, Entry)}
    assert good == {"good-one", "good-two"}
    assert {Path(name).name for name in found.keys() - good} == {f"b{n}.yaml" for n in range(1, 9)}
