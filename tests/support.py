"""Matchers for tests, written in one line and compiled without any entry file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Literal

from kb.threads import per_thread
from matchers.backends import hs
from matchers.backends.plain import PlainBackend
from matchers.blocks import Backend
from matchers.compile import compile_set
from matchers.engine import MatcherSet, Scanner, scan_text
from matchers.match import Match
from matchers.spec import Expression, KeyTest, Matcher, Step
from matchers.threshold import Threshold

BackendName = Literal["hyperscan", "re"]
StepText = str | Sequence[str] | Step


def step(wordings: StepText, *, optional: bool = False) -> Step:
    """A step of a block or sequence from one wording or several."""
    if isinstance(wordings, Step):
        return wordings
    texts = [wordings] if isinstance(wordings, str) else wordings
    return Step(tuple(Expression(text) for text in texts), optional)


def optional(wordings: StepText) -> Step:
    """A step that need not be there."""
    return step(wordings, optional=True)


def pattern(*wordings: str, name: str = "m", source: str = "kernel", **more: Any) -> Matcher:
    """A matcher of one line."""
    return Matcher(name, source, "pattern", (step(wordings),), **_expressions(more))


def regex(text: str, *, fields: Mapping[str, str] | None = None, name: str = "m", **more: Any) -> Matcher:
    """A matcher of one line by a free regex."""
    expression = Expression(text, "regex", tuple((fields or {}).items()))
    return Matcher(name, more.pop("source", "kernel"), "regex", (Step((expression,)),), **_expressions(more))


def block(*steps: StepText, name: str = "m", source: str = "kernel", **more: Any) -> Matcher:
    """A matcher of several lines of one message."""
    return Matcher(name, source, "block", tuple(map(step, steps)), **_expressions(more))


def sequence(*steps: StepText, within_s: float = 30.0, by: Sequence[str] = (), name: str = "m", **more: Any) -> Matcher:
    """A matcher of separate messages."""
    source = more.pop("source", "kernel")
    return Matcher(name, source, "sequence", tuple(map(step, steps)), within_s=within_s, by=tuple(by), **more)


def keys(tests: Mapping[str, str], *, name: str = "m", source: str = "audit", **more: Any) -> Matcher:
    """A matcher of a record of key=value; a value with braces is captured."""
    of_keys = tuple(
        KeyTest(key, capture=value) if "{" in value else KeyTest(key, equals=value) for key, value in tests.items()
    )
    return Matcher(name, source, "keys", keys=of_keys, **_expressions(more))


def _expressions(more: dict[str, Any]) -> dict[str, Any]:
    if "unless" in more:
        more["unless"] = tuple(Expression(text) for text in more["unless"])
    return more


def matcher_set(
    *entries: tuple[str, Sequence[Matcher]],
    beats: Mapping[str, Sequence[str]] | None = None,
    backend: BackendName = "hyperscan",
) -> MatcherSet:
    """The compiled set of entries given as (id, matchers)."""
    compiled = compile_set((entry, (beats or {}).get(entry, ()), matchers) for entry, matchers in entries)
    if backend == "re":
        own_backend: Callable[[], Backend] = partial(PlainBackend.of, compiled.supersets)
    else:
        own_backend = hs.load(hs.build(compiled.supersets))
    rows = compiled.rows
    return MatcherSet(rows.__getitem__, len(rows), compiled.rules, compiled.beats, per_thread(own_backend))


def set_of(*matchers: Matcher, backend: BackendName = "hyperscan") -> MatcherSet:
    """The compiled set of one entry, `e`."""
    return matcher_set(("e", matchers), backend=backend)


def scan(matchers: MatcherSet | Matcher, text: str | bytes, *, paste: bool = False) -> list[Match]:
    """Every match in a text; a single matcher is scanned with plain `re`, for which nothing has to be built."""
    matchers = set_of(matchers, backend="re") if isinstance(matchers, Matcher) else matchers
    return scan_text(matchers, text.encode() if isinstance(text, str) else text, paste=paste)


def fields_in(matchers: MatcherSet | Matcher, text: str | bytes, *, paste: bool = False) -> list[dict[str, int | str]]:
    """The fields of every match in a text."""
    return [match.fields for match in scan(matchers, text, paste=paste)]


def feed(matchers: MatcherSet, pieces: Iterable[bytes], **options: Any) -> Iterator[Match]:
    """Every match in a stream that comes in pieces."""
    scanner = Scanner(matchers, **options)
    for piece in pieces:
        yield from scanner.feed(piece)
    yield from scanner.finish()


def pieces_of(data: bytes, cuts: Iterable[int]) -> Iterator[bytes]:
    """The data cut at the given places, in any order."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return (data[start:end] for start, end in pairwise(places))


DOWN = "{iface:iface}: link is down"
UP = "{iface:iface}: link is up"


def every_kind(backend: BackendName = "hyperscan") -> MatcherSet:
    """One matcher of each kind, in entries that overlap."""
    return matcher_set(
        ("alone", [pattern(DOWN), pattern("{p:word}: gave {t:text} up", name="open", source="text")]),
        ("free", [regex(r"link is (?P<how>[^ -`]+)", fields={"how": "text"}, source="text")]),
        ("bounce", [sequence(DOWN, UP, within_s=60, by=["iface"])]),
        ("often", [pattern(DOWN, threshold=Threshold(3, 600, ("iface",)))]),
        ("audit", [keys({"tclass": "bpf", "comm": "{comm:word}"})]),
        (
            "hang",
            [
                block("{iface:iface}: unit hang", optional("queue {q:int}"), "clean {c:hex}", unless=["it is fine"]),
                pattern("unit hang", name="header"),
            ],
        ),
        beats={"bounce": ["alone"]},
        backend=backend,
    )


LINES = [
    b"eth0: link is down",
    b"eth1: link is down",
    b"eth0: link is up",
    b"[    7.000000] eth0: link is down",
    b"Mar 25 15:35:53 lb1 kernel: eth0: link is down",
    b"Mar  5 15:35:53 lb2 kernel: eth0:  link\tis   down",
    b"Mar 25 15:35:53 lb1 sshd[3]: eth0: link is down",
    b"eth0: link is \xe7\xbd\x91\xe5\x8d\xa1",
    b"eth0: link is \xff\xfe down",
    b"eth0: unit hang",
    b"  queue 3",
    b"  clean <1f>",
    b"clean 2a",
    b"it is fine",
    b"Mar 25 15:35:53 lb1 kernel: eth0: unit hang#012queue 4#012clean 3b",
    b'{"log":"eth0: unit hang\\n clean 5\\n","stream":"stderr","time":"2022-03-25T15:35:53Z"}',
    b'{"msg":"eth0: link is d\\u006fwn","level":"error"}',
    b"3,12,345,-;eth0: link is \\xe7\\xbd\\x91",
    b'type=AVC msg=audit(1648190153.123:456): avc:  denied  { map_create } for  comm="x" tclass=bpf',
    b"message repeated 3 times: [ eth0: link is down]",
    b"bgp1: gave the neighbor up",
    b'pr_err("eth0: link is down\\n");',
    b"",
    b" ",
    b"\x00\x00eth0: link is down\x00",
    b"eth0: link is down\r",
    b"nothing of note",
    b"x" * 300,
]
