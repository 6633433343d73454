"""A knowledge base for the load test: seeded entries as large as the shipped ones, and what readers ask of them.

Each entry has an article of about 8 KB in two languages, with symptoms, lists, inline code, commands that take the
case's values, versions and related entries, so that every part of a page has work to do.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from bench.rules import Rule, make_rules

KINDS = ("home", "search", "article", "article with values", "lookup", "API lookup", "API search", "API entry", "list")
_SHARES = (10, 18, 22, 14, 10, 8, 6, 8, 4)
_COMPONENTS = ("nic", "bpf", "bird", "xdp", "bonding", "tcp", "netfilter", "ipv6")
_FIELD = re.compile(r"\{([a-z_]+):([a-z]+)\}")
_IN_COMMANDS = ("int", "ip", "iface", "hex")
_SENTENCES = (
    "The {words} is only reported when the receive path has given up on it already, so look at the counters first.",
    "After an upgrade `{name}` may keep its state; unloading the module clears it, and traffic stops for two seconds.",
    "A peer that was restarted sends **no** further message, which is why the {words} stays until somebody removes it.",
    "Two hosts with the same address show the same picture, but there `{name}` counts up on both of them.",
)
_CHINESE = (
    "驱动放弃接收之后才会打印“{words}”，先看计数器，再决定是否重启网卡。",
    "升级之后 `{name}` 可能仍保留旧状态；卸载模块可以清除，业务会中断约两秒。",
    "对端重启后**不会**再发送报文，因此“{words}”会一直存在，直到有人手动清理。",
    "两台主机地址相同时现象一样，但此时两边的 `{name}` 都会增长。",
)


@dataclass(frozen=True)
class Ask:
    """One request; `body` None: a GET."""

    kind: str
    path: str
    body: bytes | None = None
    content_type: str = "text/plain"


def write_site(folder: Path, count: int, seed: int) -> Sequence[Rule]:
    """Write the entries, one file each."""
    rules = make_rules(count, seed)
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"site {seed}")
    for rule in rules:
        path, text = folder / f"{rule.id}.yaml", _entry(rule, rules, rng)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    return rules


def asks(rules: Sequence[Rule], seed: str) -> Iterator[Ask]:
    """What one reader asks, for ever."""
    rng = random.Random(seed)
    while True:
        yield _ask(rng.choices(KINDS, _SHARES)[0], rng.choice(rules), rng)


def _ask(kind: str, rule: Rule, rng: random.Random) -> Ask:
    """One request of this kind about the problem of this rule, mostly."""
    lang = rng.choice(("en", "zh"))
    if kind.endswith("lookup"):
        return _lookup(kind, rule, rng)
    query = urlencode({"q": _query(rule, rng), "lang": lang})
    values = urlencode({"lang": lang, **_values(rule, rng)})
    paths = {
        "home": f"/?lang={lang}",
        "list": f"/components/{rng.choice(_COMPONENTS)}?lang={lang}",
        "search": f"/search?{query}",
        "API search": f"/api/v1/search?{query}",
        "article": f"/entries/{rule.id}?lang={lang}",
        "article with values": f"/entries/{rule.id}?{values}",
        "API entry": f"/api/v1/entries/{rule.id}",
    }
    return Ask(kind, paths[kind])


def _lookup(kind: str, rule: Rule, rng: random.Random) -> Ask:
    lines = enumerate(_lines(rule, rng))
    paste = "\n".join(f"Mar  1 00:00:0{number} lb1 netagent[411]: {line}" for number, line in lines)
    if kind == "API lookup":
        return Ask(kind, "/api/v1/lookup", paste.encode())
    return Ask(kind, "/lookup", f"paste={quote(paste)}".encode(), "application/x-www-form-urlencoded")


def _lines(rule: Rule, rng: random.Random) -> Iterator[str]:
    for number in range(6):
        yield f"worker {rng.randrange(1000)} took over request {rng.randrange(10**6)} of unit {number}"
    yield rule.message(rng)
    yield "done"


def _query(rule: Rule, rng: random.Random) -> str:
    """A few of the message's words, sometimes in Chinese, sometimes of nothing that is known."""
    words = [word for text, _kind in rule.tokens for word in text.split() if word.isalpha()]
    chosen = rng.random()
    if chosen < 0.2:
        return rng.choice(("网卡 重启", "丢包", "升级后计数器增长", "对端重启", "端口 状态"))
    if chosen < 0.3:
        return f"unknown thing {rng.randrange(10**6)}"
    return " ".join(rng.sample(words, min(len(words), rng.randint(1, 4))))


def _values(rule: Rule, rng: random.Random) -> dict[str, str]:
    values = {"int": str(rng.randrange(100)), "ip": f"192.0.2.{rng.randrange(256)}", "iface": f"eth{rng.randrange(16)}"}
    return {name: values.get(kind, hex(rng.randrange(1 << 16))) for name, kind in _FIELD.findall(rule.pattern)}


def _entry(rule: Rule, rules: Sequence[Rule], rng: random.Random) -> str:
    title = " ".join(_FIELD.sub("…", rule.pattern).split())
    related = [other.id for other in rng.sample(list(rules), 3) if other.id != rule.id]
    parts = [
        f"id: {rule.id}",
        "title:",
        f"  en: '{title}'",
        f"  zh: '{title}：现象与处理'",
        "status: draft",
        f"severity: {rng.choice(('warning', 'error', 'critical'))}",
        f"components: [{', '.join(rng.sample(_COMPONENTS, 2))}]",
        "summary:",
        f"  en: '{_prose(rule, rng, _SENTENCES, 1)}'",
        f"  zh: '{_prose(rule, rng, _CHINESE, 1)}'",
        "symptoms:",
        *_symptoms(rule, rng),
        "affected:",
        "  - {component: kernel, ranges: [{stream: mainline, introduced: '5.4', fixed: '6.1'}]}",
        "matchers:",
        "  - name: message",
        "    source: text",
        f"    pattern: '{rule.pattern}'",
        "inputs:",
        "  nproc: {type: int, min: 1, max: 4096, how: nproc}",
        *(line for name in ("cause", "diagnosis", "fix") for line in _section(name, rule, rng)),
        f"related: [{', '.join(related)}]",
        "references:",
        "  - {title: 'Linux, Documentation/networking', url: 'https://docs.kernel.org/networking/'}",
    ]
    return "\n".join(parts) + "\n"


def _symptoms(rule: Rule, rng: random.Random) -> Iterator[str]:
    for language, sentences in (("en", _SENTENCES), ("zh", _CHINESE)):
        yield f"  {language}:"
        yield from (f"    - '{_prose(rule, rng, sentences, 1)}'" for _ in range(4))


def _section(name: str, rule: Rule, rng: random.Random) -> Iterator[str]:
    """One section in both languages: prose, a list, and commands with the values of the case."""
    yield f"{name}:"
    fields = [field for field, kind in _FIELD.findall(rule.pattern) if kind in _IN_COMMANDS]
    for language, sentences in (("en", _SENTENCES), ("zh", _CHINESE)):
        yield f"  {language}: |"
        for _ in range(2):
            yield f"    {_prose(rule, rng, sentences, 3)}"
            yield ""
            yield from (f"    - {_prose(rule, rng, sentences, 1)}" for _ in range(2))
            yield ""
            if name != "cause":
                yield from _console(fields)


def _console(fields: Sequence[str]) -> Iterator[str]:
    yield "    ```console"
    yield from (f"    # faultctl --show {{{{ {field} }}}} --jobs {{{{ nproc }}}}" for field in fields[:3] or ["nproc"])
    yield from ("    state: up, errors: 0", "    ```", "")


def _prose(rule: Rule, rng: random.Random, sentences: Sequence[str], count: int) -> str:
    words = [word for text, _kind in rule.tokens for word in text.split() if word.isalpha()]
    chosen = (rng.choice(sentences) for _ in range(count))
    return " ".join(
        each.format(words=" ".join(rng.sample(words, min(3, len(words)))), name="_".join(rng.sample(words, 2)))
        for each in chosen
    )
