"""What each service gets, checked as the service itself would check it, and what its answers mean."""

import base64
import hashlib
import hmac
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.telling.channels import KINDS
from app.telling.config import ChannelConfig
from app.telling.send import send
from app.telling.values import Message
from tests.app.telling.conftest import HOSTILE, Channel, hostile, incident, message
from tests.deliveries import NOON
from tests.receiver import Receiver, Reply

FEISHU_OK = Reply(body=b'{"code":0,"msg":"success","data":{}}')
DINGTALK_OK = Reply(body=b'{"errcode":0,"errmsg":"ok"}')
OK = {"feishu": FEISHU_OK, "dingtalk": DINGTALK_OK}
SECRETS = {"webhook": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "feishu": "Gk3", "dingtalk": "SEC0a1"}
LINK = "https://faults.example/incidents/00000000000000aa"


def sent(receiver: Receiver, config: ChannelConfig, told: Message) -> Any:
    receiver.otherwise = OK.get(config.kind, Reply())
    verdict = send(told, config, NOON)
    assert verdict.outcome == "taken", verdict
    return receiver.received[-1]


def texts(value: Any) -> list[str]:
    """Every text in a payload."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in texts(part)]


def test_a_webhook_is_signed_as_standard_webhooks_asks(receiver: Receiver, channel: Channel) -> None:
    got = sent(receiver, channel("webhook", secret=SECRETS["webhook"]), message())
    time = got.headers["webhook-timestamp"]
    key = base64.b64decode(SECRETS["webhook"].removeprefix("whsec_"))
    signed = f"{got.headers['webhook-id']}.{time}.".encode() + got.body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{digest}"
    assert (got.headers["webhook-id"], time) == ("msg_1", str(int(NOON.timestamp())))
    assert got.headers["content-type"] == "application/json"


def test_while_secrets_are_replaced_a_webhook_is_signed_with_both(receiver: Receiver, channel: Channel) -> None:
    got = sent(receiver, channel("webhook", secret="one\ntwo\n"), message())
    signed = f"msg_1.{int(NOON.timestamp())}.".encode() + got.body
    for secret, signature in zip(("one", "two"), got.headers["webhook-signature"].split(), strict=True):
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        assert signature == f"v1,{base64.b64encode(digest).decode()}"


def test_a_webhook_gets_the_incident_as_the_api_has_it(receiver: Receiver, channel: Channel) -> None:
    body = sent(receiver, channel("webhook", secret="s"), message(kinds=("new", "resolved"))).json
    assert (body["version"], body["id"], body["test"], body["more"]) == (1, "msg_1", False, 0)
    [told] = body["incidents"]
    assert told["kinds"] == ["new", "resolved"]
    assert (told["entry"], told["host"], told["severity"], told["url"]) == ("link", "edge-1", "error", LINK)
    assert told["first_seen"] == "2026-11-21T12:00:00.000000Z"
    assert told["changed"] == [{"fact": "kernel", "before": "5.10.1", "after": "6.1.0"}]


def test_slack_gets_blocks_within_its_limits(receiver: Receiver, channel: Channel) -> None:
    body = sent(receiver, channel("slack"), message(*[incident(id=f"{n:016x}") for n in range(10)])).json
    assert 1 < len(body["blocks"]) <= 50
    for block in body["blocks"]:
        assert block["type"] == "section"
        assert block["text"]["verbatim"] is True
        assert len(block["text"]["text"]) <= 3_000
    assert f"<{LINK[:-2]}" in body["blocks"][1]["text"]["text"]
    assert body["text"].startswith("[error] The link is down: 1 new")


def test_mattermost_gets_an_attachment_for_each_incident(receiver: Receiver, channel: Channel) -> None:
    body = sent(receiver, channel("mattermost"), message(incident(), incident("session"))).json
    assert [each["color"] for each in body["attachments"]] == ["#d9480f", "#b3261e"]
    assert f"]({LINK})" in body["attachments"][0]["text"]
    assert "username" not in body


def test_a_feishu_card_is_signed_with_its_time_in_seconds(receiver: Receiver, channel: Channel) -> None:
    body = sent(receiver, channel("feishu", secret="Gk3"), message()).json
    time = str(int(NOON.timestamp()))
    digest = hmac.new(f"{time}\nGk3".encode(), b"", hashlib.sha256).digest()
    assert (body["timestamp"], body["sign"]) == (time, base64.b64encode(digest).decode())
    assert body["msg_type"] == "interactive"
    assert body["card"]["header"]["title"]["tag"] == "plain_text"


def test_a_feishu_bot_without_a_secret_gets_no_sign(receiver: Receiver, channel: Channel) -> None:
    body = sent(receiver, channel("feishu"), message()).json
    assert set(body) == {"msg_type", "card"}


def test_dingtalks_sign_stands_in_the_address(receiver: Receiver, channel: Channel) -> None:
    got = sent(receiver, channel("dingtalk", "/robot/send?access_token=abc", secret="SEC0a1"), message())
    query = parse_qs(urlsplit(got.path).query)
    time = str(int(NOON.timestamp() * 1000))
    digest = hmac.new(b"SEC0a1", f"{time}\nSEC0a1".encode(), hashlib.sha256).digest()
    assert query == {"access_token": ["abc"], "timestamp": [time], "sign": [base64.b64encode(digest).decode()]}
    assert got.json["msgtype"] == "markdown"
    assert "at" not in got.json


def shown_text(kind: str, payload: Any) -> str:
    """What of a payload its service reads marks in: not Mattermost's code, in which only calls count."""
    shown = "\n".join(texts(payload)).replace(LINK, "")
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", shown, flags=re.DOTALL) if kind == "mattermost" else shown


@pytest.mark.parametrize("kind", ["slack", "mattermost", "dingtalk"])
def test_what_logs_and_hosts_say_calls_nobody(receiver: Receiver, channel: Channel, kind: str) -> None:
    shown = "\n".join(texts(sent(receiver, channel(kind), hostile()).json))
    for call in ("@all", "@here", "@channel", "<!", "<@U", *(() if kind == "mattermost" else ("<at ",))):
        assert call not in shown, call


@pytest.mark.parametrize(
    ("kind", "links"),
    [
        ("slack", ("<https://evil", "<https")),
        ("mattermost", ("](https://evil", "<https://evil", "://evil")),
        ("dingtalk", ("](https://evil", "<https://evil", "://evil")),
    ],
)
def test_what_logs_and_hosts_say_makes_no_link(
    receiver: Receiver, channel: Channel, kind: str, links: tuple[str, ...]
) -> None:
    payload = sent(receiver, channel(kind), hostile()).json
    for link in links:
        assert link not in shown_text(kind, payload), link


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "webhook"])
def test_nothing_unseen_comes_out_of_a_log(receiver: Receiver, channel: Channel, kind: str) -> None:
    payload = sent(receiver, channel(kind, secret=SECRETS.get(kind)), hostile()).json
    for unseen in ("\u202e", "\x1b", "\x00"):
        assert all(unseen not in text for text in texts(payload))


def test_feishu_gets_what_logs_say_as_plain_text_only(receiver: Receiver, channel: Channel) -> None:
    def tags(value: Any) -> set[str]:
        if isinstance(value, list):
            return {tag for each in value for tag in tags(each)}
        if not isinstance(value, dict):
            return set()
        own = {value["tag"]} if "content" in value else set()
        return own.union(*(tags(each) for each in value.values()))

    assert tags(sent(receiver, channel("feishu"), hostile()).json) == {"plain_text"}


@pytest.mark.parametrize(
    ("kind", "most"), [("slack", 40_000), ("mattermost", 16_383), ("feishu", 20_000), ("dingtalk", 20_000)]
)
def test_a_message_fits_however_much_there_is_to_say(
    receiver: Receiver, channel: Channel, kind: str, most: int
) -> None:
    large = HOSTILE + "中文`*_[" * 200
    identity = {f"name{n}": large for n in range(20)}
    row = {"text": large * 10, "matcher": "m", "source": "text", "id": "x"}
    many = [incident(host=large, id=f"{n:016x}", identity=identity, row=row) for n in range(10)]
    got = sent(receiver, channel(kind), message(*many, heading=large[:200]))
    assert len(got.body) <= most


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("webhook", "alertmanager")])
def test_chinese_messages_are_chinese(receiver: Receiver, channel: Channel, kind: str) -> None:
    shown = "\n".join(texts(sent(receiver, channel(kind), message(lang="zh")).json))
    assert "新出现" in shown
    assert "链路断开" in shown
    assert "Came back" not in shown


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("reply", "outcome", "wait_s"),
    [
        (Reply(429, b"slow down", {"Retry-After": "37"}), "later", 37.0),
        (Reply(503, b""), "later", None),
        (Reply(302, b"", {"Location": "/elsewhere"}), "later", None),
        (Reply(404, b"no_service"), "later", None),
        (Reply(403, b"action_prohibited"), "later", None),
        (Reply(400, b"invalid_payload"), "refused", None),
        (Reply(413, b""), "refused", None),
    ],
)
def test_what_a_status_means(
    receiver: Receiver, channel: Channel, kind: str, reply: Reply, *, outcome: str, wait_s: float | None
) -> None:
    receiver.otherwise = reply
    verdict = send(message(), channel(kind, secret=SECRETS.get(kind)), NOON)
    assert (verdict.outcome, verdict.wait_s) == (outcome, wait_s)
    assert str(reply.status) in verdict.said
    assert len(receiver.received) == 1  # a redirect is not followed


@pytest.mark.parametrize(
    ("kind", "answer", "outcome"),
    [
        ("feishu", {"code": 0}, "taken"),
        ("feishu", {"StatusCode": 0, "StatusMessage": "success"}, "taken"),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, "later"),
        ("feishu", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}, "later"),
        ("feishu", {"code": 19002, "msg": "params error"}, "refused"),
        ("dingtalk", {"errcode": 0, "errmsg": "ok"}, "taken"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, "later"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "later"),
        ("dingtalk", {"errcode": 400105, "errmsg": "unsupported msgtype"}, "refused"),
        ("dingtalk", ["<html>"], "later"),
    ],
)
def test_what_a_number_in_the_answer_means(
    receiver: Receiver, channel: Channel, kind: str, answer: Any, outcome: str
) -> None:
    receiver.otherwise = Reply(body=json.dumps(answer).encode())
    assert send(message(), channel(kind), NOON).outcome == outcome


def test_nothing_that_is_said_of_a_failure_names_the_address(receiver: Receiver, channel: Channel) -> None:
    config = channel("slack", "/services/T0/B0/verysecret")
    receiver.otherwise = Reply(500, b"oops")
    assert "verysecret" not in send(message(), config, NOON).said
    receiver.close()
    unanswered = send(message(), config, NOON)
    assert unanswered.outcome == "later"
    assert "verysecret" not in unanswered.said
    assert config.url_file is not None
    config.url_file.write_text("hxxp://verysecret\n")
    assert "verysecret" not in send(message(), config, NOON).said


def test_a_changed_address_is_used_without_a_restart(receiver: Receiver, channel: Channel) -> None:
    config = channel("slack", "/old")
    send(message(), config, NOON)
    assert config.url_file is not None
    config.url_file.write_text(f"{receiver.url}/new\n")
    send(message(), config, NOON)
    assert [each.path for each in receiver.received] == ["/old", "/new"]
