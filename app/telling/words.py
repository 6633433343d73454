"""What is said in a message, in English and Chinese."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from app.incidents.values import Change, Incident
from app.telling.values import Item, Kind, Message
from kb.entry import Language

WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "new": {"en": "New", "zh": "新出现"},
    "returned": {"en": "Came back", "zh": "复发"},
    "resumed": {"en": "Still going on", "zh": "仍在持续"},
    "rate": {"en": "More often", "zh": "频率升高"},
    "resolved": {"en": "Over", "zh": "已恢复"},
    "info": {"en": "info", "zh": "提示"},
    "warning": {"en": "warning", "zh": "警告"},
    "error": {"en": "error", "zh": "错误"},
    "critical": {"en": "critical", "zh": "严重"},
    "open": {"en": "Open the incident", "zh": "查看事件"},
    "test": {"en": "Test: faultbook can write here", "zh": "测试：faultbook 可以在此发送消息"},
}
_COUNTS: Final[Mapping[Kind, Mapping[Language, str]]] = {
    "new": {"en": "{n} new", "zh": "新出现 {n} 起"},
    "returned": {"en": "{n} came back", "zh": "复发 {n} 起"},
    "resumed": {"en": "{n} still going on", "zh": "仍在持续 {n} 起"},
    "rate": {"en": "{n} more often", "zh": "频率升高 {n} 起"},
    "resolved": {"en": "{n} over", "zh": "已恢复 {n} 起"},
}


def counted(lang: Language, kinds: Iterable[Kind]) -> str:
    """How many incidents of which kind: `3 new, 1 over`."""
    tally = Counter(kinds)
    parts = [words[lang].format(n=tally[kind]) for kind, words in _COUNTS.items() if tally[kind]]
    return ("，" if lang == "zh" else ", ").join(parts)


def label(lang: Language, item: Item) -> str:
    """What became of an incident, and which: `New, over: edge-7`."""
    kinds = [WORDS[kind][lang] for kind in item.kinds]
    if lang == "zh":
        return f"{'，'.join(kinds)}：{item.heading}" if kinds else item.heading
    said = ", ".join([*kinds[:1], *(each.lower() for each in kinds[1:])])
    return f"{said}: {item.heading}" if kinds else item.heading


def more(lang: Language, count: int) -> str:
    """That there is no room for so many."""
    return f"另有 {count} 起未列出。" if lang == "zh" else f"{count} more are not listed."


def remarks(lang: Language, incident: Incident) -> Iterator[str]:
    """How often since when, whether it is over, and what changed on the host before it came back."""
    count, since, until = incident.count, _time(incident.onset_at), incident.resolved_at
    if lang == "zh":
        over = f"，{_time(until)} 结束" if until is not None else ""
        yield f"{since} 起{over}，共 {count} 次，近一小时 {incident.rate_per_hour:g} 次。"
    else:
        times = "once" if count == 1 else f"{count} times"
        over = f", over since {_time(until)}" if until is not None else ""
        yield f"Since {since}{over}; seen {times}, {incident.rate_per_hour:g} within the last hour."
    if incident.changed:
        changes = ", ".join(_change(each) for each in incident.changed[:5])
        yield f"复发前的变化：{changes}。" if lang == "zh" else f"Changed before it came back: {changes}."


def _change(each: Change) -> str:
    return f"{each.fact} {each.before or '-'} → {each.after or '-'}"


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC")


def plain_lines(message: Message) -> Iterator[str]:
    """The message without any marks, its lines in order."""
    yield message.heading
    for item in message.items:
        yield label(message.lang, item)
        yield from item.remarks
    if message.more:
        yield more(message.lang, message.more)
