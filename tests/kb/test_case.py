"""A reader's case: which values are known, and where each came from."""

from kb.case import case_of
from kb.entry import Article, Both, Computed, Input

ARTICLE = Article(
    "a",
    "problem",
    "draft",
    Both("T"),
    inputs={"nproc": Input("int", 1, 64)},
    values={"half": Computed("nproc - n", 1, 64), "broken": Computed("n +", 0, 9)},
    field_types={"iface": "iface", "n": "int"},
)


def test_values_are_read_by_their_type_and_blanks_around_them_taken_off() -> None:
    assert case_of(ARTICLE, {"n": " 5 ", "iface": "eth0"}, "link").values.known == {"n": 5, "iface": "eth0"}


def test_unknown_names_and_empty_values_are_not_given() -> None:
    case = case_of(ARTICLE, {"what": "x", "n": "", "half": "7"}, "link")
    assert (case.values.known, case.refused, case.origins) == ({}, {}, {})


def test_what_does_not_fit_is_refused() -> None:
    assert case_of(ARTICLE, {"n": "x", "nproc": "65", "iface": "a b"}, "you").refused == {
        "n": "x",
        "nproc": "65",
        "iface": "a b",
    }


def test_what_is_worked_out_from_a_link_is_from_the_link() -> None:
    case = case_of(ARTICLE, {"n": 5, "nproc": 20}, "link")
    assert case.origins == {"n": "link", "nproc": "link", "half": "link"}
    assert case.is_from_link


def test_what_is_worked_out_from_ones_own_values_says_so() -> None:
    case = case_of(ARTICLE, {"n": 5, "nproc": 20}, "paste")
    assert case.origins == {"n": "paste", "nproc": "paste", "half": "worked-out"}
    assert not case.is_from_link
