"""The results as text: tables whose columns line up."""

from collections.abc import Iterator, Sequence

from bench.answers import Answers
from bench.corpora import SHIPPED_RATES, TITLES
from bench.floors import Floor
from bench.measure import PLAIN, Row
from bench.peers import PEERS
from bench.results import Results

_ORDER = [PLAIN, *(peer.name for peer in PEERS)]
_PRINTS = {peer.name: peer.answer for peer in PEERS}


def render(results: Results, floors: Sequence[Floor]) -> str:
    """Everything, as one text."""
    machine = ", ".join(value if name == "cpu" else f"{name} {value}" for name, value in results.machine.items())
    blocks = [machine, *_corpora(results), *_details(results), *_others(results), _floors(floors)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def lined_up(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines: the first column to the left, the others to the right, the last one as it comes."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(_cell(row, at, widths[at]) for at in range(len(row))).rstrip() for row in rows)


def _cell(row: Sequence[str], at: int, width: int) -> str:
    return row[at].ljust(width) if at in (0, len(row) - 1) else row[at].rjust(width)


def _corpora(results: Results) -> Iterator[str]:
    """For each log the tools side by side: megabytes per CPU second, in brackets against raw Hyperscan."""
    for corpus, title in TITLES.items():
        rows = [row for row in results.rows if row.corpus == corpus]
        if rows and corpus not in SHIPPED_RATES:
            sizes = sorted({row.rules for row in rows})
            head = [f"{title}: MB/cpu-s (x raw)", *(f"{size:,} rules" for size in sizes), "prints"]
            tools = sorted({row.tool for row in rows}, key=_ORDER.index)
            yield lined_up([head, _raw(rows, sizes), *(_line(results, tool, corpus, sizes) for tool in tools)])
    shipped = [row for row in results.rows if row.corpus in SHIPPED_RATES]
    if shipped:
        head = ["shipped entries, kernel-framed text", "raw MB/cpu-s", "MB/cpu-s (x raw)", "found/true (+ others)"]
        lines = (
            [TITLES[row.corpus], _number(row.raw_mb_per_s), _rate(row), row.note or _found(row)] for row in shipped
        )
        yield lined_up([head, *lines])


def _raw(rows: Sequence[Row], sizes: Sequence[int]) -> list[str]:
    """What all are compared with: the median of the rates beside each tool's runs, of the tool that stands first."""
    rates = [next((row.raw_mb_per_s for row in rows if row.rules == size and row.raw_mb_per_s), None) for size in sizes]
    return ["raw Hyperscan", *(_number(rate) + (" (1)" if rate else "") for rate in rates), "nothing"]


def _line(results: Results, tool: str, corpus: str, sizes: Sequence[int]) -> list[str]:
    rows = [results.row(tool, corpus, size) for size in sizes]
    notes = {row.note: f"{row.rules:,} rules: {row.note}" for row in rows if row is not None and row.note}
    told = [_PRINTS.get(tool, "nothing")]
    if len(notes) == 1 and all(row is not None and row.note for row in rows):
        told = list(notes)  # the same at every size: not installed
    elif notes:
        told += notes.values()
    return [tool, *(_rate(row) for row in rows), "; ".join(told)]


def _rate(row: Row | None) -> str:
    return "-" if row is None or row.note else f"{_number(row.mb_per_cpu_s)} ({_number(row.x_raw)})"


def _found(row: Row) -> str:
    if row.finds is None:
        return "-"
    return f"{row.finds.found}/{row.finds.true}" + (f" (+ {row.finds.wrong})" if row.finds.wrong else "")


def _details(results: Results) -> Iterator[str]:
    rows = [row for row in results.rows if not row.note]
    if not rows:
        return
    head = [
        "details",
        "rules",
        "tool",
        "MB/cpu-s",
        "MB/s",
        "start s",
        "peak MiB",
        "read MiB",
        "runs",
        "x ripgrep",
        "found/true (+ wrong)",
    ]
    yield lined_up([head, *(_detail(row) for row in rows)])


def _detail(row: Row) -> list[str]:
    numbers = (
        row.mb_per_cpu_s,
        row.mb_per_wall_s,
        row.start_cpu_s,
        row.peak_mib,
        row.read_mib,
        float(row.rounds),
        row.x_ripgrep,
    )
    return [TITLES[row.corpus], f"{row.rules:,}" if row.rules else "-", row.tool, *map(_number, numbers), _found(row)]


def _others(results: Results) -> Iterator[str]:
    if results.first_run_s:
        lines = [[_set_name(size), _number(seconds)] for size, seconds in results.first_run_s.items()]
        yield lined_up([["first run after entries changed", "seconds"], *lines])
    if results.speedups:
        lines = [[f"{each.rules:,} rules", each.note or f"{_number(each.times)} x", ""] for each in results.speedups]
        yield lined_up([["two jobs against one, by the clock", "", ""], *lines])
    if results.answers:
        head = ["10 KB paste, ms", "lookup p50", "p99", "runs", "matching p50", "p99", "runs", "lookup cpu p50", ""]
        yield lined_up([head, *([*_answer(each)] for each in results.answers)])
    if results.search:
        each = results.search
        head = ["search", "build s", "one changed s", "open ms", "query p50 ms", "p99", "typed p99", "queries", "MiB"]
        numbers = (each.build_s, each.update_s, each.open_ms, each.query_p50_ms, each.query_p99_ms, each.typed_p99_ms)
        sizes = (float(each.queries), each.index_mib)
        yield lined_up([head, [f"{each.entries:,} entries", *map(_number, numbers), *map(_number, sizes)]])
    for load in results.web:
        head = [
            f"web, {load.readers} readers, {load.entries} entries, {_number(load.seconds)} s",
            "answers",
            "p50 ms",
            "p99 ms",
            "",
        ]
        yield lined_up(
            [
                head,
                *(
                    [each.kind, f"{each.requests:,}", _number(each.p50_ms), _number(each.p99_ms), ""]
                    for each in load.kinds
                ),
            ]
        )
    for label, shares in results.stages.items():
        told = ", ".join(f"{module} {share:.0%}" for module, share in shares.items() if share >= 0.02)
        yield f"where the time goes, {label}:\n  {told}"


def _set_name(size: int) -> str:
    return f"{size:,} rules" if size else "shipped entries"


def _answer(each: Answers) -> Iterator[str]:
    yield each.entries
    yield from map(_number, (each.lookup_p50_ms, each.lookup_p99_ms, float(each.lookup_runs)))
    yield from map(_number, (each.matching_p50_ms, each.matching_p99_ms, float(each.matching_runs)))
    yield _number(each.lookup_cpu_p50_ms)
    yield each.note


def _floors(floors: Sequence[Floor]) -> str:
    lines = [
        [each.what, f"{_number(each.value)} {each.unit}", _number(each.least), _number(each.aim), each.verdict]
        for each in floors
    ]
    return lined_up([["promised", "measured", "least", "aim", ""], *lines])


def _number(value: float | None) -> str:
    """Three digits that count: 1,234  56.7  0.08."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.1g}"
