"""The words of a question, and what a button carries of it."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.command import Asked, read_command
from app.chat.contract import Ask, Malformed
from app.chat.recall import MAX_TEXT, pack, unpack


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", Asked("help", "")),
        ("  help ", Asked("help", "")),
        ("帮助", Asked("help", "")),
        ("zh", Asked("help", "", "zh")),
        ("search mtu 1500", Asked("search", "mtu 1500")),
        ("搜索 网卡重启", Asked("search", "网卡重启")),
        ("SHOW bird-ospf-mtu-mismatch", Asked("show", "bird-ospf-mtu-mismatch")),
        ("share eth0: failed", Asked("lookup", "eth0: failed", None, True)),
        ("share zh eth0: failed", Asked("lookup", "eth0: failed", "zh", True)),
        ("中文 eth0: failed", Asked("lookup", "eth0: failed", "zh")),
        ("en search mtu", Asked("search", "mtu", "en")),
        ("share\neth0: failed\nagain", Asked("lookup", "eth0: failed\nagain", None, True)),
    ],
)
def test_command_words_stand_first(text: str, asked: Asked) -> None:
    assert read_command(text) == asked


@pytest.mark.parametrize(
    "text", ["help: command not found", "search path\nis empty", "search", "show me the log", "show", "english: no"]
)
def test_a_paste_that_begins_with_a_command_word_is_looked_up(text: str) -> None:
    assert read_command(text) == Asked("lookup", text)


@given(st.text())
def test_any_text_is_a_question(text: str) -> None:
    asked = read_command(text)
    assert asked.text in text


def ask(text: str) -> Ask:
    return Ask("lookup", text, "U", "C")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_button_carries_its_question(text: str) -> None:
    value = pack(ask(text), (), 2000)
    assert value is not None
    assert value.isascii()
    assert unpack(value) == ("lookup", text)


def test_a_question_that_is_too_long_is_carried_by_its_evidence() -> None:
    noise = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(3000))
    value = pack(ask(f"{noise}\neth0: failed"), ["eth0: failed"], 2000)
    assert value is not None
    assert unpack(value) == ("lookup", "eth0: failed")
    assert pack(ask(noise), [], 2000) is None
    assert pack(ask(noise), [noise], 2000) is None


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(data)).decode()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "!",
        "AAAA",
        "\u4e2d",
        packed(b""),
        packed(b"[]"),
        packed(b'"lookup"'),
        packed(b'["drop", "x"]'),
        packed(b'["lookup", 1]'),
        packed(b'[["lookup"], "x"]'),
        packed(b'["lookup", "x", "y"]'),
        packed(b"[" * 100_000),
        packed(b'["lookup", "' + b"x" * (MAX_TEXT + 1) + b'"]'),
        packed(b'["lookup", "' + b"x" * (64 << 20) + b'"]'),
        packed(b"\xff"),
    ],
)
def test_a_value_that_is_not_ours_is_refused(value: str) -> None:
    with pytest.raises(Malformed):
        unpack(value)


@given(st.text())
def test_any_value_is_read_or_refused(value: str) -> None:
    try:
        unpack(value)
    except Malformed as error:
        assert "button" in str(error)
