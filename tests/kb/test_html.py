"""Markdown of articles as HTML: what it becomes, what is taken out, and values as elements."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.book import Book
from kb.case import case_of
from kb.entry import Article, Both
from kb.html import article_html, inline_html
from kb.template import Filled
from matchers.fieldtypes import Value

ARTICLE = Article(
    "a", "problem", "draft", Both("T"), field_types={"iface": "iface", "n": "int", "what": "text", "file": "path"}
)


def describe(filled: Filled) -> tuple[str, str]:
    return ("gap" if filled.is_gap else "value"), filled.name


def html_of(markdown: str, *, anchor: str = "", form: str | None = None, **given: Value) -> str:
    return article_html(markdown, case_of(ARTICLE, given, "you"), describe, anchor=anchor, form=form)


def test_a_command_in_a_numbered_step_stays_a_block_of_that_step() -> None:
    text = html_of("1. One:\n\n   ```console\n   # ip link\n   ```\n\n   more\n2. Two\n")
    assert text.count("<ol>") == 1
    assert re.search(
        r"<li>\s*<p>One:</p>\s*<pre class=\"code console\">.*</pre>\s*<p>more</p>\s*</li>", text, re.DOTALL
    )


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div>\n<iframe src=x></iframe>\n</div>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "![x](https://evil.example/x.png)",
        "<svg/onload=alert(1)>",
        "```<script>\nx\n```",
        '# x {#a" onclick=x}',
        "<javascript://x%0aalert(1)>",
        "[x]\n\n[x]: javascript:alert(1)",
        '```{.text onclick="x" data-x=y}\nx\n```',
        '??? note" onclick=x "T<script>x</script>"\n    x',
    ],
)
def test_nothing_active_comes_through(markdown: str) -> None:
    text = html_of(markdown)
    assert not re.search(r"<(script|img|iframe|svg|div)|=.javascript:|<[^>]* on\w+=|data:text/html,x\"", text)


def test_raw_html_is_shown_as_text_and_entities_as_what_they_name() -> None:
    assert html_of("a <b>c</b> <!-- d -->\n\n<div>\n*e*\n</div>") == (
        "<p>a &lt;b&gt;c&lt;/b&gt; &lt;!-- d --&gt;</p>\n<p>&lt;div&gt;\n<em>e</em>\n&lt;/div&gt;</p>\n"
    )
    assert html_of("&copy; &lt;script&gt; &amp;lt;") == "<p>© &lt;script&gt; &amp;lt;</p>\n"


def test_what_the_parser_marks_its_own_with_is_taken_out() -> None:
    text = html_of("- \x02tight\x03 \x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03 \x0260\x03\n\n```text\nx\n```")
    assert "<li>tight wzxhzdk:0 klzzwxh:0000 60</li>" in text


@given(st.text(max_size=80), st.text(max_size=40))
def test_only_known_elements_and_attributes_come_out(markdown: str, value: str) -> None:
    text = html_of(markdown + "\n\n`{{ what }}` {{ what }}", what=value, form="value-")
    tags = re.findall(r"<(/?)([a-z0-9]+)((?: [a-z]+=\"[^\"]*\")*)>", text)
    assert text.count("<") == len(tags)
    allowed = (
        "a|p|ul|ol|li|code|pre|span|strong|em|del|h[3-6]|blockquote|hr|br|table|thead|tbody|tr|th|td"
        "|details|summary|input"
    )
    assert [name for _slash, name, _attributes in tags if not re.fullmatch(allowed, name)] == []
    names = {each for _slash, _name, attributes in tags for each in re.findall(r" ([a-z]+)=", attributes)}
    assert names <= {"class", "id", "href", "title", "rel", "start", "open", "type", "checked", "disabled"}
    assert not re.search("[\ue000-\uf8ff]", text)


def test_a_value_is_an_element_in_prose_and_in_code_also_where_highlighting_cuts_it() -> None:
    text = html_of("On {{ iface }}:\n\n```console\n# cat '{{ file }}' {{ n }}\n```", iface="bond0", file="/a b", n=5)
    assert '<span class="value" title="iface">bond0</span>' in text
    assert '<span class="value" title="n">5</span>' in text
    assert re.sub(r"<[^>]*>", "", text).count("bond0") == 1


def test_a_gap_is_a_link_to_its_field_but_not_within_a_link() -> None:
    assert html_of("{{ n }}", form="value-") == '<p><a class="gap" title="n" href="#value-n">‹n›</a></p>\n'
    assert html_of("{{ n }}") == '<p><span class="gap" title="n">‹n›</span></p>\n'
    assert html_of("[see {{ n }}](https://x.example/)", form="value-").count("<a ") == 1


def test_a_value_in_an_address_is_quoted_there() -> None:
    text = "[x](https://x.example/?i={{ iface }}&w={{ what }}#x)"
    assert 'href="https://x.example/?i=eth0&amp;w=%22%3E%3Ci%3E%2F#x"' in html_of(text, iface="eth0", what='"><i>/')
    assert 'href="javascript:' not in html_of("[x]({{ what }})", what="javascript:alert(1)")


def test_what_is_not_ours_cannot_pose_as_a_mark() -> None:
    assert html_of("a \ue100b\ue000 {{ what }}", what="\ue101x\ue000") == (
        '<p>a \ufffdb\ufffd <span class="value" title="what">\ufffdx\ufffd</span></p>\n'
    )


@pytest.mark.parametrize(
    ("markdown", "ids"),
    [
        ("### Counters: which layer", ["fix-counters-which-layer"]),
        ("### 1. 计数器：在哪一层", ["fix-1-计数器-在哪一层"]),
        ("### Same\n\n### Same", ["fix-same", "fix-same-2"]),
        ("### Named {#own-id}", ["own-id"]),
        ("### On {{ iface }} now", ["fix-on-now"]),
        ("### ？", ["fix"]),
    ],
)
def test_headings_have_anchors_of_their_words(markdown: str, ids: list[str]) -> None:
    for values in ({}, {"iface": "eth0"}):
        assert re.findall(r'<h3 id="([^"]*)">', html_of(markdown, anchor="fix", **values)) == ids


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("~~old~~ a_b_c H~2~O", "<p><del>old</del> a_b_c H~2~O</p>\n"),
        ("**“引号”**后面，**结尾。**继续", "<p><strong>“引号”</strong>后面，<strong>结尾。</strong>继续</p>\n"),
        ("one\\\ntwo  \nthree", "<p>one<br>\ntwo<br>\nthree</p>\n"),
        ("\\<b> 5 \\~ 6 \\& \\'", "<p>&lt;b&gt; 5 ~ 6 &amp; '</p>\n"),
        ("see `a``b` and ``c`d``", "<p>see <code>a``b</code> and <code>c`d</code></p>\n"),
    ],
)
def test_inline_markup_is_that_of_commonmark_and_kind_to_chinese(markdown: str, shown: str) -> None:
    assert html_of(markdown) == shown


def test_a_pipe_in_code_may_stand_in_a_cell_of_a_table() -> None:
    text = html_of("Text:\n| Command | For |\n|:--|--:|\n| `ss \\| wc` | {{ n }} |", n=5)
    assert text.startswith("<p>Text:</p>\n<table>")
    assert "<td><code>ss | wc</code></td>" in text
    assert '<td><span class="value" title="n">5</span></td>' in text


def test_a_list_of_tasks_has_boxes_nobody_can_tick() -> None:
    text = html_of("- [ ] one\n- [x] **two**\n")
    assert '<li><input type="checkbox" disabled=""> one</li>' in text
    assert '<li><input type="checkbox" disabled="" checked=""> <strong>two</strong></li>' in text


def test_details_fold_paragraphs_code_and_lists() -> None:
    text = html_of(
        '1. Step\n\n   ???+ note "On {{ iface }}"\n       - a\n         - b\n\n       end\n\n   more', iface="eth0"
    )
    assert '<details open=""><summary>On <span class="value" title="iface">eth0</span></summary>' in text.replace(
        "\n", ""
    )
    assert re.search(r"<li>b</li>\s*</ul>\s*</li>\s*</ul>\s*<p>end</p>\s*</details>\s*<p>more</p>\s*</li>", text)


def test_code_is_copied_with_its_tabs_and_blank_lines_whatever_stands_in_it() -> None:
    text = html_of("1. Do\n   ~~~~makefile title=x\n   all:\n   \tcc -c x.c\n\n\n   ```\n   - > # no list\n   ~~~~\n")
    assert 'class="code make"' in text
    code = re.sub(r"<[^>]*>", "", text[text.index("<pre") : text.index("</pre>")])
    assert code == "all:\n\tcc -c x.c\n\n\n```\n- &gt; # no list\n"


def test_threads_that_render_at_once_get_each_its_own_text(request: pytest.FixtureRequest) -> None:
    before = sys.getswitchinterval()
    request.addfinalizer(lambda: sys.setswitchinterval(before))
    sys.setswitchinterval(1e-6)  # threads take turns amid a text, not after it
    texts = [f"### H\n\n1. [a{n}](https://x.example/{n})\n\n   ```text\n   code {n}\n   ```\n" for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda text: html_of(text, anchor="threads"), texts))
    for number, each in enumerate(shown):
        assert re.findall(r"code (\d+)", each) == re.findall(r">a(\d+)<", each) == [str(number)]
        assert 'id="threads-h"' in each


def test_lines_of_chinese_are_joined_without_a_blank_and_those_of_english_with_one() -> None:
    assert html_of("第一行，\n**第二**\n行") == "<p>第一行，<strong>第二</strong>行</p>\n"
    assert "one\ntwo" in html_of("one\ntwo")
    assert "第一\n第二" in html_of("```text\n第一\n第二\n```")


def test_inline_code_that_names_an_entry_becomes_a_link_outside_of_links() -> None:
    text = article_html(
        "`a-b` [`a-b`](https://x.example/) `c-d`",
        case_of(ARTICLE, {}, "you"),
        describe,
        linked={"a-b"},
        link=lambda name: f"/entries/{name}",
    )
    assert text.count('<a href="/entries/a-b"><code>a-b</code></a>') == 1


def test_a_sentence_has_no_paragraph_around_it() -> None:
    assert inline_html("It *is* {{ n }}.\n", case_of(ARTICLE, {"n": 5}, "you"), describe) == (
        'It <em>is</em> <span class="value" title="n">5</span>.'
    )


def test_no_markup_of_a_shipped_article_is_left_as_text(shipped_book: Book) -> None:
    for name in shipped_book.ids:
        article = shipped_book.article(name)
        assert article is not None
        for part, both in article.sections():
            for text in (both.en, both.zh):
                shown = article_html(text or "", case_of(article, {}, "you"), describe, anchor=part)
                prose = re.sub(r"<(pre|code)\b.*?</\1>", "", shown, flags=re.DOTALL)
                assert not re.search(r"\*\*|```|^#+ |\]\(", prose, re.MULTILINE), (name, part)
