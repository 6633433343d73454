"""What holds for every chat service: secrets, bounds, replays, who asks how often, a desk that is full or too slow."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.chat import SERVICES, chat_secrets, kind_of
from app.chat.contract import Kind
from app.chat.desk import Full
from app.chat.room import EXTENSION, Room
from app.chat.slack import BOT_TOKEN, sign
from app.chat.slack import SECRET as SIGNING
from app.config import ChatConfig, ChatLimits, ConfigError, Limits, ServeConfig, read_chat_languages
from app.shelf import Shelf
from tests.app.chat.asking import FORM, chatting
from tests.app.chat.slacking import PASTE, SECRET, event, send, shown, slash
from tests.app.chat.standin import Received, Standin
from tests.app.serving import Child, Client, in_thread, until

JSON = "application/json"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, shelf: Shelf, vendors: Standin) -> Iterator[Client]:
    with chatting(tmp_path_factory.mktemp("secrets"), shelf, {SIGNING: SECRET}, posts=vendors.poster) as running:
        yield running


class HeldUp:
    """Makes the room's answers wait; `prepare` of a server."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.room: Room | None = None

    def __call__(self, application: Flask) -> None:
        self.room = application.extensions[EXTENSION]
        payload = self.room._payload

        def held(name: str, ask: object) -> object:
            assert self.may_go.wait(20)
            return payload(name, ask)  # type: ignore[arg-type]

        self.room._payload = held  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("kind", SERVICES, ids=lambda kind: kind.name)
def test_a_service_without_a_secret_is_not_there(server: Child, kind: Kind) -> None:
    answer = server.post(f"/chat/{kind.name}", b"{}", JSON)
    assert answer.status == 404
    assert answer.json["status"] == 404


@pytest.mark.parametrize("path", ["/chat/irc", "/chat/", "/chat/slack/x", "/chat/..%2fslack"])
def test_what_is_no_service_is_not_there(client: Client, path: str) -> None:
    answer = client.post(path, b"", FORM)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_service_takes_nothing_but_posts(client: Client) -> None:
    assert client.get("/chat/slack").status == 405


def test_what_is_not_signed_is_refused_and_logged_without_its_text(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "faultbook"):
        answer = send(client, slash("my secret paste"), secret="another")
    assert answer.status == 401
    assert "www-authenticate" in answer.headers
    logged = [record.__dict__["faultbook_fields"] for record in caplog.records if record.message == "chat refused"]
    assert logged == [
        {
            "service": "slack",
            "client": "127.0.0.1",
            "why": "its signature is not by the signing secret that is set here",
        }
    ]
    assert "secret paste" not in caplog.text


def test_who_is_refused_too_often_is_told_to_wait(tmp_path: Path, shelf: Shelf) -> None:
    (tmp_path / "secret").write_text(SECRET)
    limits = Limits(per_second=0.001, burst=2)
    config = ServeConfig(trusted_proxy="127.0.0.1", limits=limits, chat=ChatConfig({SIGNING: tmp_path / "secret"}))
    with in_thread(config, shelf) as (client, _server):
        headers = {"X-Forwarded-For": "192.0.2.9"}
        answers = [client.ask("POST", "/chat/slack", b"", headers) for _ in range(3)]
        assert [answer.status for answer in answers] == [401, 401, 429]
        assert answers[2].headers["content-type"] == "application/problem+json"
        assert send(client, slash(), X_Forwarded_For="192.0.2.9").status == 200


def test_a_request_that_was_seen_before_is_not_answered_again(client: Client) -> None:
    body, now = slash(trigger_id=""), str(int(time.time()))
    headers = {"Content-Type": FORM, "X-Slack-Request-Timestamp": now, "X-Slack-Signature": sign(SECRET, now, body)}
    first, replay = (client.ask("POST", "/chat/slack", body, headers) for _ in range(2))
    assert "The demo port fails" in shown(first.json)
    assert (replay.status, replay.body) == (200, b"")


def test_a_body_that_is_too_large_is_refused_before_it_is_verified(client: Client) -> None:
    assert send(client, b"x" * ((1 << 20) + 1)).status == 413
    assert send(client, b"x" * (1 << 20)).status == 400


def test_a_compressed_body_is_refused(client: Client) -> None:
    assert send(client, slash(), Content_Encoding="gzip").status == 415


def test_who_asks_too_often_is_told_so_and_others_are_answered(tmp_path: Path, shelf: Shelf) -> None:
    limits = ChatLimits(sender_per_second=0.001, sender_burst=2)
    with chatting(tmp_path, shelf, {SIGNING: SECRET}, limits=limits) as client:
        answers = [send(client, slash()).json for _ in range(3)]
        assert "blocks" in answers[1]
        assert answers[2]["text"].startswith("That was too many questions")
        assert answers[2]["response_type"] == "ephemeral"
        assert "blocks" in send(client, slash(user_id="U2")).json


def test_all_of_one_channel_share_a_bucket(tmp_path: Path, shelf: Shelf) -> None:
    limits = ChatLimits(channel_per_second=0.001, channel_burst=2)
    with chatting(tmp_path, shelf, {SIGNING: SECRET}, limits=limits) as client:
        answers = [send(client, slash(user_id=f"U{number}")).json for number in range(3)]
        assert ["blocks" in answer for answer in answers] == [True, True, False]
        assert "blocks" in send(client, slash(channel_id="C2")).json


def test_mentions_beyond_the_limit_are_dropped_in_silence(tmp_path: Path, shelf: Shelf, standin: Standin) -> None:
    limits = ChatLimits(sender_per_second=0.001, sender_burst=1)
    with chatting(tmp_path, shelf, {SIGNING: SECRET}, limits=limits, posts=standin.poster) as client:
        assert [send(client, event(), JSON).status for _ in range(3)] == [200] * 3
        assert 'outcome="limited",service="slack"} 2.0' in client.get("/metrics").text


def test_an_answer_that_takes_too_long_is_posted(tmp_path: Path, shelf: Shelf, standin: Standin) -> None:
    held = HeldUp()
    limits = ChatLimits(wait_s=0.05)
    with chatting(tmp_path, shelf, {SIGNING: SECRET}, limits=limits, posts=standin.poster, prepare=held) as client:
        answer = send(client, slash())
        assert (answer.status, answer.body) == (200, b"")
        assert standin.received == []
        held.may_go.set()
        [post] = standin.wait()
    assert (post.host, post.path) == ("hooks.slack.com", "/commands/T0001/1234/abcd")
    assert post.json["response_type"] == "ephemeral"
    assert "The demo port fails" in shown(post.json)


def test_an_answer_that_can_be_posted_nowhere_is_counted_as_lost(tmp_path: Path, shelf: Shelf) -> None:
    held = HeldUp()
    with chatting(tmp_path, shelf, {SIGNING: SECRET}, limits=ChatLimits(wait_s=0.05), prepare=held) as client:
        assert send(client, slash(response_url="")).json["text"].startswith("Too many questions are waiting")
        held.may_go.set()
        lost = 'faultbook_chat_posts_total{outcome="lost",service="slack"} 1.0'
        until(lambda: lost in client.get("/metrics").text, "it is counted")


def test_no_more_than_the_bound_wait_and_the_rest_may_come_again(
    tmp_path: Path, shelf: Shelf, standin: Standin
) -> None:
    held = HeldUp()
    limits = ChatLimits(max_waiting=3, sender_burst=100, channel_burst=100)
    secrets = {SIGNING: SECRET, BOT_TOKEN: "xoxb-1"}
    with chatting(tmp_path, shelf, secrets, limits=limits, posts=standin.poster, prepare=held) as client:
        assert [send(client, event(), JSON).status for _ in range(3)] == [200] * 3
        more = event(event_id="EvMore")
        refused = send(client, more, JSON)
        assert refused.status == 503
        assert refused.headers["retry-after"] == "5"
        assert send(client, slash()).json["text"].startswith("Too many questions are waiting")
        held.may_go.set()
        standin.wait(3)
        until(lambda: "faultbook_chat_waiting 0.0" in client.get("/metrics").text, "the desk is empty")
        assert send(client, more, JSON).status == 200
        standin.wait(4)


def test_an_answer_that_fails_is_said_to_have_failed(
    tmp_path: Path, shelf: Shelf, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("app.chat.room.answer_to", fail)
    told = "faultbook 出错，没能回答这个问题；详情见服务器日志。"
    secrets = {SIGNING: SECRET, BOT_TOKEN: "xoxb-1"}
    with chatting(tmp_path, shelf, secrets, posts=standin.poster) as client:
        assert send(client, slash(f"zh {PASTE}")).json["text"] == told
        send(client, event(f"<@U0LAN0Z89> zh {PASTE}", thread_ts="1400000000.000001"), JSON)
        [post] = standin.wait()
    assert post.json["text"] == told
    assert post.json["thread_ts"] == "1400000000.000001"


def test_what_was_begun_is_finished_at_the_end(tmp_path: Path, shelf: Shelf, standin: Standin) -> None:
    asked = threading.Event()
    may_answer = threading.Event()

    def answer(_received: Received) -> tuple[int, dict[str, str], bytes]:
        asked.set()
        assert may_answer.wait(20)
        return 200, {}, b'{"ok": true}'

    standin.answer = answer
    held = HeldUp()
    held.may_go.set()
    secrets = {SIGNING: SECRET, BOT_TOKEN: "xoxb-1"}
    with chatting(tmp_path, shelf, secrets, posts=standin.poster, prepare=held) as client:
        send(client, event(), JSON)
        assert asked.wait(20)
        threading.Timer(0.05, may_answer.set).start()
        assert held.room is not None
        held.room.close()
        assert 'faultbook_chat_posts_total{outcome="delivered",service="slack"} 1.0' in client.get("/metrics").text


def test_a_closed_room_takes_nothing_more(tmp_path: Path, shelf: Shelf) -> None:
    held = HeldUp()
    held.may_go.set()
    with chatting(tmp_path, shelf, {SIGNING: SECRET}, prepare=held) as client:
        assert held.room is not None
        held.room.close()
        assert send(client, event(), JSON).status == 503
        with pytest.raises(Full):
            held.room.desk.posts.add(lambda: None)


def test_requests_and_answers_are_counted_by_service(client: Client) -> None:
    send(client, slash())
    text = client.get("/metrics").text
    assert 'faultbook_chat_requests_total{outcome="answered",service="slack"}' in text
    assert 'faultbook_chat_answer_seconds_count{service="slack"}' in text
    assert "C2147483705" not in text


def test_nothing_of_a_question_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        send(client, slash("my secret paste"))
        send(client, event("<@U1> my secret paste"), JSON)
    for secret in ("secret paste", "U2147483697", "C123ABC456", SECRET):
        assert secret not in caplog.text


def test_a_file_of_a_secret_that_is_missing_stops_the_server(tmp_path: Path, shelf: Shelf) -> None:
    config = ServeConfig(chat=ChatConfig({SIGNING: tmp_path / "missing"}))
    with pytest.raises(ConfigError, match="one secret a line"), in_thread(config, shelf):
        pass


def test_a_language_of_an_unknown_service_stops_the_server(shelf: Shelf) -> None:
    config = ServeConfig(chat=ChatConfig(languages={"irc": "zh"}))
    with pytest.raises(ConfigError, match="there are slack, mattermost"), in_thread(config, shelf):
        pass


def test_languages_are_given_by_service_or_channel() -> None:
    found = read_chat_languages(["slack=zh", "slack:C024=en"])
    config = ChatConfig(languages=found)
    assert [config.language_of("slack", channel) for channel in ("C024", "C1")] == ["en", "zh"]
    assert config.language_of("feishu", "C024") is None


@pytest.mark.parametrize("text", ["", "zh", "slack", "slack=de", "slack:=zh", "slack:a b=zh", "SLACK=zh"])
def test_what_sets_no_language_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="slack=zh"):
        read_chat_languages([text])


def test_files_of_secrets_are_named_by_the_environment() -> None:
    found = chat_secrets({SIGNING: "/run/secret", "FAULTBOOK_FEISHU_SECRET_FILE": "", "OTHER": "x"})
    assert found == {SIGNING: Path("/run/secret")}


@pytest.mark.parametrize("kind", SERVICES, ids=lambda kind: kind.name)
def test_every_service_is_known_by_its_name(kind: Kind) -> None:
    assert kind_of(kind.name) is kind
