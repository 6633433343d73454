"""Search: what is found for which words, how it is shown, and that nothing a reader types means anything but itself."""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module, reload
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.book import Book, book_of
from kb.entry import Article, Both, Entry, signs_of
from kb.search import Facets, Index, open_index, words
from kb.search.excerpts import Excerpter
from kb.search.folding import fold
from kb.search.found import find, suggest
from kb.search.query import parse
from kb.search.tokens import index_terms, tokens
from matchers.spec import Expression, Matcher, Step

ENTRIES = (
    ("bpf-lookup", "bpf_map_lookup_elem fails", "查找 map 失败", ["the key is not there"], ["键不存在"]),
    ("x722", "i40e/X722 at 0000:83:00.0: setup failed, err -12", "X722 初始化失败", ["no memory left"], ["内存不够"]),
    ("nic-restart", "The NIC restarts again and again", "网卡将会重启", ["port resets"], ["网卡反复重启，业务丢包"]),
    ("mtu", "MTU mismatch between neighbours", "接口 MTU 不一致", ["adjacency stuck"], ["bond0 起不来"]),
    ("back-edge", "Verifier says back-edge from insn", "验证器报 back-edge", ["loop refused"], ["循环被拒绝"]),
    ("sfp", "Unsupported SFP module", "光模块不受支持", ["module refused"], ["模块不认"]),
    ("route", "No route to host", "没有到主机的路由", ["unreachable"], ["主机不可达"]),
)


def entry(name: str, en: str, zh: str, symptoms: Sequence[str], zh_symptoms: Sequence[str], **more: object) -> Entry:
    pattern = f"{name} stopped with status {{code:int}}"
    matcher = Matcher("message", "kernel", "pattern", (Step((Expression(pattern),)),))
    article = Article(
        id=name,
        kind="problem",
        status="reviewed",
        title=Both(en, zh),
        severity="error" if len(name) < 5 else "warning",
        components=("nic",) if "i" in name else ("bpf",),
        symptoms=Both(tuple(symptoms), tuple(zh_symptoms)),
        fix=Both("Read `{{ code }}` with the <b>tool</b> and restart it.", "用工具读取 `{{ code }}`。"),
        signs=signs_of([matcher]),
        field_types={"code": "int"},
    )
    return Entry(article, (matcher,))


def make_book() -> Book:
    return book_of([entry(*each) for each in ENTRIES])


@pytest.fixture(scope="module")
def book() -> Book:
    return make_book()


@pytest.fixture(scope="module")
def index(book: Book) -> Index:
    return open_index(book)


def found(index: Index, query: str, **more: object) -> list[str]:
    return [hit.entry for hit in index.search(query, language="en").hits]


QUERIES = [
    ("bpf_map_lookup_elem", "bpf-lookup"),
    ("map_lookup", "bpf-lookup"),
    ("map lookup elem", "bpf-lookup"),
    ("X722", "x722"),
    ("i40e-x722", "x722"),
    ("0000:83:00.0", "x722"),
    ("83:00.0", "x722"),
    ("err -12", "x722"),
    ("-12", "x722"),
    ("ENOMEM", "x722"),
    ("cannot allocate memory", "x722"),
    ("网卡重启", "nic-restart"),
    ("網卡重啟", "nic-restart"),
    ("重启", "nic-restart"),
    ("丢包", "nic-restart"),
    ("restarting nics", "nic-restart"),
    ("mtu不一致", "mtu"),
    ("MTU 不一致", "mtu"),
    ("ｍｔｕ mismatch", "mtu"),
    ("bond0起不来", "mtu"),
    ("back-edge", "back-edge"),
    ("back edge", "back-edge"),
    ("光模块", "sfp"),
    ("EHOSTUNREACH", "route"),
    ("没有到主机的路由", "route"),
    ("無法分配內存", "x722"),
    ("校验器", "back-edge"),
    ("sfp stopped with status", "sfp"),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_each_kind_of_token_is_found_whole_and_in_parts(index: Index, query: str, expected: str) -> None:
    assert found(index, query)[:1] == [expected]


PAIRS = ["网卡重启", "網卡重啟", "重启", "丢包", "mtu不一致", "光模块", "bond0起不来"]


@pytest.mark.parametrize("query", PAIRS)
def test_without_a_dictionary_chinese_is_found_by_pairs(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "rjieba", None)
    assert words.cut("网卡将会重启") == ["网卡", "卡将", "将会", "会重", "重启"]
    assert found(open_index(make_book()), query)[:1] == [dict(QUERIES)[query]]


@pytest.mark.parametrize(
    "query", ["", " ", "the", "怎么办", "hello", "你好，在吗", "kubernetes pod evicted", "打印机不打印", "!!! ((", "*"]
)
def test_where_there_is_nothing_the_answer_is_empty(index: Index, query: str) -> None:
    results = index.search(query, language="en")
    assert (results.hits, results.total, results.did_you_mean) == ((), 0, None)


def test_a_word_that_no_entry_has_tells_the_more_the_larger_the_book(index: Index) -> None:
    others = [entry(f"other-{n}", f"Other trouble {n}", f"别的故障 {n}", ["slow"], ["慢"]) for n in range(120)]
    large = open_index(book_of([*(entry(*each) for each in ENTRIES), *others]))
    assert found(index, "zookeeper mtu") == ["mtu"]
    assert found(large, "zookeeper mtu") == []
    assert found(large, "mtu 65123") == ["mtu"], "a number that no entry has says nothing"


def test_a_chinese_word_of_which_only_characters_are_known_counts_as_unknown() -> None:
    others = [entry(f"other-{n}", f"Other trouble {n}", f"打开机房 {n}", ["slow"], ["印章"]) for n in range(30)]
    own = open_index(book_of([*others, entry("vip", "Address moves", "地址漂移", ["switch"], ["来回切换"])]))
    assert found(own, "打印机切换") == []
    assert found(own, "切换") == ["vip"]


def test_words_of_the_trade_are_not_cut_and_are_known_by_their_english_name() -> None:
    pytest.importorskip("rjieba")
    calls = entry("calls", "Tail call is refused", "tail call 被拒绝", ["tail call"], ["tail call 加载失败"])
    own = open_index(book_of([*(entry(*each) for each in ENTRIES), calls]))
    assert found(own, "尾调用") == ["calls"]
    assert words.cut("数据包尾调用") == ["数据包", "尾调用"]


@pytest.mark.parametrize("query", ["title:(mtu", "mtu AND", "NOT mtu*", "[mtu TO", '"mtu', "mtu~2", "0000:mtu^9"])
def test_no_syntax_means_anything(index: Index, query: str) -> None:
    assert found(index, query)[:1] == ["mtu"]


@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    searched = SHARED.search(text, language="zh")
    assert all(0.0 < hit.score <= 1.0 for hit in searched.hits)
    assert [hit.score for hit in searched.hits] == sorted((hit.score for hit in searched.hits), reverse=True)
    SHARED.typed(text, language="en")


SHARED = open_index(make_book())


@given(st.text(max_size=100))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens(text))


def test_simplified_and_traditional_characters_give_the_same_terms() -> None:
    assert list(index_terms("網卡重啟後丟包，驅動載入失敗")) == list(index_terms("网卡重启后丢包，驱动载入失败"))


def test_a_long_log_is_found_by_the_one_line_that_tells(index: Index) -> None:
    noise = [f"Mar 25 15:35:{n:02} lb{n} app[{n}]: request {n * 77} took {n} ms from 192.0.2.{n}" for n in range(60)]
    noise.insert(31, "Mar 25 15:36:00 lb1 kernel: sfp: unsupported module refused, no route to key")
    assert [hit.entry for hit in index.search("\n".join(noise), language="en").hits] == ["sfp"]
    del noise[31]
    assert found(index, "\n".join(noise)) == []


def test_a_misspelt_word_finds_nothing_but_says_what_may_be_meant(index: Index) -> None:
    results = index.search("bpf_map_lokup_elem", language="en")
    assert (results.hits, results.did_you_mean) == ((), "bpf_map_lookup_elem")
    assert index.search("unsuported modlue", language="en").did_you_mean == "unsupported module"
    assert index.search("mtu mismatch", language="en").did_you_mean is None


def test_what_was_found_is_marked_in_the_readers_language(index: Index) -> None:
    [hit, *_rest] = index.search("网卡重启", language="zh").hits
    title, passage = hit.excerpts[:2]
    assert title.field == "title"
    assert [piece.text for piece in title.pieces if piece.highlighted] == ["网卡", "重启"]
    assert (passage.field, passage.text) == ("symptoms", "网卡反复重启，业务丢包")
    [hit, *_rest] = index.search("restarting NICs", language="en").hits
    assert [piece.text for piece in hit.excerpts[0].pieces if piece.highlighted] == ["NIC", "restarts"]


def test_an_excerpt_is_text_with_gaps_and_no_markup(index: Index) -> None:
    [hit, *_rest] = index.search("sfp module tool restart", language="en").hits
    texts = {excerpt.field: excerpt.text for excerpt in hit.excerpts}
    assert texts["fix"] == "Read ‹code› with the <b>tool</b> and restart it."


def test_an_entry_in_the_other_language_shows_where_it_was_found(index: Index) -> None:
    [hit, *_rest] = index.search("丢包", language="en").hits
    assert hit.excerpts[0].text == "The NIC restarts again and again"
    assert any(piece.highlighted for excerpt in hit.excerpts[1:] for piece in excerpt.pieces)


def test_facets_count_and_narrow_down(index: Index) -> None:
    every = index.search("stopped with status", language="en", limit=3)
    assert every.total == len(ENTRIES)
    assert len(every.hits) == 3
    assert every.facets["component"] == {"bpf": 6, "nic": 1}
    some = index.search("stopped with status", language="en", chosen=Facets(component=("nic",)))
    assert some.total == every.facets["component"]["nic"]
    assert some.facets["component"] == every.facets["component"]
    assert sum(some.facets["severity"].values()) == some.total
    assert index.search("stopped with status", language="en", chosen=Facets(source=("bird",))).total == 0


def test_pages_follow_each_other(index: Index) -> None:
    every = [hit.entry for hit in index.search("stopped with status", language="en").hits]
    pages = [index.search("stopped with status", language="en", limit=2, offset=at).hits for at in range(0, 8, 2)]
    assert [hit.entry for page in pages for hit in page] == every


def test_facets_alone_list_their_entries(index: Index) -> None:
    listed = index.search("", language="en", chosen=Facets(severity=("error",)))
    assert [hit.entry for hit in listed.hits] == ["mtu", "sfp", "x722"]


@pytest.mark.parametrize(
    ("typed", "expected"), [("unsup", "sfp"), ("网卡重", "nic-restart"), ("bpf_map_lo", "bpf-lookup")]
)
def test_the_beginning_of_a_word_finds_it_while_it_is_typed(index: Index, typed: str, expected: str) -> None:
    assert [each.entry for each in index.typed(typed, language="zh")][:1] == [expected]


def test_a_typed_title_is_in_pieces(index: Index) -> None:
    [first, *_rest] = index.typed("unsup", language="en")
    assert [(piece.text, piece.highlighted) for piece in first.title] == [
        ("Unsupported", True),
        (" SFP module", False),
    ]


def test_what_is_recognised_stands_above_what_is_found(book: Book, index: Index) -> None:
    results = find(book, index, "网卡重启 sfp stopped with status 5", "zh")
    assert results.hits[0].entry == "sfp"
    assert results.hits[0].score == 1.0
    assert [answer.match.fields for answer in results.recognised] == [{"code": 5}]
    assert len({hit.entry for hit in results.hits}) == len(results.hits) == results.total


def test_suggestions_are_rows_best_first(book: Book, index: Index) -> None:
    [first, *rest] = suggest(book, index, "the nic restarts")
    assert first.row("zh") == {
        "entry": "nic-restart",
        "title": "网卡将会重启",
        "url": "/entries/nic-restart",
        "score": round(first.score, 4),
    }
    assert all(each.score <= first.score for each in rest)


def test_several_threads_get_the_same_answers(index: Index) -> None:
    queries = [query for query, _expected in QUERIES] * 8
    alone = [found(index, query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: found(index, query), queries))
    assert together == alone


def test_an_article_that_is_gone_is_shown_by_its_id() -> None:
    excerpts = Excerpter(lambda _name: None).excerpts("gone", parse("anything"), "en")
    assert [excerpt.text for excerpt in excerpts] == ["gone"]


def test_importing_whoosh_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reload(import_module("kb.search.library"))


def test_a_retired_entry_is_not_found(make: Callable[..., Book]) -> None:
    kept, retired = entry(*ENTRIES[0]), entry(*ENTRIES[2])
    assert found(open_index(make(kept, retired, retire="nic-restart")), "网卡重启") == []


@pytest.fixture
def make() -> Callable[..., Book]:
    from dataclasses import replace  # noqa: PLC0415

    def book_with(*entries: Entry, retire: str) -> Book:
        return book_of(
            [
                replace(each, article=replace(each.article, status="retired")) if each.id == retire else each
                for each in entries
            ]
        )

    return book_with


def test_data_of_the_package_is_readable() -> None:
    lines = (Path(words.__file__).with_name("traditional.txt")).read_text("utf-8").splitlines()
    table = [line for line in lines if not line.startswith("#")]
    assert len(table) % 2 == 0
    assert all(len(above) == len(below) for above, below in zip(table[::2], table[1::2], strict=True))
