"""Feishu end to end: requests as Feishu sends them to a running server, answers as its stand-in receives them."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.chat import feishu
from app.chat.contract import Ask, Refused, Request
from app.chat.feishu import APP, KEY, Feishu
from app.chat.feishu_api import FeishuApi
from app.chat.feishu_message import written
from app.chat.feishu_seal import decrypted, encrypted
from app.chat.recall import pack
from app.shelf import Shelf
from tests.app.chat import feishuing as fs
from tests.app.chat.asking import chatting
from tests.app.chat.standin import Received, Reply, Standin
from tests.app.serving import Client, until

QUESTION = {"ask": pack(Ask("lookup", fs.LINE, "", ""), (), 3_000), "message": fs.MESSAGE, "public": False}


class Given:
    """Secrets without a file."""

    def __init__(self, *values: str) -> None:
        self._values = values

    def values(self) -> tuple[str, ...]:
        return self._values


def answering(sent: dict[str, tuple[int, object]] | None = None, expire_s: int = 7200) -> Callable[[Received], Reply]:
    """What the vendor says: a tenant's token, then `(status, object)` by path, and that all is well elsewhere."""

    def answer(received: Received) -> Reply:
        if received.path == fs.TOKEN_PATH:
            token = {"code": 0, "msg": "ok", "tenant_access_token": "t-caecc734c2e3328a62489fe0648", "expire": expire_s}
            return 200, {}, json.dumps(token).encode()
        status, said = (sent or {}).get(received.path, (200, {"code": 0, "msg": "success", "data": {}}))
        return status, {}, json.dumps(said).encode()

    return answer


@pytest.fixture
def vendor(standin: Standin) -> Standin:
    standin.answer = answering()
    return standin


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, chat_shelf: Shelf, vendors: Standin) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("secrets")
    given = {KEY: f"older-key\n{fs.KEY}\n", APP: f"{fs.APP_LINE}\n"}
    with chatting(folder, chat_shelf, given, posts=vendors.poster) as running:
        yield running


def sends(vendor: Standin, path: str, count: int = 1) -> list[Received]:
    """What was sent to this path, as soon as it was so much."""

    def found() -> list[Received]:
        return [each for each in vendor.received if each.path == path]

    until(lambda: len(found()) >= count, f"{count} posts to {path}")
    return found()


def sent_before(client: Client, vendor: Standin) -> list[Received]:
    """What was sent to anybody until a later question was answered, the token and that answer left out."""
    fs.send(client, fs.event("help", chat="p2p", message_id="om_later"))
    [later] = sends(vendor, fs.REPLY_PATH.replace(fs.MESSAGE, "om_later"))
    return [each for each in vendor.received if each.path != fs.TOKEN_PATH and each is not later]


def test_the_published_example_is_decrypted_to_what_feishu_says() -> None:
    # open.feishu.cn, "Receive events", the sample code: key "test key", text "hello world"
    assert decrypted("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "test key") == b"hello world"


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghl=", "\u4e2d" * 44])
def test_what_was_not_encrypted_with_the_key_is_nothing(sealed: str) -> None:
    assert decrypted(sealed, "another key") == b""


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 1000])
def test_text_of_any_length_survives_encryption(length: int) -> None:
    plain = bytes(range(256)) * 4
    assert decrypted(encrypted(plain[:length], "k", b"i" * 16), "k") == plain[:length]


def test_the_try_of_the_address_is_answered_with_its_challenge(client: Client) -> None:
    sent = {"challenge": "ajls384kdjx98XX", "token": "xxxxxx", "type": "url_verification"}
    for headers in ({"Content-Type": "application/json"}, None):
        answer = fs.send(client, sent, headers=headers)
        assert (answer.status, answer.json) == (200, {"challenge": "ajls384kdjx98XX"})


def test_a_challenge_that_was_not_encrypted_with_our_key_is_refused(client: Client) -> None:
    sent = {"challenge": "x", "type": "url_verification"}
    assert client.post("/chat/feishu", json.dumps(sent), "application/json").status == 401
    assert fs.send(client, sent, "not the key", {"Content-Type": "application/json"}).status == 401


def test_an_event_without_a_signature_is_refused(client: Client, vendor: Standin) -> None:
    assert fs.send(client, fs.event(fs.LINE), headers={"Content-Type": "application/json"}).status == 401
    assert sent_before(client, vendor) == []


@pytest.mark.parametrize("name", ["X-Lark-Signature", "X-Lark-Request-Timestamp", "X-Lark-Request-Nonce"])
def test_a_changed_header_breaks_the_signature(client: Client, name: str) -> None:
    body = fs.sealed(fs.event(fs.LINE))
    headers = fs.signed_headers(body)
    changed = str(int(headers[name]) + 1) if headers[name].isdigit() else f"{headers[name]}0"
    assert client.ask("POST", "/chat/feishu", body, headers | {name: changed}).status == 401


def test_a_changed_byte_breaks_the_signature(client: Client) -> None:
    body = fs.sealed(fs.event(fs.LINE))
    assert client.ask("POST", "/chat/feishu", body + b" ", fs.signed_headers(body)).status == 401


@pytest.mark.parametrize(("late_s", "refused"), [(-301, True), (-299, False), (299, False), (301, True)])
def test_a_signature_holds_for_five_minutes(late_s: int, refused: bool) -> None:
    body, now = fs.sealed(fs.event(fs.LINE)), 1_700_000_000.0
    headers = {name.lower(): value for name, value in fs.signed_headers(body, now=now).items()}
    own = Feishu(Given(fs.KEY), FeishuApi(None))
    if refused:
        with pytest.raises(Refused, match="clock"):
            own.verify(Request(body, headers, now + late_s))
    else:
        assert own.verify(Request(body, headers, now + late_s)) == headers["x-lark-signature"]


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1" * 14, "\u0661"])
def test_a_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    own = Feishu(Given(fs.KEY), FeishuApi(None))
    headers = {"x-lark-signature": "0" * 64, "x-lark-request-timestamp": timestamp}
    with pytest.raises(Refused):
        own.verify(Request(b"{}", headers, 0.0))


def test_a_signed_body_that_is_not_encrypted_is_malformed(client: Client) -> None:
    body = json.dumps(fs.event(fs.LINE)).encode()
    assert client.ask("POST", "/chat/feishu", body, fs.signed_headers(body)).status == 400


def test_any_key_of_the_file_is_valid(client: Client, vendor: Standin) -> None:
    assert fs.send(client, fs.event(fs.LINE), "older-key").status == 200
    assert sends(vendor, fs.SHOW_PATH)


def test_a_mention_in_a_group_is_acknowledged_and_answered_to_the_asker_alone(client: Client, vendor: Standin) -> None:
    answer = fs.send(client, fs.event(f"@_user_1 {fs.LINE}"))
    assert (answer.status, answer.json) == (200, {})
    [shown] = sends(vendor, fs.SHOW_PATH)
    assert (shown.host, shown.headers["authorization"]) == ("open.feishu.cn", "Bearer t-caecc734c2e3328a62489fe0648")
    assert shown.json["chat_id"] == "oc_5ce6d572455d361153b7xx51da133945"
    assert shown.json["open_id"] == "ou_84aad35d084aa403a838"
    text = fs.texts(shown.json["card"])
    assert "eth0" in text
    assert "ip -s link show dev eth0" in text


def test_the_tenants_token_is_asked_for_with_the_apps_secret_and_kept(client: Client, vendor: Standin) -> None:
    for _ in range(3):
        fs.send(client, fs.event(fs.LINE))
    sends(vendor, fs.SHOW_PATH, 3)
    assert len([each for each in vendor.received if each.path == fs.TOKEN_PATH]) <= 1
    assert all("app-secret-1" not in each.body.decode() for each in vendor.received if each.path != fs.TOKEN_PATH)


def test_a_private_chat_is_answered_with_a_reply(client: Client, vendor: Standin) -> None:
    fs.send(client, fs.event(fs.LINE, chat="p2p", mentions=None))
    [reply] = sends(vendor, fs.REPLY_PATH)
    assert reply.json["msg_type"] == "interactive"
    assert "ip -s link show dev eth0" in fs.texts(json.loads(reply.json["content"]))


def test_a_mention_in_a_thread_is_answered_there(client: Client, vendor: Standin) -> None:
    fs.send(client, fs.event(fs.LINE, thread_id="omt_1", root_id="om_root"))
    [reply] = sends(vendor, fs.REPLY_PATH)
    assert "ip -s link show dev eth0" in fs.texts(json.loads(reply.json["content"]))


def test_a_repeated_event_is_answered_once(client: Client, vendor: Standin) -> None:
    sent = fs.event(fs.LINE, event_id="5e3702a84e847582be8db7fb73283c02")
    answers = [fs.send(client, sent) for _ in range(3)]
    assert [(each.status, each.json) for each in answers] == [(200, {})] * 3
    assert [each.path for each in sent_before(client, vendor)] == [fs.SHOW_PATH]


def test_a_replayed_request_is_answered_once(client: Client, vendor: Standin) -> None:
    body = fs.sealed(fs.event(fs.LINE))
    headers = fs.signed_headers(body)
    for _ in range(2):
        assert client.ask("POST", "/chat/feishu", body, headers).status == 200
    assert [each.path for each in sent_before(client, vendor)] == [fs.SHOW_PATH]


@pytest.mark.parametrize(
    "sent",
    [
        fs.event(fs.LINE, mentions=()),
        fs.event(fs.LINE, mentions=({**fs.BOT, "mentioned_type": "user"},)),
        fs.event({"image_key": "img_1"}, kind="image"),
        {"schema": "2.0", "header": {"event_id": "e", "event_type": "im.chat.updated_v1"}, "event": {}},
    ],
    ids=["nobody mentioned", "somebody else mentioned", "a picture", "another event"],
)
def test_what_does_not_ask_us_is_acknowledged_and_not_answered(client: Client, vendor: Standin, sent: object) -> None:
    answer = fs.send(client, sent)
    assert (answer.status, answer.json) == (200, {})
    assert sent_before(client, vendor) == []


def test_a_message_of_a_bot_is_not_answered(client: Client, vendor: Standin) -> None:
    sent = fs.event(fs.LINE)
    sent["event"]["sender"]["sender_type"] = "app"
    assert fs.send(client, sent).status == 200
    assert sent_before(client, vendor) == []


@pytest.mark.parametrize(
    "break_it",
    [
        lambda sent: sent["event"]["message"].update(content="not json"),
        lambda sent: sent["event"]["message"].update(content="[]"),
        lambda sent: sent["event"]["message"].update(chat_id=None),
        lambda sent: sent["event"].update(sender={}),
        lambda sent: sent["header"].update(event_id=7),
    ],
)
def test_an_event_that_lacks_what_it_must_have_is_malformed(
    client: Client, vendor: Standin, break_it: Callable[[dict[str, dict[str, dict[str, object]]]], None]
) -> None:
    sent = fs.event(fs.LINE)
    break_it(sent)
    assert fs.send(client, sent).status == 400
    assert sent_before(client, vendor) == []


def test_the_text_of_a_post_is_read_with_its_blocks_of_code() -> None:
    post = {
        "title": "",
        "content": [
            [{"tag": "at", "user_id": "@_user_1", "user_name": "faultbook"}, {"tag": "text", "text": " 这个报错："}],
            [{"tag": "code_block", "language": "PLAIN_TEXT", "text": fs.LINE}],
            [{"tag": "a", "text": "工单", "href": "https://example.net"}, {"tag": "img", "image_key": "img_1"}],
        ],
    }
    assert written("post", json.dumps(post), [fs.BOT]).split("\n") == ["这个报错：", "", fs.LINE, "", "工单"]
    assert fs.LINE in written("post", json.dumps({"zh_cn": post}), [fs.BOT])


def test_people_who_are_mentioned_keep_their_names() -> None:
    ada = {"key": "@_user_2", "name": "Ada", "mentioned_type": "user"}
    text = json.dumps({"text": "@_user_1 ask @_user_2 about @_user_23"})
    assert written("text", text, [fs.BOT, ada]) == "ask @Ada about"


def test_a_post_in_a_group_is_recognised_in_chinese(client: Client, vendor: Standin) -> None:
    post = {"title": "升级之后", "content": [[{"tag": "code_block", "text": fs.LINE}]]}
    fs.send(client, fs.event(post, kind="post"))
    [shown] = sends(vendor, fs.SHOW_PATH)
    assert shown.json["card"]["header"]["title"]["content"] == "认出 1 个问题"


def test_the_language_of_the_vendors_cloud_counts_where_nothing_else_does(client: Client, vendor: Standin) -> None:
    fs.send(client, fs.event(f"@_user_1 {fs.LINE}"))
    fs.send(client, fs.event(f"@_user_1 en {fs.LINE}"))
    shown = sends(vendor, fs.SHOW_PATH, 2)
    headings = {each.json["card"]["header"]["title"]["content"] for each in shown}
    assert headings == {"认出 1 个问题", "1 problem recognised"}


def test_the_language_button_changes_the_card_in_the_response(client: Client, vendor: Standin) -> None:
    answer = fs.send(client, fs.pressed({**QUESTION, "do": "lang", "lang": "en"}))
    assert answer.status == 200
    assert answer.json["card"]["type"] == "raw"
    card = answer.json["card"]["data"]
    assert card["header"]["title"]["content"] == "1 problem recognised"
    again = fs.send(client, fs.pressed(fs.button(card, "lang")))
    assert again.json["card"]["data"]["header"]["title"]["content"] == "认出 1 个问题"
    assert sent_before(client, vendor) == []


def test_the_share_button_replies_to_the_message_for_everybody(client: Client, vendor: Standin) -> None:
    fs.send(client, fs.event(f"@_user_1 {fs.LINE}"))
    [shown] = sends(vendor, fs.SHOW_PATH)
    answer = fs.send(client, fs.pressed(fs.button(shown.json["card"], "share")))
    assert (answer.status, answer.json) == (200, {})
    [reply] = sends(vendor, fs.REPLY_PATH)
    card = json.loads(reply.json["content"])
    assert "ip -s link show dev eth0" in fs.texts(card)
    with pytest.raises(StopIteration):
        fs.button(card, "share")


def test_share_in_words_replies_for_everybody(client: Client, vendor: Standin) -> None:
    fs.send(client, fs.event(f"@_user_1 分享 {fs.LINE}"))
    assert [each.path for each in sent_before(client, vendor)] == [fs.REPLY_PATH]


def test_a_button_pressed_twice_shares_once(client: Client, vendor: Standin) -> None:
    for _ in range(2):
        fs.send(client, fs.pressed({**QUESTION, "do": "share", "lang": "en"}, event_id="f7984f25108f8137722bb63c"))
    assert [each.path for each in sent_before(client, vendor)] == [fs.REPLY_PATH]


@pytest.mark.parametrize("value", [None, "text", {}, {"ask": "AAAA"}, {"ask": 7}, {"ask": "x" * 5000}])
def test_a_button_that_is_not_ours_is_malformed(client: Client, vendor: Standin, value: object) -> None:
    assert fs.send(client, fs.pressed(value)).status == 400
    assert sent_before(client, vendor) == []


def test_a_message_id_that_is_none_reaches_no_address(client: Client, vendor: Standin) -> None:
    value = {**QUESTION, "message": "../../contact/v3/users", "do": "share", "lang": "en"}
    fs.send(client, fs.pressed(value))
    assert sent_before(client, vendor) == []


def test_where_a_card_for_one_is_refused_a_reply_answers(client: Client, vendor: Standin) -> None:
    vendor.answer = answering({fs.SHOW_PATH: (400, {"code": 230_002, "msg": "not a group"})})
    fs.send(client, fs.event(fs.LINE))
    assert sends(vendor, fs.REPLY_PATH)[0].json["msg_type"] == "interactive"


def test_a_card_that_is_refused_is_sent_again_as_text(client: Client, vendor: Standin) -> None:
    vendor.answer = answering({fs.REPLY_PATH: (200, {"code": 230_099, "msg": "Failed to create card content"})})
    fs.send(client, fs.event('@_user_1 demo: eth0 failed 5 times: <at user_id="all"></at>', chat="p2p"))
    card, text = sends(vendor, fs.REPLY_PATH, 2)
    assert (card.json["msg_type"], text.json["msg_type"]) == ("interactive", "text")
    shown = json.loads(text.json["content"])["text"]
    assert "ip -s link show dev eth0" in shown
    assert "<at" not in shown
    assert card.json["uuid"] != text.json["uuid"]


def test_nothing_is_sent_again_where_the_vendor_may_have_taken_it(client: Client, vendor: Standin) -> None:
    vendor.answer = answering({fs.SHOW_PATH: (502, {})})
    fs.send(client, fs.event(fs.LINE))
    sends(vendor, fs.SHOW_PATH)
    vendor.answer = answering()
    assert [each.path for each in sent_before(client, vendor)] == [fs.SHOW_PATH]


def test_a_token_that_does_not_count_any_more_is_asked_for_anew(vendor: Standin) -> None:
    own = FeishuApi(Given(fs.APP_LINE))
    posts = vendor.poster(feishu.KIND)
    tries: list[str] = []

    def answer(received: Received) -> Reply:
        if received.path == fs.TOKEN_PATH:
            tries.append(received.path)
        elif len(tries) == 1:
            return 200, {}, b'{"code": 99991663, "msg": "token invalid"}'
        return answering()(received)

    vendor.answer = answer
    own.reply(posts, fs.MESSAGE, "text", {"text": "x"}, "k")
    assert [each.path for each in vendor.received] == [fs.TOKEN_PATH, fs.REPLY_PATH, fs.TOKEN_PATH, fs.REPLY_PATH]


def test_a_token_is_asked_for_again_before_it_ends(vendor: Standin) -> None:
    now = [0.0]
    own = FeishuApi(Given(fs.APP_LINE), lambda: now[0])
    for now[0] in (0.0, 6_800.0, 6_950.0):
        own.reply(vendor.poster(feishu.KIND), fs.MESSAGE, "text", {"text": "x"}, "k")
    assert len([each for each in vendor.received if each.path == fs.TOKEN_PATH]) == 2


def test_an_app_of_lark_is_asked_at_lark(vendor: Standin) -> None:
    own = FeishuApi(Given("cli_a1 app-secret-1 open.larksuite.com"))
    assert own.language is None
    own.reply(vendor.poster(feishu.KIND), fs.MESSAGE, "text", {"text": "x"}, "k")
    assert {each.host for each in vendor.received} == {"open.larksuite.com"}


def test_an_app_at_another_host_gets_no_secret(vendor: Standin) -> None:
    own = FeishuApi(Given("cli_a1 app-secret-1 evil.example", "cli_a2 app-secret-2"))
    own.reply(vendor.poster(feishu.KIND), fs.MESSAGE, "text", {"text": "x"}, "k")
    assert b"app-secret-1" not in b"".join(each.body for each in vendor.received)


def test_without_a_key_there_is_no_such_endpoint(tmp_path: Path, chat_shelf: Shelf) -> None:
    with chatting(tmp_path / "none", chat_shelf, {}) as client:
        assert fs.send(client, fs.event(fs.LINE)).status == 404


def test_the_sample_is_answered_in_the_response(client: Client) -> None:
    sample = feishu.KIND.sample({KEY: Given(fs.KEY)}, fs.LINE, time.time())
    answer = client.ask("POST", "/chat/feishu", sample.body, sample.headers)
    assert "ip -s link show dev eth0" in fs.texts(answer.json["card"]["data"])


def test_a_late_answer_to_a_button_changes_the_card_by_its_token(vendor: Standin) -> None:
    own = Feishu(Given(fs.KEY), FeishuApi(Given(fs.APP_LINE)))
    body = fs.sealed(fs.pressed({**QUESTION, "do": "lang", "lang": "en"}))
    ask = own.parse(Request(body, {}, 0.0))
    assert isinstance(ask, Ask)
    own.deliver(own.notice("busy", Ask("help", "", "s", "c", replaces=True)), ask, vendor.poster(feishu.KIND))
    update = vendor.received[-1]
    assert update.path == fs.UPDATE_PATH
    assert update.json["token"] == "c-295ee57216a5dc9de90fefd0aadb4b1d7d"
    assert update.json["card"]["open_ids"] == ["ou_84aad35d084aa403a838"]
