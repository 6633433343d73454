"""What the server says for itself: busy, too often, failed."""

from typing import Final, Literal

from app.chat.answer import language_of
from app.chat.contract import Ask
from kb.entry import Language

Notice = Literal["busy", "limited", "failed"]

_TEXTS: Final[dict[Notice, dict[Language, str]]] = {
    "busy": {
        "en": "Too many questions are waiting. Ask again in a moment.",
        "zh": "排队的问题太多，请稍后再试。",
    },
    "limited": {
        "en": "That was too many questions in a short time. Wait a moment and ask again.",
        "zh": "提问太频繁了，请稍等片刻再试。",
    },
    "failed": {
        "en": "This question could not be answered because of an error in faultbook; the server's log tells more.",
        "zh": "faultbook 出错，没能回答这个问题；详情见服务器日志。",
    },
}


def notice(which: Notice, ask: Ask, of_channel: Language | None) -> str:
    """The sentence in the asker's language."""
    return _TEXTS[which][language_of(ask, of_channel)]
