"""How long search takes on 1,000 seeded entries in English and Chinese: building the index, opening it, asking.

`python -m bench.search ENTRIES SEED COUNT` is the process of its own in which it is timed; it prints one JSON object.
"""

import json
import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from statistics import median

from bench.answers import high
from bench.measure import Bench
from bench.process import ProcessFailed
from bench.rules import make_rules

ENTRIES = 1_000
QUERIES = 1_200
_PARAGRAPHS = 6
_TAIL = 3_000  # rare words behind the common ones
_MARK = "_made_by_bench_search.txt"


def _words(text: str) -> Sequence[str]:
    return text.split()


_ENGLISH = _words("""
    the a of to in is and on for with that when it not from by after as at no one has packets port queue kernel
    driver interface program map route address card link device buffer memory session state counter peer reset
    timeout table firmware header length value error message restart upgrade version traffic host guest bridge
    tunnel offload ring interrupt core load balance forward drop checksum frame path cache entry limit policy rule
    filter socket listen neighbour gateway prefix export import keepalive negotiation cable optic module slot lane
    voltage temperature clock verifier register pointer stack helper bounds loop branch object section symbol
    loader attach detach redirect
""")
_CHINESE = _words("""
    的 了 在 和 后 不 网卡 重启 丢包 驱动 内核 队列 接口 地址 路由 报文 超时 报错 端口 链路
    流量 升级 版本 配置 缓冲 内存 邻居 隧道 校验 转发 防火墙 会话 计数 固件 中断 负载 均衡
    验证器 寄存器 指针 越界 循环 加载 挂载 卸载 重定向 抓包 光模块 温度 电压 协商 断开 抖动 主机
    虚拟机 容器 网桥 聚合 成员 备份 策略 规则 过滤 连接 跟踪 溢出 耗尽 权限 失败 日志 时间 同步
    证书 缓存 限制 对端 回退 兼容 异常 恢复 检查 确认 命令 输出 参数 默认 打开 关闭 增加 减少
    原因 办法 影响 业务 撤销 保存 生效 服务 进程 线程 死锁 卡住 崩溃 空指针 堆栈
""")
_SYLLABLES = _words("ba de fi go ku la me ni po ru sa te vi wo xu za bre cli dro fle gra plu sti tra")
_CHARACTERS = "网卡机口线路包流量表项层级头尾首末进出转接收发送达到起停开关高低快慢新旧大小多少前后内外上下左右"
_NAMES = _words("bpf map prog xdp skb ring rx tx napi dev queue lookup elem update attach load link sock dst route")


@dataclass(frozen=True)
class SearchTimes:
    """Seconds for the whole index and for one changed entry; milliseconds for opening it and for a query."""

    entries: int
    build_s: float
    update_s: float
    open_ms: float
    query_p50_ms: float
    query_p99_ms: float
    typed_p99_ms: float
    queries: int
    index_mib: float


def measure_search(bench: Bench, folder: Path, seed: int) -> SearchTimes:
    """Make the entries, and time them in a process of their own."""
    directory = write_entries(folder / f"search-{ENTRIES}", ENTRIES, seed)
    command = [sys.executable, "-m", "bench.search", str(directory), str(seed), str(QUERIES)]
    run = bench.launcher.run(command, timeout_s=600)
    if run.code:
        raise ProcessFailed(f"bench.search failed: {run.complaint()}")
    return SearchTimes(**json.loads(run.stdout.read_bytes()))


def write_entries(directory: Path, count: int, seed: int) -> Path:
    """Entries of about 5 KB, half English and half Chinese; those of an earlier run stay, so that caches stay warm."""
    texts = dict(_entries(count, seed))
    made = f"{count} {zlib.crc32(''.join(texts.values()).encode()):08x}\n"
    mark = directory / _MARK
    if not mark.exists() or mark.read_text("utf-8") != made:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (directory / f"{name}.yaml").write_text(text, "utf-8")
        mark.write_text(made, "utf-8")
    return directory


def _entries(count: int, seed: int) -> Iterator[tuple[str, str]]:
    rng = random.Random(f"search {seed}")
    for rule in make_rules(count, seed):
        name = rule.id.replace("bench", "search")
        cause, zh_cause = _paragraphs(rng, _english), _paragraphs(rng, _chinese)
        fix, zh_fix = _paragraphs(rng, _english), _paragraphs(rng, _chinese)
        symptoms = "".join(f"    - {_english(rng, 7)}\n" for _ in range(5))
        zh_symptoms = "".join(f"    - {_chinese(rng, 6)}\n" for _ in range(5))
        yield (
            name,
            f"id: {name}\nkind: problem\n"
            f"title:\n  en: {_english(rng, 8)} {_identifier(rng)}\n  zh: {_chinese(rng, 6)}\n"
            f"status: draft\nseverity: {rng.choice(('warning', 'error', 'critical'))}\n"
            f"components: [{rng.choice(('nic', 'bpf', 'bird', 'kernel'))}]\n"
            f"summary:\n  en: {_english(rng, 16)}\n  zh: {_chinese(rng, 14)}\n"
            f"symptoms:\n  en:\n{symptoms}  zh:\n{zh_symptoms}"
            f"matchers:\n  - name: message\n    source: text\n    pattern: '{rule.pattern}'\n"
            f"cause:\n  en: |\n{cause}  zh: |\n{zh_cause}fix:\n  en: |\n{fix}  zh: |\n{zh_fix}",
        )


def _paragraphs(rng: random.Random, say: Callable[[random.Random, int], str]) -> str:
    return "".join(f"    {say(rng, 30)} {_identifier(rng)}.\n\n" for _ in range(_PARAGRAPHS))


def _english(rng: random.Random, words: int) -> str:
    return " ".join(_zipf(rng, _english_words()) for _ in range(words))


def _chinese(rng: random.Random, words: int) -> str:
    return "".join(_zipf(rng, _chinese_words()) for _ in range(words))


def _zipf(rng: random.Random, words: Sequence[str]) -> str:
    """The first words are the most frequent, as in real text: the rank is drawn evenly on a logarithmic scale."""
    return words[int(len(words) ** rng.random()) - 1]


@cache
def _english_words() -> Sequence[str]:
    rng = random.Random("english")
    return [*_ENGLISH, *("".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(_TAIL))]


@cache
def _chinese_words() -> Sequence[str]:
    rng = random.Random("chinese")
    return [*_CHINESE, *("".join(rng.choices(_CHARACTERS, k=rng.choice((2, 2, 3)))) for _ in range(_TAIL))]


def _identifier(rng: random.Random) -> str:
    return "_".join(rng.choice(_NAMES) for _ in range(rng.randint(2, 4)))


def queries(count: int, seed: int) -> Iterator[str]:
    """Queries of six kinds in turn: English, Chinese, both, an identifier, a line of a log, and words nobody wrote."""
    rng = random.Random(f"queries {seed}")
    rules = make_rules(ENTRIES, seed)
    kinds: Sequence[Callable[[], str]] = (
        lambda: _english(rng, rng.randint(2, 6)),
        lambda: _chinese(rng, rng.randint(2, 5)),
        lambda: f"{rng.choice(_NAMES)}{_chinese(rng, 3)}",
        lambda: _identifier(rng),
        lambda: f"Mar  1 00:00:00 lb1 netagent[411]: {rng.choice(rules).message(rng)}",
        lambda: "".join(rng.choices(_SYLLABLES, k=5)),
    )
    for number in range(count):
        yield kinds[number % len(kinds)]()


def main() -> None:
    """Build, open, ask, change one entry; what is printed is a `SearchTimes`."""
    from kb.book import open_book  # noqa: PLC0415 - the parent needs none of it
    from kb.search import open_index  # noqa: PLC0415

    directory, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        book = open_book([directory])
        build_s = _seconds(lambda: open_index(book, Path(folder)))
        open_s = min(_seconds(lambda: open_index(book, Path(folder))) for _ in range(5))
        index = open_index(book, Path(folder))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        asked = list(queries(count, seed))
        index.search(asked[0], language="en")  # reads the dictionary of Chinese words
        asking = [_seconds(partial(index.search, text, language="zh")) * 1000 for text in asked[1:]]
        typing = [_seconds(partial(index.typed, text[:6], language="zh")) * 1000 for text in asked[1:]]
        changed = directory / sorted(path.name for path in directory.glob("*.yaml"))[0]
        before = changed.read_text("utf-8")
        try:
            changed.write_text(before.replace("title:\n  en: ", "title:\n  en: changed ", 1), "utf-8")
            newer = open_book([directory])
            update_s = _seconds(lambda: open_index(newer, Path(folder)))
        finally:
            changed.write_text(before, "utf-8")
    times = SearchTimes(
        entries=len(book.ids),
        build_s=build_s,
        update_s=update_s,
        open_ms=open_s * 1000,
        query_p50_ms=median(asking),
        query_p99_ms=high(asking),
        typed_p99_ms=high(typing),
        queries=len(asking),
        index_mib=size / (1 << 20),
    )
    print(json.dumps(asdict(times)))


def _seconds(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
