"""The measure of chat asks what it says it asks, and sees what goes wrong."""

import itertools

from bench.chat import Answered, floors_of, questions


def test_a_seed_always_gives_the_same_questions() -> None:
    one, two, other = (list(itertools.islice(questions(seed), 50)) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_many_people_ask_in_both_services_and_mostly_paste() -> None:
    asked = [(question.service, dict(question.fields)) for question in itertools.islice(questions(1), 500)]
    assert {service for service, _fields in asked} == {"slack", "mattermost"}
    assert len({fields["trigger_id"] for _service, fields in asked}) == 500
    assert len({fields["user_id"] for _service, fields in asked}) > 300
    searches = sum(fields["text"].startswith("search ") for _service, fields in asked)
    assert 20 < searches < 100


def test_a_question_is_signed_when_it_is_sent() -> None:
    question = next(each for each in questions(1) if each.service == "slack")
    body, headers = question.request()
    assert headers["X-Slack-Signature"].startswith("v0=")
    assert b"command=%2Fkb" in body


def test_one_slow_answer_in_fifty_is_a_missed_promise() -> None:
    quick = [Answered(5.0, True)] * 98
    verdicts = {
        floor.what: floor.verdict for floor in floors_of([*quick, Answered(500.0, True), Answered(500.0, True)])
    }
    assert verdicts["chat, p99"] == "MISSED"
    assert verdicts["chat, without an answer"] == "ok"


def test_a_question_without_an_answer_is_a_missed_promise() -> None:
    floors = floors_of([Answered(5.0, True), Answered(5.0, False)])
    assert [floor.verdict for floor in floors] == ["ok", "aim", "MISSED"]
