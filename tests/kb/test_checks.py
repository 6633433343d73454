"""Lint's rules, each on an entry with one fault: the place it names, the rule's id, and that it says what to do.

In a case `▸` stands before the place that lint must name; its text takes the place of a part of a faultless entry.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import kb.checks
import kb.load
import kb.nodes
from kb.lint import lint
from kb.problem import Problem

Put = Callable[..., Path]

BASE = """\
id: base
kind: problem
title: {en: A fault, zh: 故障}
status: reviewed
severity: error
components: [bird, ospf]
summary: {en: It fails., zh: 会出错。}
symptoms: {en: [it fails], zh: [出错]}
affected:
  - {component: bird, ranges: [{stream: mainline, introduced: '2.0.4', unfixed: true}]}
matchers:
  - name: fault
    source: bird
    pattern:
      - '{proto:ident}: base fault {n:int} of {limit:int} on {iface:iface} says {what:word}'
      - 'base fault {n:int} of {limit:int} on {iface:iface}'
    where: n < limit
    unless: ['base fault is no fault']
    examples:
      match:
        - text: 'ospf1: base fault 5 of 9 on eth0 says hello'
          fields: {proto: ospf1, n: 5, limit: 9, iface: eth0, what: hello}
        - text: 'base fault 5 of 9 on eth0'
          fields: {n: 5, limit: 9, iface: eth0}
      no_match: ['base fault 9 of 9 on eth0']
  - name: gone
    source: bird
    pattern: 'base fault gone on {iface:iface}'
    examples:
      match:
        - {text: 'base fault gone on eth0', fields: {iface: eth0}}
      no_match: ['base fault gone']
identity: [iface]
inputs:
  nproc: {type: int, min: 1, max: 64}
values:
  half: {is: 'n + nproc', min: 1, max: 99}
beats: [other]
recovers: [gone]
cause: {en: It fails on {{ iface }}., zh: 会出错。}
diagnosis:
  en: |
    Look at `{{ iface }}`.

    ```console
    $ ip link show dev {{ iface }}
    ```
  zh: |
    查看。
fix:
  en: |
    First this.

    - Then {{ half }} of it, see [BIRD](https://bird.network.cz).
  zh: |
    先这样。
related: [other]
references:
  - {title: 'A source', url: 'https://example.org/source.c'}
""".replace(
    "cause: {en: It fails on {{ iface }}., zh: 会出错。}", "cause: {en: 'It fails on {{ iface }}.', zh: 会出错。}"
)

FENCE = "```"
# (name, part of the base, what takes its place, rules in the order of the places)
CASES: list[tuple[str, str, str, list[str]]] = [
    ("the id is not the file's name", "id: base", "id: ▸basis", ["id-is-file-name"]),
    ("an id with capitals", "id: base", "id: ▸Base", ["wrong-form"]),
    ("an unknown component", "[bird, ospf]", "[bird, ▸opsf]", ["unknown-component"]),
    ("an unknown stream", "{stream: mainline,", "{stream: ▸linux-5.10.y,", ["unknown-stream"]),
    (
        "a stream of another component",
        "{component: bird, ranges: [{stream: mainline, introduced: '2.0.4', unfixed: true}]}",
        "{component: kernel, ranges: [{stream: ▸out-of-tree, introduced: '2.0.4', unfixed: true}]}",
        ["unknown-stream"],
    ),
    (
        "a component without versions",
        "{component: bird, ranges: [{stream: mainline",
        "{component: ospf, ranges: [{stream: ▸mainline",
        ["unknown-stream"],
    ),
    ("a version that is none", "introduced: '2.0.4'", "introduced: ▸2.0.x", ["range-version"]),
    (
        "a version of another stream",
        "{component: bird, ranges: [{stream: mainline, introduced: '2.0.4', unfixed: true}]}",
        "{component: kernel, ranges: [{stream: stable 5.10, fixed: ▸'5.11.1'}]}",
        ["range-version"],
    ),
    ("a fix in the first version", "unfixed: true", "fixed: ▸'0'", ["range-order"]),
    ("a fix before the beginning", "unfixed: true", "fixed: ▸'2.0.3'", ["range-order"]),
    (
        "two ends of a range",
        "[{stream: mainline, introduced: '2.0.4', unfixed: true}]",
        "[▸{stream: mainline, introduced: '2.0.4', fixed: '2.13', unfixed: true}]",
        ["range-order"],
    ),
    ("an unknown component of affected", "{component: bird,", "{component: ▸brid,", ["unknown-component"]),
    ("no severity", "severity: error\n", "", ["missing-part"]),
    ("no cause", "cause: {en: 'It fails on {{ iface }}.', zh: 会出错。}\n", "", ["missing-part"]),
    ("no summary", "summary: {en: It fails., zh: 会出错。}\n", "", ["missing-part"]),
    ("no components", "components: [bird, ospf]\n", "", ["missing-part"]),
    ("an empty title", "title: {en: A fault, zh: 故障}", "title: ▸{}", ["missing-part"]),
    ("no Chinese title", "{en: A fault, zh: 故障}", "▸{en: A fault}", ["missing-language"]),
    ("no English summary", "{en: It fails., zh: 会出错。}", "▸{zh: 会出错。}", ["missing-language"]),
    ("steps of a problem", "related: [other]", "steps: ▸{en: a, zh: b}\nrelated: [other]", ["wrong-part"]),
    (
        "no references",
        "references:\n  - {title: 'A source', url: 'https://example.org/source.c'}\n",
        "",
        ["missing-reference"],
    ),
    (
        "a reference that is not https",
        "'https://example.org/source.c'",
        "▸'http://example.org/source.c'",
        ["wrong-form"],
    ),
    ("keys in another order", "status: reviewed\nseverity: error", "severity: error\n▸status: reviewed", ["key-order"]),
    ("retired without a successor", "status: reviewed", "status: ▸retired", ["missing-part"]),
    ("related to itself", "related: [other]", "related: [▸base]", ["link-to-itself"]),
    ("related to nothing", "related: [other]", "related: [▸ohter]", ["unknown-entry"]),
    ("beats nothing", "beats: [other]", "beats: [other, ▸nothing]", ["unknown-entry"]),
    ("replaced by nothing", "status: reviewed", "status: retired\nreplaced_by: ▸nothing", ["unknown-entry"]),
    ("recovers nothing", "recovers: [gone]", "recovers: [▸gnoe]", ["unknown-matcher"]),
    ("recovers a matcher of nothing", "recovers: [gone]", "recovers: [gone, ▸nothing/gone]", ["unknown-entry"]),
    ("recovers a missing matcher of another", "recovers: [gone]", "recovers: [gone, ▸other/gone]", ["unknown-matcher"]),
    ("beats in a circle", "beats: [other]", "beats: ▸[other, circle]", ["beats-cycle"]),
    ("a matcher's name twice", "name: gone", "name: ▸fault", ["matcher-name-unique", "unknown-matcher"]),
    (
        "a brace that is not closed",
        "'base fault gone on {iface:iface}'",
        "'base fault gone on ▸{iface:iface'",
        ["pattern"],
    ),
    (
        "a brace behind a quote",
        "'base fault gone on {iface:iface}'",
        "'base''s fault gone on ▸{iface:iface'",
        ["pattern"],
    ),
    (
        "a brace in double quotes",
        "'base fault gone on {iface:iface}'",
        '"base \\"fault\\" on\\t▸{iface:iface"',
        ["pattern"],
    ),
    ("a brace in plain text", "'base fault gone on {iface:iface}'", "base fault gone on ▸{iface:iface", ["pattern"]),
    (
        "a brace in a block",
        "'base fault gone on {iface:iface}'",
        "|\n      base fault gone on ▸{iface:iface",
        ["pattern"],
    ),
    ("an unknown type", "'base fault gone on {iface:iface}'", "'base fault gone on {iface:▸ifcae}'", ["pattern"]),
    ("a field twice", "'base fault gone on {iface:iface}'", "'base {iface:iface} on ▸{iface:iface}'", ["pattern"]),
    (
        "the second wording is broken",
        "- 'base fault {n:int} of {limit:int} on {iface:iface}'",
        "- 'base ▸{n:int'",
        ["pattern"],
    ),
    (
        "a regex that is not linear",
        "pattern: 'base fault gone on {iface:iface}'",
        "regex: '▸base (?=fault)'",
        ["regex"],
    ),
    ("a regex that is broken", "pattern: 'base fault gone on {iface:iface}'", "regex: 'base fault ▸(gone'", ["regex"]),
    (
        "a group without a type",
        "pattern: 'base fault gone on {iface:iface}'",
        "regex: ▸'base fault gone on (?P<iface>[a-z0-9]+)'",
        ["field-type"],
    ),
    (
        "a type without a group",
        "pattern: 'base fault gone on {iface:iface}'",
        "regex: 'base fault gone on (?P<iface>[a-z0-9]+)'\n    fields: {iface: iface, queue: ▸int}",
        ["field-type"],
    ),
    (
        "fields beside a pattern",
        "pattern: 'base fault gone on {iface:iface}'",
        "pattern: 'base fault gone on {iface:iface}'\n    fields: ▸{iface: iface}",
        ["field-type"],
    ),
    (
        "a field of two types",
        "- 'base fault {n:int} of {limit:int} on {iface:iface}'",
        "- ▸'base fault {n:hex} of {limit:int} on {iface:iface}'",
        ["field-type", "example-fields"],
    ),
    (
        "a wording without fixed text",
        "pattern: 'base fault gone on {iface:iface}'",
        "pattern: ['base fault gone on {iface:iface}', ▸'{a:word}: {b:word}']",
        ["no-literal"],
    ),
    ("a condition on what is no field", "where: n < limit", "where: ▸n < limt", ["where-unknown-field"]),
    ("a condition that cannot be read", "where: n < limit", "where: n < limit ▸limit", ["where"]),
    ("a condition that compares text and number", "where: n < limit", "where: ▸n < iface", ["where"]),
    ("a condition that is none", "where: n < limit", "where: ▸n + limit", ["where"]),
    ("a condition in other words", "where: n < limit", "where: '▸n is limit'", ["where"]),
    ("an unless that is broken", "['base fault is no fault']", "['base ▸{n:int is no fault']", ["pattern"]),
    (
        "a threshold by what is no field",
        "where: n < limit",
        "threshold: {count: 2, within: 1s, by: [▸ifcae], lookup: hold}",
        ["unknown-field", "example-no-match", "example-no-match"],
    ),
    ("identity of what is no field", "identity: [iface]", "identity: [iface, ▸ifcae]", ["unknown-field"]),
    (
        "keys with a broken capture",
        "pattern: 'base fault gone on {iface:iface}'",
        "keys: {type: AVC, tclass: bpf, comm: '▸{comm:word'}",
        ["pattern"],
    ),
    (
        "keys that all vary",
        "  - name: gone\n    source: bird\n    pattern: 'base fault gone on {iface:iface}'",
        "  - ▸name: gone\n    source: audit\n    keys: {type: AVC, comm: '{comm:word}'}",
        ["matcher"],
    ),
    (
        "a block of optional steps",
        "pattern: 'base fault gone on {iface:iface}'",
        "block: ▸[{pattern: 'base fault gone on {iface:iface}', optional: true}, {pattern: 'second', optional: true}]",
        ["optional-steps"],
    ),
    (
        "an optional step of a sequence",
        "pattern: 'base fault gone on {iface:iface}'",
        "sequence: ▸{steps: ['base fault gone on {iface:iface}', {pattern: 'second', optional: true}], within: 5s}",
        ["optional-steps"],
    ),
    (
        "a step that is broken",
        "pattern: 'base fault gone on {iface:iface}'",
        "block: ['base fault gone on {iface:iface}', {pattern: 'second ▸{n:int', optional: true}]",
        ["pattern"],
    ),
    (
        "a sequence by what is no field",
        "pattern: 'base fault gone on {iface:iface}'",
        "sequence: {steps: ['base fault gone on {iface:iface}', 'fault on {iface:iface}'], within: 5s, by: [▸ifc]}",
        ["unknown-field", "example-no-match"],
    ),
    (
        "a sequence with a threshold",
        "pattern: 'base fault gone on {iface:iface}'",
        "sequence: {steps: ['base fault gone on {iface:iface}', 'base fault here on {iface:iface}'], within: 5s}\n"
        "    threshold: ▸{count: 2, within: 1s}",
        ["one-of", "example-no-match"],
    ),
    ("a gap nobody knows", "It fails on {{ iface }}.", "It fails on ▸{{ ifcae }}.", ["template-unknown-name"]),
    ("a sum in a text", "It fails on {{ iface }}.", "It fails on ▸{{ n + 1 }}.", ["template-unknown-name"]),
    ("a word in a command", "show dev {{ iface }}", "show dev ▸{{ what }}", ["template-in-command"]),
    ("a word in inline code", "Look at `{{ iface }}`.", "Look at `x ▸{{ what }}`.", ["template-in-command"]),
    ("braces that are not closed", "Look at `{{ iface }}`.", "Look at `▸{{ iface }`.", ["template-braces"]),
    ("a value of what is no field", "is: 'n + nproc'", "is: '▸n + nprok'", ["values"]),
    ("a value that cannot be read", "is: 'n + nproc'", "is: '▸n + '", ["values"]),
    ("a value that is a text", "is: 'n + nproc'", "is: ▸iface", ["values"]),
    ("a value with swapped bounds", "half: {is: 'n + nproc', min: 1", "half: ▸{is: 'n + nproc', min: 100", ["bounds"]),
    (
        "a value with the name of a field",
        "values:\n",
        "values:\n  iface: ▸{is: 'n + 1', min: 1, max: 9}\n",
        ["value-is-field"],
    ),
    ("an input with the name of a field", "inputs:\n", "inputs:\n  iface: ▸{type: iface}\n", ["input-is-field"]),
    ("an input with swapped bounds", "{type: int, min: 1, max: 64}", "▸{type: int, min: 65, max: 64}", ["bounds"]),
    ("bounds of what is no number", "inputs:\n", "inputs:\n  name: ▸{type: ident, min: 1}\n", ["bounds"]),
    ("an input that is never a command's", "inputs:\n", "inputs:\n  name: {type: ▸word}\n", ["unknown-word"]),
    ("raw HTML", "First this.", "First ▸<b>this</b>.", ["markdown-html", "markdown-html"]),
    ("an HTML comment", "First this.", "First ▸<!-- this -->.", ["markdown-html"]),
    ("a link that is not https", "(https://bird.network.cz)", "(http://bird.network.cz)", ["markdown-link"]),
    ("a link that runs code", "(https://bird.network.cz)", "(javascript:alert)", ["markdown-link"]),
    ("a link by reference", "First this.", "▸[x]: http://example.org", ["markdown-link"]),
    ("a heading that is too large", "First this.", "▸# First this", ["markdown-heading"]),
    ("code in no language", f"{FENCE}console", f"▸{FENCE}", ["markdown-code"]),
    ("code in an unknown language", f"{FENCE}console", f"▸{FENCE}consoel", ["markdown-code"]),
    ("code that is not closed", "{{ iface }}\n    ```\n", "{{ iface }}\n", ["markdown-code"]),
    ("code by indentation", "First this.", "First.\n\n    ▸    ip link", ["markdown-code"]),
    (
        "no example",
        "      match:\n        - {text: 'base fault gone on eth0', fields: {iface: eth0}}\n",
        "",
        ["missing-example"],
    ),
    ("no near miss", "\n      no_match: ['base fault gone']", "", ["missing-near-miss"]),
    (
        "an example without fields",
        "- {text: 'base fault gone on eth0', fields: {iface: eth0}}",
        "- ▸'base fault gone on eth0'",
        ["missing-fields"],
    ),
    (
        "an example that does not match",
        "- {text: 'base fault gone on eth0'",
        "- ▸{text: 'base fault gone of eth0'",
        ["example-no-match"],
    ),
    (
        "an example that another matcher claims",
        "- {text: 'base fault gone on eth0', fields: {iface: eth0}}",
        "- ▸{text: 'base fault 5 of 9 on eth0; base fault gone on eth0', fields: {iface: eth0}}",
        ["example-no-match"],
    ),
    (
        "an example that matches twice",
        "'base fault gone on eth0', f",
        '"base fault gone on eth0\\nbase fault gone on eth1", f',
        ["example-many-matches"],
    ),
    ("other fields in the example", "{iface: eth0}}", "{iface: eth1}}", ["example-fields"]),
    ("a field too many in the example", "{iface: eth0}}", "{iface: eth0, n: 5}}", ["example-fields"]),
    ("a field too few in the example", "{iface: eth0}}", "{}}", ["example-fields"]),
    (
        "a near miss that matches",
        "['base fault gone']",
        "[base fault gone, ▸base fault gone on eth0]",
        ["no-match-matches"],
    ),
    ("a line that another entry claims", "beats: [other]\n", "", ["collision", "collision"]),
]
# Where a case names no place the problem stands at the beginning of what it is about.
START_OF = {
    "a link that is not https": "](http://bird",
    "a link that runs code": "](javascript",
    "code that is not closed": FENCE + "console",
    "no example": "name: gone",
    "no near miss": "name: gone",
    "an example that matches twice": '{text: "base fault gone on eth0',
    "other fields in the example": "{text: 'base fault gone on eth0', fields: {iface: eth1}}",
    "a field too many in the example": "{text: 'base fault gone on eth0', fields: {iface: eth0, n: 5}}",
    "a field too few in the example": "{text: 'base fault gone on eth0', fields: {}}",
    "a line that another entry claims": "text: 'ospf1: base fault 5",
}
OTHER = """\
id: other
title: {en: Another fault}
matchers:
  - name: fault
    source: bird
    pattern: 'base fault {n:int} of'
    examples: {match: ['base fault 5 of 9']}
fix: {en: Restart it.}
"""
CIRCLE = "id: circle\ntitle: {en: Round}\nbeats: [base]\nfix: {en: Restart it.}\n"


def problems_of(put: Put, text: str) -> list[Problem]:
    """What lint says about `base.yaml` with this text, beside an entry that claims its lines and one that beats it."""
    path = put("base", text)
    put("other", OTHER)
    put("circle", CIRCLE)
    return [each for each in lint([path.parent], []).problems if each.path == str(path)]


def place_of(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def test_the_faultless_entry_has_no_problems(put: Put) -> None:
    assert problems_of(put, BASE) == []


@pytest.mark.parametrize(("name", "old", "new", "rules"), CASES, ids=[case[0] for case in CASES])
def test_a_fault_is_found_where_it_stands_and_answered_with_what_to_do(
    put: Put, name: str, old: str, new: str, rules: list[str]
) -> None:
    assert BASE.count(old) >= 1, "the case does not fit the base"
    marked = BASE.replace(old, new, 1)
    text = marked.replace("▸", "")
    found = problems_of(put, text)
    assert sorted(each.rule for each in found) == sorted(rules), "\n".join(map(str, found))
    if "▸" in marked:
        first = next(each for each in found if each.rule == rules[0])
        assert (first.line, first.column) == place_of(marked, marked.index("▸")), str(first)
    elif name in START_OF:
        assert (found[0].line, found[0].column) == place_of(text, text.index(START_OF[name])), str(found[0])
    else:
        assert (found[0].line, found[0].column) == (1, 1), str(found[0])
    for problem in found:
        assert re.search(
            r"; |should be|did you mean|expects|does not match|gives other|this near miss", problem.message
        )
        assert "\n" not in problem.message


STEPS_CASES = [
    ("a howto with a cause", "kind: problem", "kind: howto", {"wrong-part", "missing-part"}),
    ("a problem with steps", "fix:\n  en: |", "steps:\n  en: |", {"wrong-part", "missing-part"}),
]


@pytest.mark.parametrize(
    ("old", "new", "rules"), [case[1:] for case in STEPS_CASES], ids=[case[0] for case in STEPS_CASES]
)
def test_parts_of_the_other_kind_are_refused_and_its_own_asked_for(
    put: Put, old: str, new: str, rules: set[str]
) -> None:
    assert {each.rule for each in problems_of(put, BASE.replace(old, new, 1))} == rules


LACKS = [
    "no cause",
    "no summary",
    "no Chinese title",
    "no references",
    "no near miss",
    "an example without fields",
    "no severity",
]


@pytest.mark.parametrize("name", LACKS)
def test_what_a_draft_lacks_is_advice(put: Put, name: str) -> None:
    _, old, new, rules = next(case for case in CASES if case[0] == name)
    text = BASE.replace("status: reviewed", "status: draft").replace(old, new, 1).replace("▸", "")
    assert [(each.level, each.rule) for each in problems_of(put, text)] == [("advice", rules[0])]


def test_a_draft_needs_an_id_a_title_and_a_fix_and_no_more(put: Put) -> None:
    text = "id: base\ntitle: {zh: 故障}\nfix: {en: Restart it.}\n"
    assert {each.level for each in problems_of(put, text)} == {"advice"}
    assert "missing-part" in {each.rule for each in problems_of(put, text.replace("fix: {en: Restart it.}\n", ""))}


def test_a_draft_howto_needs_steps(put: Put) -> None:
    text = "id: base\nkind: howto\ntitle: {en: How}\nsteps: {en: So.}\n"
    assert {each.level for each in problems_of(put, text)} == {"advice"}
    levels = {each.level for each in problems_of(put, text.replace("steps: {en: So.}\n", ""))}
    assert levels == {"advice", "error"}


def test_two_files_with_one_id_are_named(put: Put) -> None:
    first, second = put("base", BASE), put("base", BASE, "sub/base.yaml")
    put("other", OTHER)
    put("circle", CIRCLE)
    found = [each for each in lint([first.parent], []).problems if each.rule == "id-unique"]
    assert [(each.path, each.line, each.column) for each in found] == [(str(second), 1, 5)]
    assert str(first) in found[0].message


def test_a_file_that_is_given_twice_is_checked_once(put: Put) -> None:
    path = put("a")
    report = lint([path.parent, path, path.parent / ".." / path.parent.name], [])
    assert report.files == 1


def test_ordinary_logs_must_stay_silent_but_for_recoveries(put: Put, tmp_path: Path) -> None:
    path = put("base", BASE)
    put("other", OTHER)
    put("circle", CIRCLE)
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    (quiet / "day.log").write_text("all is well\nbase fault gone on eth0\nospf1: base fault 1 of 2 on eth0 says x\n")
    found = [each for each in lint([path.parent], [], quiet).problems if each.path == str(path)]
    assert [(each.line, each.column, each.rule) for each in found] == [(12, 5, "quiet")]
    assert "day.log:3" in found[0].message


def test_a_broken_pattern_is_one_problem_and_not_one_for_every_field_it_would_have(put: Put) -> None:
    text = BASE.replace("on {iface:iface} says {what:word}'", "on {iface:iface'")
    assert [each.rule for each in problems_of(put, text)] == ["pattern"]


def test_problems_of_all_checks_come_in_the_order_of_the_lines(put: Put) -> None:
    text = (
        BASE.replace("bird, ospf", "brid, ospf")
        .replace("n < limit", "n < limt")
        .replace("[other]\nref", "[ohter]\nref")
    )
    text = text.replace("https://bird", "http://bird")
    found = problems_of(put, text)
    assert [each.rule for each in found] == [
        "unknown-component",
        "where-unknown-field",
        "markdown-link",
        "unknown-entry",
    ]
    assert [each.line for each in found] == sorted(each.line for each in found)


def test_the_misspelt_is_answered_with_what_was_meant(put: Put) -> None:
    for old, new, meant in [
        ("n < limit", "n < limt", "limit"),
        ("[bird, ospf]", "[bird, opsf]", "ospf"),
        ("related: [other]", "related: [ohter]", "other"),
        ("identity: [iface]", "identity: [ifcae]", "iface"),
        ("recovers: [gone]", "recovers: [gnoe]", "gone"),
        ("It fails on {{ iface }}", "It fails on {{ ifcae }}", "iface"),
    ]:
        found = problems_of(put, BASE.replace(old, new, 1))
        assert f'did you mean "{meant}"?' in found[0].message


def test_a_failing_example_shows_how_far_the_pattern_got(put: Put) -> None:
    text = BASE.replace("{text: 'base fault gone on eth0'", "{text: 'base fault gone of eth0'")
    message = problems_of(put, text)[0].message
    assert 'fits up to "base fault gone"' in message
    assert 'expects "on" where the text has "of eth0"' in message


BAD_VOCABULARIES = [
    "components: [\n",
    "components: 5\n",
    "",
    "- a\n",
    "components: &a [x]\n",
    "componets: [x]\n",
    b"\xff",
]


@pytest.mark.parametrize("text", BAD_VOCABULARIES)
def test_a_broken_vocabulary_is_named_and_the_entries_are_checked_all_the_same(put: Put, text: str | bytes) -> None:
    path = put("base", BASE.replace("n < limit", "n < limt"))
    put("other", OTHER)
    put("circle", CIRCLE)
    vocabulary = put("x", text, "_vocabulary.yaml")
    found = lint([path.parent], []).problems
    assert str(vocabulary) in {each.path for each in found}
    assert ("where-unknown-field", str(path)) in {(each.rule, each.path) for each in found}


def test_a_word_of_the_directorys_own_vocabulary_is_known(put: Put) -> None:
    path = put("base", BASE.replace("bird, ospf", "bird, my-thing"), "net/base.yaml")
    put("other", OTHER)
    put("circle", CIRCLE)
    put("x", "components: [my-thing]\n", "_vocabulary.yaml")
    assert [each for each in lint([path.parent.parent], []).problems if each.path == str(path)] == []
    alone = lint([path], [path.parent.parent]).problems
    assert [each.rule for each in alone if each.path == str(path)] == []
    assert "unknown-component" not in {each.rule for each in lint([path], []).problems}


def test_an_entry_of_ones_own_may_take_the_place_of_a_shipped_one(put: Put) -> None:
    own = put("base", BASE)
    put("other", OTHER, "../company/other.yaml")
    put("circle", CIRCLE, "../company/circle.yaml")
    company = own.parent.parent / "company"
    replaced = company / "base.yaml"
    replaced.write_text(BASE.replace("base fault", "another fault"))
    (advice,) = lint([own], [company]).problems
    assert (advice.rule, advice.level) == ("replaces", "advice")
    assert f"replaces {replaced}" in advice.message
    replaced.write_text(BASE)
    (advice,) = lint([own], [company]).problems
    assert f"is a copy of {replaced}; remove it" in advice.message


def test_an_entry_does_not_replace_itself_when_its_directory_is_the_company(put: Put) -> None:
    path = put("base", BASE)
    put("other", OTHER)
    put("circle", CIRCLE)
    assert [each for each in lint([path], [path.parent]).problems if each.rule == "replaces"] == []


RULE = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"')
ELSEWHERE = {  # rules that other tests of this room have a case for
    *("not-utf8", "not-a-file", "link-outside", "many-documents", "too-deep", "too-large", "too-long", "duplicate-key"),
    *("unknown-key", "missing-key", "wrong-type", "wrong-length", "wrong-part", "id-unique"),
    "replaces",
}
NO_RULES = {"utf-8", "utf-8-sig"}


def test_every_rule_has_a_case() -> None:
    sources = [*Path(kb.checks.__file__).parent.glob("*.py"), Path(kb.nodes.__file__), Path(kb.load.__file__)]
    rules = {rule for path in sources for rule in RULE.findall(path.read_text("utf-8"))} - NO_RULES
    assert rules <= {rule for case in CASES for rule in case[3]} | ELSEWHERE
