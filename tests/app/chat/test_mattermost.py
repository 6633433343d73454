"""Mattermost end to end: requests as Mattermost sends them to a running server, and what it answers."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.chat import mattermost
from app.chat.mattermost import SECRET
from app.shelf import Shelf
from tests.app.chat.asking import FORM, SITE, chatting, form
from tests.app.chat.test_mattermost_message import HOSTILE, tokens
from tests.app.chat.test_slack import Given
from tests.app.serving import Answer, Client

PASTE = "demo: eth0 failed 5 times: no signal"
COMMAND, WEBHOOK = "xr3j5x3p4pfk7kk6ck7b4e6ghh", "7ofnh1ax3pyz5ke1twbmksrruh"
JSON = "application/json"
_numbers = iter(range(1_000_000))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, shelf: Shelf) -> Iterator[Client]:
    tokens = f"# the command's, and the webhook's\n{COMMAND}\n\n{WEBHOOK}\n"
    with chatting(tmp_path_factory.mktemp("secrets"), shelf, {SECRET: tokens}) as running:
        yield running


def slash(text: str = PASTE, **more: str) -> dict[str, str]:
    """A slash command, as in "Custom slash commands" of developers.mattermost.com."""
    return {
        "channel_id": "jhbn8tb7cfyubehyonm7rkdnba",
        "channel_name": "town-square",
        "command": "/kb",
        "response_url": "not supported yet",
        "team_domain": "someteam",
        "team_id": "kwoknj9nwpypzgzy78wkw516qe",
        "text": text,
        "token": COMMAND,
        "trigger_id": f"trigger{next(_numbers)}",
        "user_id": "c3a4cqe3dfy6dgopqt8ai3hydh",
        "user_name": "somename",
        **more,
    }


def webhook(text: str = f"#kb {PASTE}", **more: Any) -> dict[str, Any]:
    """A message that triggers an outgoing webhook."""
    return {
        "channel_id": "hawos4dqtby53pd64o4a4cmeoo",
        "channel_name": "town-square",
        "team_domain": "someteam",
        "team_id": "kwoknj9nwpypzgzy78wkw516qe",
        "post_id": f"axdygg1957njfe5pu38saikdh{next(_numbers)}",
        "text": text,
        "timestamp": 1445532266,
        "token": WEBHOOK,
        "trigger_word": "#kb",
        "user_id": "zhq6xn95mrnd7dcmqmd6gkzs1o",
        "user_name": "some",
        **more,
    }


def send(client: Client, fields: dict[str, str], **headers: str) -> Answer:
    return client.ask("POST", "/chat/mattermost", form(**fields), {"Content-Type": FORM, **headers})


def shown(answer: Any) -> str:
    """All text of a message."""
    return "\n".join([answer["text"], *(each["text"] for each in answer.get("attachments", ()))])


def test_a_slash_command_is_answered_to_the_asker_alone(client: Client) -> None:
    answer = send(client, slash(), Authorization=f"Token {COMMAND}")
    assert answer.status == 200
    assert answer.headers["content-type"] == JSON
    assert answer.json["response_type"] == "ephemeral"
    [attachment] = answer.json["attachments"]
    assert attachment["text"].startswith(f"**[The demo port fails]({SITE}/entries/demo-fault?")
    assert f"```\n{PASTE}\n```" in attachment["text"]
    assert "`iface=eth0`" in attachment["text"]
    assert "```\nip -s link show dev eth0\n```" in attachment["text"]


def test_share_and_the_language_are_words_of_the_command(client: Client) -> None:
    answer = send(client, slash(f"share zh {PASTE}")).json
    assert answer["response_type"] == "in_channel"
    assert "演示端口出错" in shown(answer)


@pytest.mark.parametrize("content_type", [FORM, JSON])
def test_a_webhook_is_answered_with_a_reply_to_the_message(client: Client, content_type: str) -> None:
    fields = webhook()
    body = json.dumps(fields).encode() if content_type == JSON else form(**{key: str(fields[key]) for key in fields})
    answer = client.post("/chat/mattermost", body, content_type).json
    assert answer["response_type"] == "comment"
    assert "The demo port fails" in shown(answer)


def test_the_trigger_word_is_not_looked_up(client: Client) -> None:
    answer = client.post("/chat/mattermost", json.dumps(webhook("#kb help")), JSON).json
    assert answer["text"].startswith("**faultbook: paste an error")


@pytest.mark.parametrize(
    ("token", "header"),
    [
        ("", ""),
        ("wrong", ""),
        (COMMAND[:-1], ""),
        (COMMAND + "x", ""),
        (COMMAND, "Token wrong"),
        ("wrong", f"Token {COMMAND}"),
        ("", f"Bearer {COMMAND}"),
        ("", "Token "),
        ("# the command's, and the webhook's", ""),
        ("\u00e9" * 26, ""),
    ],
)
def test_a_request_without_our_token_is_refused(client: Client, token: str, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    assert send(client, slash(token=token), **headers).status == 401


def test_the_token_of_the_header_is_enough(client: Client) -> None:
    assert send(client, slash(token=""), Authorization=f"Token {COMMAND}").status == 200


@pytest.mark.parametrize("body", [b"", b"\xff", b"token=%ff", b"[]", b"{"])
def test_a_body_that_shows_no_token_is_refused(client: Client, body: bytes) -> None:
    for content_type in (FORM, JSON):
        assert client.post("/chat/mattermost", body, content_type).status == 401


def test_a_request_that_names_no_sender_is_a_problem(client: Client) -> None:
    assert send(client, {"token": COMMAND, "text": "x"}).status == 400


def test_a_trigger_is_answered_once(client: Client) -> None:
    fields = slash(trigger_id="the same")
    assert "demo" in shown(send(client, fields).json)
    assert send(client, fields).json == {}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_log_text_calls_nobody_and_makes_no_link(client: Client, hostile: str) -> None:
    told = send(client, slash(f"demo: eth0 failed 5 times: {hostile}")).json
    assert "The demo port fails" in shown(told)
    for text in [told["text"], *(each["text"] for each in told["attachments"])]:
        links = [token.attrs["href"] for token in tokens(text) if token.type == "link_open"]
        assert all(str(link).startswith(SITE) for link in links)
        assert re.search(r"@(?![\s\u200b]|$)", text) is None


def test_what_is_not_known_is_said_with_ways_on(client: Client) -> None:
    answer = shown(send(client, slash("zzqx yyvw")).json)
    assert f"]({SITE}/search?" in answer
    assert f"]({SITE}/lookup?" in answer


def test_without_an_address_of_the_site_nothing_is_a_link(tmp_path: Path, shelf: Shelf) -> None:
    with chatting(tmp_path, shelf, {SECRET: COMMAND}, public_url=None) as client:
        text = shown(send(client, slash()).json)
    assert "](" not in text
    assert "`faultbook show demo-fault`" in text


def test_the_language_of_a_channel_can_be_set(tmp_path: Path, shelf: Shelf) -> None:
    channel = slash()["channel_id"]
    with chatting(tmp_path, shelf, {SECRET: COMMAND}, languages={f"mattermost:{channel}": "zh"}) as client:
        assert "演示端口出错" in shown(send(client, slash()).json)
        assert "The demo port fails" in shown(send(client, slash(f"en {PASTE}")).json)
        assert "The demo port fails" in shown(send(client, slash(channel_id="another")).json)


def test_a_token_can_be_replaced_while_the_server_runs(tmp_path: Path, shelf: Shelf) -> None:
    with chatting(tmp_path, shelf, {SECRET: "old"}) as client:
        (tmp_path / SECRET).write_text("old\nnewer\n")
        assert [send(client, slash(token=token)).status for token in ("old", "newer")] == [200, 200]
        (tmp_path / SECRET).write_text("newest\n")
        assert [send(client, slash(token=token)).status for token in ("old", "newest")] == [401, 200]
        (tmp_path / SECRET).write_text("")
        assert [send(client, slash(token=token)).status for token in ("", "newest")] == [401, 200]


def test_the_sample_is_answered(client: Client) -> None:
    sample = mattermost.KIND.sample({SECRET: Given(COMMAND)}, PASTE, time.time())
    answer = client.ask("POST", "/chat/mattermost", sample.body, sample.headers)
    assert "The demo port fails" in shown(answer.json)
