"""Slack end to end: requests as Slack sends them to a running server, answers as its stand-in receives them."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk.signature import SignatureVerifier

from app.chat import slack
from app.chat.contract import Refused, Request
from app.chat.slack import BOT_TOKEN, Slack, sign
from app.chat.slack import SECRET as SIGNING
from app.shelf import Shelf
from tests.app.chat.asking import FORM, SITE, chatting, form
from tests.app.chat.slacking import PASTE, SECRET, button, event, pressed, send, shown, slash
from tests.app.chat.standin import Standin
from tests.app.chat.test_slack_blocks import HOSTILE, assert_only_our_links, texts_of
from tests.app.serving import Client

JSON = "application/json"
# docs.slack.dev, "Verifying requests from Slack": the example there
EXAMPLE_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
EXAMPLE_TIME = "1531420618"
EXAMPLE_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


class Given:
    """Secrets without a file."""

    def __init__(self, *values: str) -> None:
        self._values = values

    def values(self) -> tuple[str, ...]:
        return self._values


def request(body: bytes, signature: str, sent: str, now: float) -> Request:
    return Request(body, {"x-slack-signature": signature, "x-slack-request-timestamp": sent}, now)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, shelf: Shelf, vendors: Standin) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("secrets")
    with chatting(folder, shelf, {SIGNING: f"{SECRET}\n", BOT_TOKEN: "xoxb-1\n"}, posts=vendors.poster) as running:
        yield running


def test_slacks_own_example_is_signed_as_slack_says() -> None:
    assert sign(SECRET, EXAMPLE_TIME, EXAMPLE_BODY) == EXAMPLE_SIGNATURE
    known = Slack(Given(SECRET))
    given = request(EXAMPLE_BODY, EXAMPLE_SIGNATURE, EXAMPLE_TIME, float(EXAMPLE_TIME) + 299)
    assert known.verify(given) == EXAMPLE_SIGNATURE


@pytest.mark.parametrize("late_s", [-301, 301])
def test_a_signature_holds_for_five_minutes(late_s: int) -> None:
    given = request(EXAMPLE_BODY, EXAMPLE_SIGNATURE, EXAMPLE_TIME, float(EXAMPLE_TIME) + late_s)
    with pytest.raises(Refused, match="clock"):
        Slack(Given(SECRET)).verify(given)


@pytest.mark.parametrize(
    ("body", "signature", "sent"),
    [
        (EXAMPLE_BODY + b"x", EXAMPLE_SIGNATURE, EXAMPLE_TIME),
        (EXAMPLE_BODY, EXAMPLE_SIGNATURE[:-1] + "4", EXAMPLE_TIME),
        (EXAMPLE_BODY, EXAMPLE_SIGNATURE, "1531420619"),
        (EXAMPLE_BODY, EXAMPLE_SIGNATURE.removeprefix("v0="), EXAMPLE_TIME),
        (EXAMPLE_BODY, "", EXAMPLE_TIME),
        (EXAMPLE_BODY, "v0=\xff", EXAMPLE_TIME),
        (EXAMPLE_BODY, EXAMPLE_SIGNATURE, ""),
        (EXAMPLE_BODY, EXAMPLE_SIGNATURE, "٣"),
        (EXAMPLE_BODY, EXAMPLE_SIGNATURE, "1531420618.0"),
    ],
)
def test_what_differs_in_a_byte_is_refused(body: bytes, signature: str, sent: str) -> None:
    with pytest.raises(Refused):
        Slack(Given(SECRET)).verify(request(body, signature, sent, float(EXAMPLE_TIME)))


def test_slacks_sdk_and_we_sign_alike() -> None:
    sdk, now = SignatureVerifier("another secret"), str(int(time.time()))
    body = slash("中文 & <tags>")
    signature = sdk.generate_signature(timestamp=now, body=body)
    assert signature is not None
    assert Slack(Given("another secret")).verify(request(body, signature, now, time.time())) == signature
    assert sdk.is_valid(body=body, timestamp=now, signature=sign("another secret", now, body))


def test_two_secrets_are_valid_at_once() -> None:
    known = Slack(Given("new", "old"))
    for secret in ("new", "old"):
        assert known.verify(request(b"x", sign(secret, "1000", b"x"), "1000", 1000.0))


def test_a_slash_command_signed_by_slacks_sdk_is_answered_in_the_response(client: Client) -> None:
    now, body = str(int(time.time())), slash()
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
    headers = {"Content-Type": FORM, "X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature or ""}
    answer = client.ask("POST", "/chat/slack", body, headers)
    assert answer.status == 200
    assert answer.headers["content-type"] == JSON
    told = answer.json
    assert told["response_type"] == "ephemeral"
    text = shown(told)
    assert f"<{SITE}/entries/demo-fault?" in text
    assert "The demo port fails" in text
    assert f"```\n{PASTE}\n```" in text
    assert "`iface=eth0`" in text
    assert "```\nip -s link show dev eth0\n```" in text
    assert "Port eth0 has failed 5 times" in told["text"]


def test_the_answer_of_share_is_for_all(client: Client) -> None:
    told = send(client, slash(f"share {PASTE}")).json
    assert told["response_type"] == "in_channel"
    assert [each for each in json.dumps(told).split('"') if each.startswith("faultbook-share")] == []


def test_an_answer_is_in_the_language_that_was_asked_for(client: Client) -> None:
    assert "演示端口出错" in shown(send(client, slash(f"zh {PASTE}")).json)
    assert "演示端口出错" in shown(send(client, slash(f"网卡报错，求助：{PASTE}")).json)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_log_text_calls_nobody_and_makes_no_link(client: Client, hostile: str) -> None:
    told = send(client, slash(f"demo: eth0 failed 5 times: {hostile}")).json
    assert "The demo port fails" in shown(told)
    for text in [*texts_of(told["blocks"]), told["text"]]:
        assert_only_our_links(text)
        assert re.search(r"@(?![\s\u200b]|$)", text) is None


def test_a_mention_is_answered_in_its_thread_with_the_bots_token(client: Client, standin: Standin) -> None:
    answer = send(client, event("<@U0LAN0Z89> ```demo: eth0 failed 5 times: no signal &lt;down&gt;```"), JSON)
    assert (answer.status, answer.body) == (200, b"")
    [post] = standin.wait()
    assert (post.host, post.path) == ("slack.com", "/api/chat.postMessage")
    assert post.headers["authorization"] == "Bearer xoxb-1"
    assert post.json["channel"] == "C123ABC456"
    assert post.json["thread_ts"] == "1515449522.000016"
    assert "response_type" not in post.json
    assert "no signal &lt;down&gt;" in shown(post.json)


def test_a_mention_inside_a_thread_is_answered_there(client: Client, standin: Standin) -> None:
    send(client, event(thread_ts="1400000000.000001"), JSON)
    assert standin.wait()[0].json["thread_ts"] == "1400000000.000001"


def test_a_direct_message_is_answered_without_a_thread(client: Client, standin: Standin) -> None:
    send(client, event(PASTE, type="message", channel_type="im", channel="D024BE91L"), JSON)
    [post] = standin.wait()
    assert post.json["channel"] == "D024BE91L"
    assert "thread_ts" not in post.json


def test_an_event_that_slack_repeats_is_answered_once(client: Client, standin: Standin) -> None:
    body = event(event_id="EvRepeated")
    first = send(client, body, JSON)
    again = [
        send(client, body, JSON, X_Slack_Retry_Num=str(number), X_Slack_Retry_Reason="http_timeout")
        for number in (1, 2, 3)
    ]
    assert {answer.status for answer in (first, *again)} == {200}
    send(client, event(channel="C0AFTER"), JSON)
    assert [post.json["channel"] for post in standin.wait(2)] == ["C123ABC456", "C0AFTER"]


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"type": "reaction_added"}])
def test_what_no_person_asked_is_not_answered(client: Client, standin: Standin, more: dict[str, str]) -> None:
    assert send(client, event(**more), JSON).status == 200
    send(client, event(channel="C0AFTER"), JSON)
    assert [post.json["channel"] for post in standin.wait()] == ["C0AFTER"]


def test_the_try_of_an_address_is_answered_with_its_challenge(client: Client) -> None:
    body = json.dumps({"token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY", "type": "url_verification"})
    answer = send(client, body.encode(), JSON)
    assert answer.json == {"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY"}


def test_an_unsigned_challenge_is_refused(client: Client) -> None:
    body = json.dumps({"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY", "type": "url_verification"})
    assert client.post("/chat/slack", body, JSON).status == 401


def test_the_button_for_everybody_shares_the_same_answer(client: Client, standin: Standin) -> None:
    private = send(client, slash()).json
    answer = send(client, pressed(*button(private, "faultbook-share")))
    assert (answer.status, answer.body) == (200, b"")
    [post] = standin.wait()
    assert (post.host, post.path) == ("hooks.slack.com", "/actions/T0001/5678/efgh")
    assert post.json["response_type"] == "in_channel"
    assert post.json["replace_original"] is False
    assert shown(post.json) == shown(private)


def test_the_button_for_the_other_language_replaces_the_answer(client: Client, standin: Standin) -> None:
    private = send(client, slash()).json
    send(client, pressed(*button(private, "faultbook-language")))
    [post] = standin.wait()
    assert post.json["replace_original"] is True
    assert post.json["response_type"] == "ephemeral"
    assert "演示端口出错" in shown(post.json)
    standin.received.clear()
    send(client, pressed(*button(post.json, "faultbook-language")))
    assert shown(standin.wait()[0].json) == shown(private)


def test_what_is_shared_is_in_the_language_that_was_seen(client: Client, standin: Standin) -> None:
    private = send(client, slash(f"zh {PASTE}")).json
    send(client, pressed(*button(private, "faultbook-share")))
    assert "演示端口出错" in shown(standin.wait()[0].json)


def test_a_long_paste_can_be_shared_by_its_evidence(client: Client, standin: Standin) -> None:
    noise = "\n".join(f"line {number}: {hash((number, 7)):x}" for number in range(900))
    private = send(client, slash(f"{noise}\n{PASTE}\n{noise}")).json
    action, value = button(private, "faultbook-share")
    assert len(value) <= 2000
    send(client, pressed(action, value))
    assert shown(standin.wait()[0].json) == shown(private)


def test_the_shortcut_on_a_message_is_answered_to_who_pressed_it(client: Client, standin: Standin) -> None:
    payload = {
        "type": "message_action",
        "callback_id": "faultbook-lookup",
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "message": {"type": "message", "user": "U2", "text": PASTE, "ts": "1.2"},
        "response_url": "https://hooks.slack.com/app/T1/2/3",
        "trigger_id": "1.2.shortcut",
    }
    assert send(client, form(payload=json.dumps(payload))).status == 200
    [post] = standin.wait()
    assert post.path == "/app/T1/2/3"
    assert post.json["response_type"] == "ephemeral"
    assert "The demo port fails" in shown(post.json)


@pytest.mark.parametrize(
    ("action", "value"),
    [("faultbook-share-en", "not packed"), ("faultbook-share-en", ""), ("faultbook-share-en", "eA==")],
)
def test_a_button_that_is_not_ours_is_refused(client: Client, action: str, value: str) -> None:
    assert send(client, pressed(action, value)).status == 400


def test_a_button_that_is_a_link_is_only_acknowledged(client: Client) -> None:
    assert send(client, pressed("something-else", "")).status == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/commands/1",
        "https://hooks.slack.com.example.net/commands/1",
        "https://hooks.slack.com:8443/commands/1",
        "https://user@hooks.slack.com/commands/1",
        "https://127.0.0.1/latest/meta-data",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://hooks.slack.com\\@127.0.0.1/",
        "//hooks.slack.com/x",
        "https://hooks.slack.com/a b",
        "https://hooks.slack.com/\r\nX: y",
    ],
)
def test_an_answer_is_posted_nowhere_but_to_slack(client: Client, standin: Standin, url: str) -> None:
    share = button(send(client, slash()).json, "faultbook-share")
    assert send(client, pressed(*share, response_url=url)).status == 200
    send(client, pressed(*share))
    assert [post.path for post in standin.wait()] == ["/actions/T0001/5678/efgh"]


def test_blocks_that_slack_refuses_are_sent_again_as_text(client: Client, standin: Standin) -> None:
    standin.answer = lambda received: (
        (200, {}, b'{"ok": false, "error": "invalid_blocks"}')
        if "blocks" in received.json
        else (200, {}, b'{"ok": true}')
    )
    send(client, event(), JSON)
    posts = standin.wait(2)
    assert "blocks" not in posts[1].json
    assert posts[0].json["text"] == posts[1].json["text"]


@pytest.mark.parametrize(
    "body",
    [
        b"payload=x",
        b"payload=[]",
        b"text=%ff&user_id=U&channel_id=C",
        b"text=no+sender",
        b"\xff",
        form(payload="[" * 100_000),
        form(payload='{"type": "block_actions", "actions": [{"action_id": "faultbook-share-en", "value": "eA=="}]}'),
        form(payload='{"type": "message_action"}'),
        "&".join(f"a{number}=1" for number in range(1000)).encode(),
    ],
)
def test_a_signed_body_that_is_no_request_is_a_problem(client: Client, body: bytes) -> None:
    answer = send(client, body)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 100_000, b'{"type": "event_callback", "event": {"type": "app_mention"}}']
)
def test_a_signed_body_that_is_no_event_is_a_problem(client: Client, body: bytes) -> None:
    assert send(client, body, JSON).status == 400


@pytest.mark.parametrize("body", [b"{}", b'{"type": "app_rate_limited"}', b'{"type": "event_callback", "event": []}'])
def test_an_event_of_another_kind_is_acknowledged(client: Client, body: bytes) -> None:
    assert send(client, body, JSON).status == 200


def test_the_check_of_slacks_certificate_watch_is_acknowledged(client: Client) -> None:
    assert send(client, form(ssl_check="1", token="x")).status == 200


def test_without_a_bot_token_a_mention_is_logged_and_not_posted(
    tmp_path: Path, shelf: Shelf, standin: Standin, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level("INFO", "faultbook"),
        chatting(tmp_path, shelf, {SIGNING: SECRET}, posts=standin.poster) as client,
    ):
        assert send(client, event(), JSON).status == 200
    assert [record.__dict__["faultbook_fields"]["why"] for record in caplog.records if "lost" in record.message] == [
        f"mentions are answered only with a bot token; name its file in {BOT_TOKEN}"
    ]
    assert standin.received == []


def test_the_sample_is_answered(client: Client, tmp_path: Path) -> None:
    sample = slack.KIND.sample({SIGNING: Given(SECRET)}, PASTE, time.time())
    answer = client.ask("POST", "/chat/slack", sample.body, sample.headers)
    assert "The demo port fails" in shown(answer.json)
