"""One of a thing for each thread that asks for it."""

from collections.abc import Callable
from threading import local
from typing import TypeVar

T = TypeVar("T")


def per_thread(make: Callable[[], T]) -> Callable[[], T]:
    """A function that gives each thread its own: made when the thread first asks, and dropped with it."""
    threads = local()

    def own() -> T:
        made: list[T] | None = getattr(threads, "made", None)
        if made is None:
            made = threads.made = [make()]
        return made[0]

    return own
