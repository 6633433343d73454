"""Either the request that asked takes an answer, or a post does; and no more waits than may wait."""

import threading

import pytest

from app.chat.desk import Full, Queue, Ticket


def test_who_waits_gets_the_answer() -> None:
    ticket = Ticket(is_waited_for=True)
    assert ticket.hand_over({"a": 1})
    assert ticket.wait(20) == {"a": 1}


def test_an_answer_that_comes_too_late_is_nobodys() -> None:
    ticket = Ticket(is_waited_for=True)
    assert ticket.wait(0) is None
    assert not ticket.hand_over({"a": 1})


def test_an_answer_that_nobody_waits_for_is_nobodys() -> None:
    assert not Ticket(is_waited_for=False).hand_over({})


def test_an_answer_is_taken_exactly_once_however_the_threads_run() -> None:
    for _ in range(300):
        ticket = Ticket(is_waited_for=True)
        taken: list[bool] = []
        working = threading.Thread(target=lambda ticket=ticket, taken=taken: taken.append(ticket.hand_over({})))
        working.start()
        got = ticket.wait(0) is not None
        working.join()
        assert taken == [got]


def test_a_task_beyond_the_bound_is_refused_until_one_is_done() -> None:
    queue, may_go = Queue(1, 2, "test"), threading.Event()
    done = [threading.Event() for _ in range(3)]
    for each in done[:2]:
        queue.add(lambda each=each: (may_go.wait(20), each.set()))  # type: ignore[misc]
    with pytest.raises(Full):
        queue.add(done[2].set)
    assert len(queue) == 2
    may_go.set()
    assert done[1].wait(20)
    queue.close(20)
    assert len(queue) == 0


def test_what_waits_is_worked_off_at_the_end() -> None:
    queue = Queue(1, 100, "test")
    done: list[int] = []
    for number in range(50):
        queue.add(lambda number=number: done.append(number))  # type: ignore[misc]
    queue.close(20)
    assert done == list(range(50))
    with pytest.raises(Full):
        queue.add(lambda: None)


def test_what_waits_too_long_is_dropped_at_the_end() -> None:
    queue, may_go, done = Queue(1, 10, "test"), threading.Event(), list[int]()
    queue.add(lambda: (may_go.wait(20), done.append(1)))  # type: ignore[func-returns-value]
    queue.add(lambda: done.append(2))
    threading.Timer(0.05, may_go.set).start()
    queue.close(0)
    assert done == [1]
