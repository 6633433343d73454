"""The page about chat says what the program does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.chat import SERVICES
from app.chat.answering import MAX_TEXT
from app.chat.dingtalk_message import MAX_BYTES as MAX_MESSAGE
from app.chat.feishu_card import MAX_BYTES as MAX_CARD
from app.chat.feishu_card import MAX_VALUE
from app.chat.metrics import Outcome
from app.config import ChatLimits

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "chat.md").read_text("utf-8")


def test_the_scopes_of_feishu_are_an_object_of_json() -> None:
    [block] = re.findall(r"(?ms)^ *```json\n(.*?)^ *```", PAGE)
    scopes: Any = json.loads(block)
    assert "im:message:send_as_bot" in scopes["scopes"]["tenant"]


@pytest.mark.parametrize("kind", SERVICES, ids=lambda kind: kind.name)
def test_every_service_has_its_address_its_secrets_and_its_hosts_on_the_page(kind: Any) -> None:
    assert f"https://faults.example.net/chat/{kind.name}" in PAGE
    for text in (kind.secret, *kind.more_secrets, *kind.hosts):
        assert f"`{text}`" in PAGE
    assert f"screenshots/chat-{kind.name}.png" in PAGE


def test_the_limits_of_the_page_are_those_of_the_program() -> None:
    limits = ChatLimits()
    for text in (
        f"| a request | {limits.max_body_bytes >> 20} MiB",
        f"{MAX_TEXT:,} characters are looked at",
        f"{limits.sender_burst} questions at once, one in {1 / limits.sender_per_second:g} seconds",
        f"{limits.channel_burst} at once, {limits.channel_per_second:g} a second",
        f"| {limits.max_waiting}, and as many answers",
        f"| {limits.wait_s:g} s; Slack gives up",
        f"{MAX_CARD:,} bytes a card (of 30 KB), {MAX_VALUE:,} characters in a button",
        f"{MAX_MESSAGE:,} bytes (of 20,000)",
    ):
        assert text in PAGE


def test_every_outcome_that_is_counted_is_on_the_page() -> None:
    for outcome in Outcome.__args__:  # type: ignore[attr-defined]
        assert f"`{outcome}`" in PAGE
