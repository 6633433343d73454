"""Free regexes in little memory."""

import pytest
import re2

from matchers.linear import compile_regex


def test_an_expression_that_needs_more_than_usual_is_compiled_all_the_same() -> None:
    wide = "|".join(f"fault {number} of [0-9a-f]{{1,40}}" for number in range(30))
    assert compile_regex(wide).search("fault 17 of 00ff") is not None


def test_an_expression_that_needs_too_much_is_refused() -> None:
    with pytest.raises(re2.error, match="too large"):
        compile_regex("x".join(["[\u4e00-\u9fff]{1,900}"] * 20))
