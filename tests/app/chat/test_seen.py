"""What was delivered before is known for a while, and only so much of it is kept."""

from hypothesis import given
from hypothesis import strategies as st

from app.chat.seen import Seen

names = st.lists(st.text(min_size=1), min_size=1, max_size=2)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@given(st.lists(names, max_size=30))
def test_a_delivery_is_new_unless_one_of_its_names_was_given_before(deliveries: list[list[str]]) -> None:
    seen, known = Seen(), set[str]()
    for delivery in deliveries:
        is_new = not known.intersection(delivery)
        assert seen.is_new(delivery) == is_new
        if is_new:
            known.update(delivery)


def test_a_delivery_without_a_name_is_always_new() -> None:
    seen = Seen()
    assert [seen.is_new(["", ""]) for _ in range(2)] == [True, True]
    assert len(seen) == 0


def test_a_delivery_is_forgotten_after_the_window() -> None:
    clock = Clock()
    seen = Seen(window_s=10, clock=clock)
    assert seen.is_new(["a"])
    clock.now_s = 9.9
    assert not seen.is_new(["a"])
    clock.now_s = 10.1
    assert seen.is_new(["a"])


def test_only_so_many_are_kept_and_the_oldest_goes_first() -> None:
    seen = Seen(most=3)
    assert all(seen.is_new([name]) for name in "abcd")
    assert len(seen) == 3
    assert not seen.is_new(["b"])
    assert seen.is_new(["a"])


def test_what_could_not_be_worked_on_may_come_again() -> None:
    seen = Seen()
    assert seen.is_new(["a", "b"])
    seen.forget(["a", "b", "c"])
    assert seen.is_new(["a", "b"])
