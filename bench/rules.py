"""Seeded single-line rules: as entries for faultbook, as plain regexes for every other tool, and the messages they
find.

A rule is one invented message of a network program: a subsystem, an object and an event, a triple that no other rule
has, with typed values between. The words are shared by many rules, as those of real drivers are. A smaller set is the
beginning of a larger one of the same seed, so that the first `HIT_RULES` rules, which alone are hit, are the same at
every size.
"""

import random
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HIT_RULES = 40
_FIELD = re.compile(r"\{([a-z_]+):([a-z]+)\}")
_SPECIAL = re.compile(r"[.*+?()|\[\]{}^$\\]")
_LAST_WORD = re.compile(r"[A-Za-z]+(?=[^A-Za-z]*\Z)")
_DUMP = 16  # numbers in a row, as in a line of a hex dump
_MARK = "_made_by_bench.txt"  # entries end in .yaml, so this is none

# What a value of each type looks like to the other tools: shorter than faultbook's own, which is to their advantage.
PLAIN = {
    "int": "-?[0-9]+",
    "hex": "0x[0-9a-f]+",
    "ip": "[0-9a-f.:]+",
    "iface": "[a-z0-9.@_-]+",
    "word": "[^ ]+",
}


def _words(text: str) -> Sequence[str]:
    return text.split()


# Two of the syllables and an ending name a program. No ending ends another one, so that no name ends another name.
_SYLLABLES = _words(
    "ba be bo da do fe fi ga go ka ke ko la lo mi mo na ne pa po ra ri ro sa se ta ti to va ve vo xa ze zo"
)
_ENDINGS = ("net", "drv", "bus", "ctl", "agent", "flow")
_ADJECTIVES = _words(
    "stale deferred pending shared remote local inner outer primary secondary orphan duplicate static dynamic partial "
    "nested idle mirrored foreign detached cached fixed mapped pinned hidden offloaded virtual physical aggregate "
    "fallback default candidate elected passive"
)
_NOUNS = _words(
    "ring queue descriptor buffer page pool flow route neighbour session peer adjacency keepalive hello link partner "
    "firmware mailbox channel event interrupt vector instance mapping steering filter chain vlan multicast tunnel "
    "endpoint header fragment checksum segment timestamp clock module port group member bridge policy limiter shaper "
    "scheduler program section symbol socket frame token lease cookie digest key bucket counter sample report beacon "
    "probe trunk lane sensor threshold snapshot cursor journal replica quorum marker shard"
)
_VERBS = _words(
    "stalled overflowed underran vanished diverged expired flapped wrapped leaked looped reset refused dropped "
    "truncated corrupted rejected throttled aborted fenced evicted exhausted misaligned mismatched reordered "
    "duplicated unmapped poisoned starved blocked lost skipped withdrawn inverted swapped saturated miscounted "
    "suspended invalidated superseded quarantined"
)
_PREPOSITIONS = ("before", "after", "during", "without")
_WHEN = _words(
    "teardown failover replay handshake rebind renewal recovery migration discovery election negotiation reload "
    "calibration handover cleanup refill flush commit rollback resync rehash bootstrap shutdown quiesce enumeration "
    "autoconfiguration arbitration deauthorization reassembly encapsulation"
)
_SHAPES = (
    "{sub}: {obj} {{queue:int}} {event} on {{dev:iface}} ({aside} {{limit:int}})",
    "{{dev:iface}}: {sub} {obj} {event}, {aside} {{status:hex}}",
    "{sub} {obj}: from {{addr:ip}} {event}, {{count:int}} {aside}s",
    "{obj} {{name:word}} of {sub} {event}: {aside} {{code:int}}",
    "{sub}: {obj} {event} at {{where:hex}}, {aside} {{len:int}} for {{addr:ip}}",
    "{sub}: {obj} {event} on {{dev:iface}}, {aside} ignored",
)

_VALUES: dict[str, Callable[[random.Random], str]] = {
    "int": lambda rng: str(rng.randrange(-9, 100_000)),
    "hex": lambda rng: hex(rng.randrange(1 << 32)),
    "ip": lambda rng: (
        f"192.0.2.{rng.randrange(256)}" if rng.random() < 0.8 else f"2001:db8::{rng.randrange(1, 1 << 16):x}"
    ),
    "iface": lambda rng: f"{rng.choice(('eth', 'bond', 'ens3f', 'veth', 'lo', 'wg'))}{rng.randrange(16)}",
    "word": lambda rng: f"{rng.choice(('blue', 'edge', 'core', 'spare'))}-{rng.randrange(1000)}#a",
}


@dataclass(frozen=True)
class Rule:
    """One rule: its entry's id, the pattern in the format of the project's entries, and a plain regex if need be."""

    id: str
    pattern: str
    plain: str = ""

    @cached_property
    def tokens(self) -> Sequence[tuple[str, str]]:
        """(literal text, "") and ("", type), in order."""
        parts = _FIELD.split(self.pattern)
        texts = [(text, "") for text in parts[::3]]
        kinds = [("", kind) for kind in parts[2::3]]
        woven = [token for pair in zip(texts, kinds, strict=False) for token in pair] + [texts[-1]]
        return [token for token in woven if token != ("", "")]

    @cached_property
    def regex(self) -> str:
        """The rule as a plain regex that RE2, PCRE, Rust's regex and `re` read alike; no captures."""
        return self.plain or "".join(PLAIN[kind] if kind else escape(text) for text, kind in self.tokens)

    def message(self, rng: random.Random) -> str:
        """A message that the rule finds."""
        return "".join(_VALUES[kind](rng) if kind else text for text, kind in self.tokens)

    def near_miss(self, rng: random.Random) -> str:
        """The same up to the end of the last fixed word, whose last letter is another one: no rule finds it."""
        last = max(at for at, (text, _kind) in enumerate(self.tokens) if re.search("[A-Za-z]", text))
        parts = []
        for at, (text, kind) in enumerate(self.tokens):
            literal = _LAST_WORD.sub(_misspelt, text, count=1) if at == last else text
            parts.append(_VALUES[kind](rng) if kind else literal)
        return "".join(parts)

    def entry(self) -> str:
        """The rule as an entry's YAML."""
        example = self.message(random.Random(self.id))
        return (
            f"id: {self.id}\nkind: problem\ntitle:\n  en: Invented problem {self.id}\nstatus: draft\n"
            f"matchers:\n  - name: message\n    source: text\n    pattern: '{self.pattern}'\n"
            f"    examples:\n      match:\n        - '{example}'\n"
            "fix:\n  en: |\n    Nothing to do; the message is invented.\n"
        )


@dataclass(frozen=True)
class RuleSet:
    """Rules, the directory of their entries, and how many of them, the last ones, hold no literal text."""

    rules: Sequence[Rule]
    directory: Path
    literal_free: int = 0

    @property
    def count(self) -> int:
        """How many rules with literal text there are."""
        return len(self.rules) - self.literal_free


def escape(text: str) -> str:
    """Literal text in a regex of any dialect: unlike `re.escape` it leaves blanks, colons and commas alone."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def make_rules(count: int, seed: int) -> Sequence[Rule]:
    """The first `count` rules of this seed."""
    rng = random.Random(f"rules {seed}")
    seen: dict[tuple[str, str, str], str] = {}
    while len(seen) < count:
        seen[_name(rng), _object(rng), _event(rng)] = f"{rng.choice(_NOUNS)} {rng.choice(_NOUNS)}"
    # The shape depends on the rule's number alone: all of them occur among the first forty.
    return [
        Rule(f"bench-{number:05}", _SHAPES[number % len(_SHAPES)].format(sub=sub, obj=obj, event=event, aside=aside))
        for number, ((sub, obj, event), aside) in enumerate(seen.items())
    ]


def literal_free_rules(count: int) -> Sequence[Rule]:
    """Rules that hold no literal text to look for, as a hex dump has none: each costs the scan of every line.

    Lint refuses such rules. No seeded log holds so many numbers in a row.
    """
    return [
        Rule(
            id=f"free-{number:05}",
            pattern=" ".join(f"{{byte_{at}:hex}}" for at in range(_DUMP + number)),
            plain=f"(?:[0-9a-f]{{1,16}} ){{{_DUMP + number - 1}}}[0-9a-f]",
        )
        for number in range(count)
    ]


def write_rules(rules: Sequence[Rule], directory: Path, literal_free: int = 0) -> RuleSet:
    """The rules as entries in `directory`, with so many literal-free ones.

    Files of the same rules from an earlier run stay as they are, so that caches stay warm.
    """
    every = [*rules, *literal_free_rules(literal_free)]
    texts = {f"{rule.id}.yaml": rule.entry() for rule in every}
    made = f"{len(every)} {zlib.crc32(''.join(texts.values()).encode()):08x}\n"
    mark = directory / _MARK
    if not mark.exists() or mark.read_text() != made:
        directory.mkdir(parents=True, exist_ok=True)
        for old in [*directory.glob("bench-*.yaml"), *directory.glob("free-*.yaml")]:
            old.unlink()
        for name, text in texts.items():
            (directory / name).write_text(text)
        mark.write_text(made)
    return RuleSet(every, directory, literal_free)


def _name(rng: random.Random) -> str:
    return rng.choice(_SYLLABLES) + rng.choice(_SYLLABLES) + rng.choice(_ENDINGS)


def _object(rng: random.Random) -> str:
    return f"{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)} {rng.choice(_NOUNS)}"


def _event(rng: random.Random) -> str:
    return f"{rng.choice(_VERBS)} {rng.choice(_PREPOSITIONS)} {rng.choice(_WHEN)}"


def _misspelt(word: re.Match[str]) -> str:
    return word[0][:-1] + ("z" if word[0][-1] != "z" else "q")
