"""DingTalk end to end: messages as DingTalk sends them to a running server, answers in the response or posted."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import markdown
import pytest
from hypothesis import given

from app.chat import dingtalk
from app.chat.answer import Answer, Item
from app.chat.answering import Library
from app.chat.contract import Ask, Refused, Request, Undelivered
from app.chat.dingtalk import SECRET, DingTalk
from app.chat.dingtalk_message import MAX_BYTES
from app.chat.dingtalk_message import message as message_of
from app.messages.dingtalk import escaped, sign
from app.shelf import Shelf
from tests.app.chat import hostile
from tests.app.chat.asking import chatting
from tests.app.chat.library import LINE, MORE_LINES, SITE, answered, without_site
from tests.app.chat.standin import Standin
from tests.app.serving import Answer as Answered
from tests.app.serving import Client

KEY = "SEC0c2c93412cff6ac2e"
WEBHOOK = "https://oapi.dingtalk.com/robot/sendBySession?session=c6dac3b8f1d0e4"
_numbers = iter(range(1_000_000))


def message(answer: Answer) -> Any:
    """The answer as it is sent."""
    return message_of(answer, "@faultbook")


class Given:
    """Secrets without a file."""

    def __init__(self, *values: str) -> None:
        self._values = values

    def values(self) -> tuple[str, ...]:
        return self._values


def sent(text: str = LINE, **more: Any) -> dict[str, Any]:
    """A message in a group that mentions the robot."""
    return {
        "conversationId": "cid5DEAySu/Fk+mtMwii4NLYQ==",
        "atUsers": [{"dingtalkId": "$:LWCP_v1:$IHInSnic"}],
        "chatbotCorpId": "dinge8a565xxxx",
        "chatbotUserId": "$:LWCP_v1:$IHInSnic",
        "msgId": f"msg0xx{next(_numbers)}==",
        "senderNick": "Ada",
        "isAdmin": True,
        "senderStaffId": "user123",
        "sessionWebhookExpiredTime": int(time.time() * 1000) + 5_400_000,
        "createAt": int(time.time() * 1000),
        "senderCorpId": "dinge8a565xxxx",
        "conversationType": "2",
        "senderId": "$:LWCP_v1:$Ff09GIxxxxx",
        "conversationTitle": "故障群",
        "isInAtList": True,
        "sessionWebhook": WEBHOOK,
        "text": {"content": f" {text}"},
        "msgtype": "text",
        **more,
    }


def signed(now: float | None = None, key: str = KEY) -> dict[str, str]:
    """The headers of a request, worked out apart from the program."""
    moment = str(int((time.time() if now is None else now) * 1000))
    digest = hmac.new(key.encode(), f"{moment}\n{key}".encode(), hashlib.sha256).digest()
    return {"Content-Type": "application/json", "timestamp": moment, "sign": base64.b64encode(digest).decode()}


def send(client: Client, body: object, headers: Mapping[str, str] | None = None) -> Answered:
    return client.ask("POST", "/chat/dingtalk", json.dumps(body), signed() if headers is None else headers)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, chat_shelf: Shelf, vendors: Standin) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("secrets")
    with chatting(folder, chat_shelf, {SECRET: f"older\n{KEY}\n"}, posts=vendors.poster) as running:
        yield running


def test_the_answer_is_markdown_in_the_response(client: Client) -> None:
    answer = send(client, sent(f"en {LINE}"))
    assert (answer.status, answer.json["msgtype"]) == (200, "markdown")
    assert answer.json["markdown"]["title"] == "The demo port fails"
    assert "```\nip -s link show dev eth0\n```" in answer.json["markdown"]["text"]
    assert "ip -s link show dev eth0" in answer.json["text"]["content"]


def test_the_answer_is_in_chinese_unless_another_language_is_asked_for(client: Client) -> None:
    assert send(client, sent()).json["markdown"]["title"] == "演示端口出错"
    assert send(client, sent(f"en {LINE}")).json["markdown"]["title"] == "The demo port fails"


def test_rich_text_is_read(client: Client) -> None:
    pieces = [{"text": "这个报错："}, {"pictureDownloadCode": "x"}, {"text": f"\n{LINE}"}]
    answer = send(client, sent(msgtype="richText", text=None, content={"richText": pieces}))
    assert "eth0" in answer.json["markdown"]["text"]


def test_what_is_no_text_is_acknowledged_and_not_answered(client: Client) -> None:
    answer = send(client, sent(msgtype="picture", text=None, content={"downloadCode": "x"}))
    assert (answer.status, answer.json) == (200, {})


def test_a_repeated_message_is_answered_once(client: Client) -> None:
    body = sent(msgId="msgSame==")
    assert [send(client, body).json.get("msgtype") for _ in range(3)] == ["markdown", None, None]


def test_two_messages_of_the_same_moment_are_both_answered(client: Client) -> None:
    headers = signed()
    assert [send(client, sent(), headers).json["msgtype"] for _ in range(2)] == ["markdown"] * 2


def test_any_secret_of_the_file_is_valid(client: Client) -> None:
    assert send(client, sent(), signed(key="older")).status == 200
    assert send(client, sent(), signed(key="oldest")).status == 401


@pytest.mark.parametrize(("late_s", "status"), [(-3_500, 200), (-3_700, 401), (3_500, 200), (3_700, 401)])
def test_a_signature_holds_for_an_hour(client: Client, late_s: int, status: int) -> None:
    assert send(client, sent(), signed(time.time() - late_s)).status == status


@pytest.mark.parametrize("name", ["timestamp", "sign"])
@pytest.mark.parametrize("value", ["", "x", "1" * 16, "1700000000000", "\u0661"])
def test_a_request_that_is_not_signed_is_refused(name: str, value: str) -> None:
    headers = {key.lower(): each for key, each in signed().items()} | {name: value}
    with pytest.raises(Refused):
        DingTalk(Given(KEY)).verify(Request(b"{}", headers, time.time()))


def test_the_signature_is_that_of_dingtalks_documentation() -> None:
    assert sign(KEY, "1577262236757") == signed(1_577_262_236.757)["sign"]


@pytest.mark.parametrize("name", ["msgId", "conversationId", "senderStaffId"])
def test_a_message_that_lacks_what_it_must_have_is_malformed(client: Client, name: str) -> None:
    body = sent(senderId=None)
    body.pop(name)
    assert send(client, body).status == 400


@pytest.mark.parametrize("body", [[], "x", 7, None])
def test_a_body_that_is_no_object_is_malformed(client: Client, body: object) -> None:
    assert send(client, body).status == 400


def test_without_a_secret_there_is_no_such_endpoint(tmp_path: Path, chat_shelf: Shelf) -> None:
    with chatting(tmp_path / "none", chat_shelf, {}) as client:
        assert send(client, sent()).status == 404


def asked(reply_to: str = WEBHOOK) -> Ask:
    return Ask("lookup", LINE, "user123", "cid", in_response=True, reply_to=reply_to)


def test_a_late_answer_is_posted_to_the_session(standin: Standin, library: Library) -> None:
    payload = message(answered(library, LINE))
    DingTalk(Given(KEY)).deliver(payload, asked(), standin.poster(dingtalk.KIND))
    [posted] = standin.received
    assert (posted.host, posted.path) == ("oapi.dingtalk.com", "/robot/sendBySession?session=c6dac3b8f1d0e4")
    assert posted.json == payload


def test_markdown_that_is_refused_is_posted_again_as_text(standin: Standin, library: Library) -> None:
    standin.answer = lambda received: (
        200,
        {},
        b'{"errcode": 310000}' if received.json["msgtype"] == "markdown" else b'{"errcode": 0}',
    )
    DingTalk(Given(KEY)).deliver(message(answered(library, LINE)), asked(), standin.poster(dingtalk.KIND))
    first, second = standin.received
    assert (first.json["msgtype"], second.json["msgtype"]) == ("markdown", "text")
    assert "ip -s link show dev eth0" in second.json["text"]["content"]


def test_nothing_is_posted_again_where_dingtalk_may_have_taken_it(standin: Standin, library: Library) -> None:
    standin.answer = lambda received: (502, {}, b"")
    with pytest.raises(Undelivered):
        DingTalk(Given(KEY)).deliver(message(answered(library, LINE)), asked(), standin.poster(dingtalk.KIND))
    assert len(standin.received) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "http://oapi.dingtalk.com/",
        "https://oapi.dingtalk.com@evil.example/",
        "https://127.0.0.1/",
    ],
)
def test_an_address_for_answers_elsewhere_gets_nothing(standin: Standin, library: Library, address: str) -> None:
    with pytest.raises(Undelivered):
        DingTalk(Given(KEY)).deliver(message(answered(library, LINE)), asked(address), standin.poster(dingtalk.KIND))
    assert standin.received == []


def test_an_address_that_has_ended_is_not_used() -> None:
    own = DingTalk(Given(KEY))
    body = json.dumps(sent(sessionWebhookExpiredTime=1_000_000)).encode()
    for now, address in ((999.0, WEBHOOK), (1_000.5, "")):
        ask = own.parse(Request(body, {}, now))
        assert isinstance(ask, Ask)
        assert ask.reply_to == address


def test_the_sample_is_answered_in_the_response(client: Client) -> None:
    sample = dingtalk.KIND.sample({SECRET: Given(KEY)}, LINE, time.time())
    answer = client.ask("POST", "/chat/dingtalk", sample.body, sample.headers)
    assert "eth0" in answer.json["markdown"]["text"]


class Seen(HTMLParser):
    """What a client would make of Markdown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(markdown.markdown(text, extensions=["fenced_code"]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@given(hostile.texts)
def test_no_formatting_and_no_link_comes_from_a_log(library: Library, text: str) -> None:
    plain = Seen(message(answered(library, LINE))["markdown"]["text"])
    seen = Seen(message(answered(library, hostile.line(text), lang="en"))["markdown"]["text"])
    assert seen.tags == plain.tags
    assert all(link.startswith(f"{SITE}/") for link in seen.links)


@given(hostile.texts)
def test_no_call_and_no_address_of_a_log_stands_in_one_piece(library: Library, text: str) -> None:
    payload = message(answered(library, hostile.line(text), lang="en"))
    assert "at" not in payload
    for shown in (payload["markdown"]["text"], payload["text"]["content"], payload["markdown"]["title"]):
        assert "@all" not in shown
        assert shown.count("](") <= 1  # the article's
        assert all(rest.startswith(SITE.partition("://")[2]) for rest in shown.split("://")[1:])


@given(hostile.texts)
def test_a_query_is_shown_as_it_was_typed_and_means_nothing(library: Library, text: str) -> None:
    payload = message(answered(library, f"zzzqqq{text}", "search"))
    seen = Seen(payload["markdown"]["text"])
    assert set(seen.tags) <= {"h4", "p", "a", "strong", "ul", "li"}
    assert all(link.startswith(f"{SITE}/") for link in seen.links)


def test_further_problems_and_ways_on_are_links(library: Library) -> None:
    seen = Seen(message(answered(library, MORE_LINES))["markdown"]["text"])
    assert len([link for link in seen.links if "/entries/" in link]) == 8
    assert any("/search" in link for link in Seen(message(answered(library, "zzz"))["markdown"]["text"]).links)


def test_without_a_site_there_is_no_link(library: Library) -> None:
    text = message(answered(without_site(library), LINE))["markdown"]["text"]
    assert Seen(text).links == []
    assert "faultbook show demo\\-fault" in text


@pytest.mark.parametrize(
    "text", ["a_b*c", "[x](y)", "# h", "1. x", "12. x", "> q", "- x", "+ x", "<b>", "<28>", "`c`", "![i](u)", "a|b"]
)
def test_no_mark_means_anything(text: str) -> None:
    rest = escaped(text)
    assert rest.replace("\\", "").replace("\u200b", "") == text
    assert Seen(rest).tags == ["p"]


def test_a_message_of_the_longest_answer_is_small_enough() -> None:
    wide = "\u4e2d" * 240
    item = Item("x", wide[:200], "error", wide * 2, (wide,) * 6, (("f", wide[:80]),) * 8, wide * 2, "c" * 400, "先执行")
    payload = message(Answer("zh", "recognised", wide[:200], (item,) * 3, notes=(wide,) * 3))
    assert len(json.dumps(payload, ensure_ascii=False).encode()) <= MAX_BYTES
