"""The sentences in which a verdict gives its reason, and the words for a range, in both languages."""

from kb.entry import Both, VersionRange

_EN = {
    "affected": "{version} ({stream}) is affected: {range}.",
    "fixed": "{version} ({stream}) has the fix: {range}; if you see this all the same, it has another cause.",
    "before": "{version} ({stream}) is older than the range {range}; what you see may have another cause.",
    "unclear": "the number {version} ({stream}) alone does not tell on which side of {range} it is.",
    "since-unknown": "{version} ({stream}) may be affected: {range}; since which version is not recorded.",
    "after-last": "{version} ({stream}) is newer than the last version known to be affected: {range}.",
    "until-unknown": "{version} ({stream}) is in the range {range}, but up to which version it goes is not recorded.",
    "not-in-branch": "{version}'s branch had the problem ({range}); whether {stream} took the fix is not recorded.",
    "no-ranges": "this entry names no versions.",
    "no-stream": "{version} is of {stream}, of which no range is known; the numbers of other streams do not count.",
    "no-upload": "{version} ({stream}) names no build; give what `uname -a` prints.",
    "no-version": "{version} is not a version that can be compared in {stream}.",
    "unknown-kernel": "{version} is of no known vendor or changed by hand; mainline's numbers say nothing of it.",
    "kernel-not-told": "the text does not tell the kernel's version; add what `uname -a` prints.",
    "not-told": "the text does not tell the version of {name}.",
    "several": "the text names several versions of {name} ({versions}); give the one in question.",
    "builds": "the text names several builds of {name} {version}; give the one in question.",
    "foreign-driver": "{name} does not come from the kernel here (out of tree); add what `ethtool -i` prints.",
}
_ZH = {
    "affected": "{version}（{stream}）受影响：{range}。",
    "fixed": "{version}（{stream}）已含修复：{range}；若仍出现，则另有原因。",
    "before": "{version}（{stream}）早于受影响范围（{range}）；眼前的现象可能另有原因。",
    "unclear": "单凭 {version}（{stream}）这个版本号，无法判断它在“{range}”的哪一边。",
    "since-unknown": "{version}（{stream}）可能受影响：{range}；问题从哪个版本开始没有记录。",
    "after-last": "{version}（{stream}）比已知最后一个受影响的版本更新：{range}。",
    "until-unknown": "{version}（{stream}）在范围之内（{range}），但范围到哪个版本为止没有记录。",
    "not-in-branch": "{version} 所在分支带有这个问题（{range}），{stream} 是否合入了修复没有记录。",
    "no-ranges": "本条目没有给出版本。",
    "no-stream": "{version} 属于 {stream}，本条目没有它的记录；其他版本线的号码对它不适用。",
    "no-upload": "{version}（{stream}）没有写明具体构建，请提供 `uname -a` 的输出。",
    "no-version": "{version} 不是 {stream} 中可以比较的版本号。",
    "unknown-kernel": "{version} 的发行方未知或经过改动，mainline 的版本号对它不适用。",
    "kernel-not-told": "文本中看不出内核版本，请附上 `uname -a` 的输出。",
    "not-told": "文本中看不出 {name} 的版本。",
    "several": "文本中出现了 {name} 的多个版本（{versions}），请指明是哪一个。",
    "builds": "文本中出现了 {name} {version} 的多个构建，请指明是哪一个。",
    "foreign-driver": "这里的 {name} 不是内核自带的驱动（out-of-tree），请附上 `ethtool -i` 的输出。",
}
_RANGE = {
    "en": ("from the first version", "from {}", "fixed in {}", "last affected {}", "no fixed version known", ", "),
    "zh": ("从第一个版本起", "始于 {}", "修复于 {}", "最后一个受影响的版本 {}", "尚无已知的修复版本", "，"),
}
_STREAM_WORDS = {"out-of-tree": Both("driver from out of tree", "out-of-tree 驱动")}


def reason(word: str, said: VersionRange | None = None, **values: str) -> Both[str]:
    """The sentence for `word` with its values in both languages; `said` is the range it speaks of."""
    return Both(_sentence(_EN[word], said, "en", values), _sentence(_ZH[word], said, "zh", values))


def range_words(each: VersionRange, language: str) -> str:
    """A range in words: `from 4.13, fixed in 5.17`; empty where nothing is known."""
    first, since, fixed, last, unfixed, comma = _RANGE[language]
    parts = []
    if each.introduced:
        parts.append(first if each.introduced == "0" else since.format(each.introduced))
    if each.fixed:
        parts.append(fixed.format(each.fixed))
    if each.last_affected:
        parts.append(last.format(each.last_affected))
    if each.unfixed:
        parts.append(unfixed)
    return comma.join(parts)


def _sentence(text: str, said: VersionRange | None, language: str, values: dict[str, str]) -> str:
    shown = {name: _shown(value, language) for name, value in values.items()}
    if said is not None:
        shown["range"] = f"{_shown(said.stream, language)} {range_words(said, language)}".strip()
    return text.format(**shown)


def _shown(value: str, language: str) -> str:
    words = _STREAM_WORDS.get(value)
    return words.in_language(language) or value if words else value
