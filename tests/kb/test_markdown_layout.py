"""CommonMark's blocks, as Python-Markdown shows them after they were laid out for it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.markdown_html import rendered
from kb.markdown_layout import TIGHT, laid_out


def shape(markdown: str) -> str:
    """The HTML without ids, highlighting and the blank space around tags."""
    shown = re.sub(
        r"<pre[^>]*><code>(.*?)</code></pre>", lambda pre: f"<pre>{pre[1]}</pre>", rendered(markdown), flags=re.S
    )
    shown = re.sub(r"</?span[^>]*>| id=\"[^\"]*\"", "", shown)
    return re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", shown).strip()


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Text:\n- a\n- b", "<p>Text:</p><ul><li>a</li><li>b</li></ul>"),
        (
            "1. a\n   - b\n     - c\n   - d\n2. e",
            "<ol><li>a<ul><li>b<ul><li>c</li></ul></li><li>d</li></ul></li><li>e</li></ol>",
        ),
        ("- a\n\n- b\n- c", "<ul><li><p>a</p></li><li><p>b</p></li><li><p>c</p></li></ul>"),
        ("- a\n  - b\n\n    c\n- d", "<ul><li>a<ul><li><p>b</p><p>c</p></li></ul></li><li>d</li></ul>"),
        ("1. a\n\n   b\n2. c", "<ol><li><p>a</p><p>b</p></li><li><p>c</p></li></ol>"),
        ("1. a\n- b", "<ol><li>a</li></ol><ul><li>b</li></ul>"),
        ("4) a\n5) b", '<ol start="4"><li>a</li><li>b</li></ol>'),
        ("- - a\n  - b\n-\n  c", "<ul><li><ul><li>a</li><li>b</li></ul></li><li>c</li></ul>"),
        ("-   a\n\n    b", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("10. a\n\n    b", '<ol start="10"><li><p>a</p><p>b</p></li></ol>'),
        ("- a\n\nb", "<ul><li>a</li></ul><p>b</p>"),
        ("- a\nb", "<ul><li>a\nb</li></ul>"),
        ("a\n1990. b", "<p>a\n1990. b</p>"),
        ("- ### H\n  t", "<ul><li><h3>H</h3>t</li></ul>"),
    ],
)
def test_lists_are_read_by_the_columns_of_commonmark(markdown: str, expected: str) -> None:
    assert shape(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("a\n```\n- x\n    y\n```\nb", "<p>a</p><pre>- x\n    y</pre><p>b</p>"),
        ("1. a\n   ```\n   x\n\n   - y\n   ```\n   b\n2. c", "<ol><li>a<pre>x\n\n- y</pre>b</li><li>c</li></ol>"),
        ("- ```\n  x\n  ```", "<ul><li><pre>x</pre></li></ul>"),
        ("> a\n> ```\n> > x\n>\n> y\n> ```", "<blockquote><p>a</p><pre>&gt; x\n\ny</pre></blockquote>"),
        ("> ```\n> x\n\ny", "<blockquote><pre>x</pre></blockquote><p>y</p>"),
        ("````\n```\n````", "<pre>```</pre>"),
        ("~~~\n````\n~~~~", "<pre>````</pre>"),
        ("```\nnever closed", "<pre>never closed</pre>"),
        ("a\n\n    x\n\n      y\n\nb", "<p>a</p><pre>x\n\n  y</pre><p>b</p>"),
        ("- a\n\n      x", "<ul><li><p>a</p><pre>x</pre></li></ul>"),
        ("a\n    - b", "<p>a - b</p>"),
    ],
)
def test_code_is_told_from_text_and_stays_in_its_item_or_quotation(markdown: str, expected: str) -> None:
    assert shape(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("> a\nb\n>\n> - c\n>   d", "<blockquote><p>a\nb</p><ul><li>c\nd</li></ul></blockquote>"),
        ("- > a\n  > b\n\n  c", "<ul><li><blockquote><p>a\nb</p></blockquote><p>c</p></li></ul>"),
        ("- > a\n  >\n- b", "<ul><li><blockquote><p>a</p></blockquote></li><li>b</li></ul>"),
        ("a\n***\nb", "<p>a</p><hr><p>b</p>"),
        ("a\n### H\nb\n#5 c", "<p>a</p><h3>H</h3><p>b\n #5 c</p>"),
        ("a\n|b|c|\n|-|-|\n|d|e|", "<p>a</p>" + "<table><thead><tr><th>b</th><th>c</th></tr></thead>"
         "<tbody><tr><td>d</td><td>e</td></tr></tbody></table>"),
        ("- |b|\n  |-|\n  |c|\nd", "<ul><li><table><thead><tr><th>b</th></tr></thead>"
         "<tbody><tr><td>c</td></tr></tbody></table></li></ul><p>d</p>"),
        ("a\nb\n===", "<h1>a b</h1>"),
    ],
)  # fmt: skip
def test_quotations_headings_rules_and_tables_need_no_blank_lines(markdown: str, expected: str) -> None:
    assert shape(markdown) == expected


@given(st.text(alphabet="Z1 \n\t>-*+#.)=\\", max_size=120))
def test_every_word_of_a_text_is_shown_once(markdown: str) -> None:
    assert rendered(markdown).count("Z") == markdown.count("Z")


def test_what_nests_beyond_reason_is_text() -> None:
    for markdown in ("> " * 5_000 + "x", "- " * 5_000 + "x", "1. " * 5_000 + "x"):
        shown = rendered(markdown)
        assert 1 < shown.count("<li>") + shown.count("<blockquote>") <= 20
        assert "x" in shown


def test_lines_put_out_grow_with_lines_taken_and_no_faster() -> None:
    item = ["- a", "  - b", "", "    > c", "    ```", "    d", "    ```"]
    few, many = (sum(map(len, laid_out(item * times))) for times in (100, 1_000))
    assert many < 11 * few


def test_tight_lists_are_marked_and_loose_ones_not() -> None:
    assert laid_out(["- a", "- b"]).count("- " + TIGHT) == 2
    assert "- " + TIGHT not in laid_out(["- a", "", "- b"])
