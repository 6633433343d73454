"""Pastes as chats mangle them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.answering import Library
from app.chat.clean import clean, is_chinese, without_mention
from tests.app.chat.library import LINE, MARKED_LINE, answered

ESCAPED = MARKED_LINE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
CURLED = MARKED_LINE.replace("'xdp_lb'", "‘xdp_lb’").replace('"native"', "“native”")
FIELDS = (("prog", "xdp_lb"), ("count", "16"), ("mode", "native"))


@pytest.mark.parametrize(
    ("mangled", "typed"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        ("<http://lb1.example.net|lb1.example.net> is down", "lb1.example.net is down"),
        ("see <https://kb.example.net/x?a=1&amp;b=2>", "see https://kb.example.net/x?a=1&b=2"),
        ("<mailto:root@lb1.example.net|root@lb1.example.net>: denied", "root@lb1.example.net: denied"),
        ("<mailto:root@lb1.example.net>: denied", "root@lb1.example.net: denied"),
        ("<tel:2022120320|2022-12-03 20> up", "2022-12-03 20 up"),
        ("<#C024BE91L|ops> says", "#ops says"),
        ("<@U012AB3CD|ada> says", "@ada says"),
        ("<@U012AB3CD> down", " down"),
        ("<!here> down", "@here down"),
        ("<!subteam^S123|@netops> down", "@netops down"),
        ("<!date^1392734382^{date}|yesterday> down", "yesterday down"),
    ],
)
def test_what_slack_put_into_a_message_is_taken_out(mangled: str, typed: str) -> None:
    assert clean(mangled) == typed


@pytest.mark.parametrize(
    "text", [MARKED_LINE, "2022-12-03 20:30:51.893 <RMT> ospf1: up", "Tx Queue <28> <a> <b|c> <!> <@> <#x>", "a && b;"]
)
def test_what_a_program_printed_stays(text: str) -> None:
    assert clean(text) == text


@given(st.text(st.sampled_from("ab <>&;!@#|:/^UCltgmap\n"), max_size=60))
def test_what_slack_escapes_comes_back_as_it_was_typed(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert clean(escaped) == text


@pytest.mark.parametrize(
    "paste",
    [
        MARKED_LINE,
        ESCAPED,
        CURLED,
        f"```\n{ESCAPED}\n```",
        f"```{MARKED_LINE}```",
        f"`{MARKED_LINE}`",
        ESCAPED.replace("lb1.example.net", "<http://lb1.example.net|lb1.example.net>"),
        ESCAPED.replace("10.0.0.1:8080", "<http://10.0.0.1:8080|10.0.0.1:8080>"),
        MARKED_LINE.replace(" ", "\u00a0"),
        MARKED_LINE.replace(" needs ", " needs\n"),
        f"> {MARKED_LINE}\n> and so on",
        f"{MARKED_LINE}\r\nDec  3 20:30:56 lb1 kernel: something that was trunc…",
        f"升级之后一直报：{MARKED_LINE}，这是什么问题？",
        f"升级之后一直报：\n```\n{ESCAPED}\n```\n这是什么问题？",
        MARKED_LINE.replace("<16>", "＜16＞").replace("&", "＆"),
    ],
    ids=lambda paste: paste[:30],
)
def test_a_mangled_paste_is_recognised_with_its_values(library: Library, paste: str) -> None:
    [item] = answered(library, paste).items
    assert (item.entry, item.fields) == ("demo-marked", FIELDS)


def test_several_problems_of_one_paste_are_all_recognised(library: Library) -> None:
    answer = answered(library, f"```\n{ESCAPED}\n```\n另外还有\n```\n{LINE}\n```")
    assert {item.entry for item in answer.items} == {"demo-fault", "demo-marked"}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<@U0LAN0Z89> zh demo", "zh demo"),
        ("  @faultbook: demo", "demo"),
        ("@故障手册，demo", "demo"),
        ("demo of <@U0LAN0Z89>", "demo of <@U0LAN0Z89>"),
        ("@faultbook", ""),
    ],
)
def test_the_name_of_the_bot_before_a_question_is_taken_off(text: str, rest: str) -> None:
    assert without_mention(text) == rest


@pytest.mark.parametrize(
    ("text", "chinese"),
    [("网卡 reset", True), (LINE, False), ("リセットされた接続", False), ("연결 漢字", False), ("“quoted” — 5", False)],
)
def test_chinese_is_told_from_the_characters_around_the_error(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese
