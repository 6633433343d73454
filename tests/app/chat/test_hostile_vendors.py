"""Whatever a verified request says, it is read, ignored or malformed; nothing else comes of it."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.contract import Ask, Challenge, Ignore, Malformed, Request
from app.chat.dingtalk import DingTalk
from app.chat.feishu import Feishu
from app.chat.feishu_api import FeishuApi
from app.chat.feishu_seal import encrypted
from tests.app.chat import feishuing as fs


class Given:
    """Secrets without a file."""

    def values(self) -> tuple[str, ...]:
        return (fs.KEY,)


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
feishu = Feishu(Given(), FeishuApi(None))
dingtalk = DingTalk(Given())


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in an object."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(path for key, each in inner for path in paths(each, (*before, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The object with something else at this place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


def read_by_feishu(sent: Any) -> object:
    body = {"encrypt": encrypted(json.dumps(sent).encode(), fs.KEY, b"0123456789abcdef")}
    return feishu.parse(Request(json.dumps(body).encode(), {}, 0.0))


BUTTON = fs.pressed({"ask": "eJyLVspOrVSyUihKTUxRyEvMTVWKBQA5eQYq", "message": "om_1", "do": "lang", "lang": "en"})
POST = fs.event({"title": "t", "content": [[{"tag": "text", "text": "x"}, {"tag": "at", "user_id": "u"}]]}, kind="post")
MESSAGE = {
    "conversationId": "cid",
    "msgId": "m",
    "senderStaffId": "s",
    "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=1",
    "sessionWebhookExpiredTime": 10**400,
    "msgtype": "richText",
    "content": {"richText": [{"text": "x"}, {"downloadCode": "y"}]},
}


@pytest.mark.parametrize("sent", [fs.event("x"), POST, BUTTON], ids=["text", "post", "button"])
@given(data=st.data(), new=values)
def test_any_change_of_an_event_of_feishu_is_read_ignored_or_malformed(sent: Any, data: Any, new: Any) -> None:
    path = data.draw(st.sampled_from(paths(sent)))
    with suppress(Malformed):
        assert isinstance(read_by_feishu(changed(sent, path, new)), Ask | Ignore | Challenge)


@given(content=values, kind=st.sampled_from(["text", "post"]))
def test_any_content_of_a_message_is_read_or_malformed(content: Any, kind: str) -> None:
    with suppress(Malformed):
        assert isinstance(read_by_feishu(fs.event({"content": content, "text": content}, kind=kind)), Ask)


@given(data=st.data(), new=values)
def test_any_change_of_a_message_of_dingtalk_is_read_ignored_or_malformed(data: Any, new: Any) -> None:
    sent = changed(MESSAGE, data.draw(st.sampled_from(paths(MESSAGE))), new)
    with suppress(Malformed):
        assert isinstance(dingtalk.parse(Request(json.dumps(sent).encode(), {}, 0.0)), Ask | Ignore)
