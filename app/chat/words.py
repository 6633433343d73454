"""What the chat room says in English and Chinese; words that the pages have, too, are those of `app.web.words`."""

from typing import Final

from app.web import words as pages
from kb.entry import Language

WORDS: Final[dict[str, tuple[str, str]]] = {
    # what was found
    "near": (
        "No known message is in this text. What search finds near it:",
        "没有认出已知的报错。按文字搜到的相近条目：",
    ),
    "nothing": ("Nothing is known of this text.", "知识库里还没有关于这段内容的条目。"),
    "nothing-what": (
        "Paste the lines as the program printed them, or search for the symptom: {call} search WORDS",
        "请原样贴出程序打印的那几行，或者按现象搜索：{call} search 关键词",
    ),
    "cut": ("Only the first {count} characters were looked at.", "只看了前 {count} 个字符。"),
    "no-entry": ("There is no entry “{entry}”. What search finds:", "没有名为“{entry}”的条目。搜索结果："),
    "more-recognised": ("Also recognised:", "还认出："),
    "more-found": ("{count} more results", "另有 {count} 条结果"),
    "more-problems": ("{count} more", "另有 {count} 个"),
    "meant": ("Did you mean “{query}”?", "你是不是想搜“{query}”？"),
    # an entry
    "seen": ("Seen", "证据"),
    "values": ("Values", "取值"),
    "hidden": ("hidden", "已遮盖"),
    "versions": ("Versions", "版本"),
    "verdict-why": ("{state} - {reason}", "{state}，{reason}"),
    "first": ("First to run", "先执行"),
    "repair": ("To repair it (read the article first)", "处理（先看全文）"),
    "gap": ("‹…›: fill in yourself", "‹…› 处请自行填写"),
    "article": ("Whole article", "查看全文"),
    "at-terminal": ("faultbook show {entry}", "faultbook show {entry}"),
    "lines-left-out": ("… {count} more lines", "…… 另有 {count} 行"),
    # where to go on
    "search": ("Search", "搜索"),
    "draft": ("Write an entry", "写一个条目"),
    "other-language": ("中文", "English"),
    "other-by-words": ("中文回答：{call} zh ……", "In English: {call} en ..."),
    "share": ("Share to channel", "分享到群里"),
    # help
    "help": ("faultbook: paste an error, get the article", "faultbook：贴上报错，给出条目"),
    "help-lookup": (
        "{call} ERROR: recognise the lines of an error and explain them",
        "{call} 报错内容：辨认报错并解释",
    ),
    "help-search": ("{call} search WORDS: search the entries", "{call} search 关键词：搜索条目"),
    "help-show": ("{call} show ENTRY: what an entry is about", "{call} show 条目编号：条目概要"),
    "help-lang": (
        "{call} zh ... or {call} en ...: answer in Chinese or English",
        "{call} zh …… 或 {call} en ……：用中文或英文回答",
    ),
    "help-share": (
        "{call} share ...: show the answer to everybody here",
        "{call} 分享 ……：把回答发给群里所有人",
    ),
    "help-paste": (
        "Paste the lines as they stand; code fences, quotes and Chinese around them do no harm.",
        "原样贴上即可，代码块、引号、前后夹杂的说明都不要紧。",
    ),
}
"""(English, Chinese) by key; `{name}` stands for a value."""


def say(language: Language, key: str, **values: object) -> str:
    """What is said under this key, in this language."""
    pair = WORDS.get(key)
    if pair is None:
        return pages.say(language, key, **values)
    return pair[1 if language == "zh" else 0].format(**values)


def colon(language: Language) -> str:
    """What stands between a label and what it names."""
    return "：" if language == "zh" else ": "


def label(language: Language, key: str) -> str:
    """What is said under this key, in front of what it names."""
    return say(language, key) + colon(language)
