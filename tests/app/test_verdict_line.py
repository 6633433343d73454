"""What `lookup` prints of a verdict: one line with state and reason, none for an entry without ranges."""

import pytest

from app.answers import print_answer
from app.terminal import Painter
from kb.book import book_of
from kb.load import load_text
from kb.recognise import recognise

ENTRY = """\
id: demo
title: {en: A fault, zh: 故障}
affected:
  - {component: kernel, ranges: [{stream: mainline, introduced: '4.13', fixed: '5.17'}]}
matchers:
  - {name: fault, source: kernel, pattern: 'demo fault on {iface:iface}'}
fix: {en: Restart it.}
"""


def printed(text: str, paste: str, language: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    entry = load_text(text, "demo.yaml").entry
    assert entry is not None
    (answer,) = recognise(book_of([entry]), paste.encode())
    print_answer(answer, language, Painter(False))
    return [line for line in capsys.readouterr().out.splitlines() if "Versions" in line or "版本" in line]


@pytest.mark.parametrize(
    ("kernel", "language", "line"),
    [
        ("5.10.0", "en", "  Versions: affected: 5.10.0 (mainline) is affected: mainline from 4.13, fixed in 5.17."),
        ("5.10.0", "zh", "  版本: 受影响: 5.10.0（mainline）受影响：mainline 始于 4.13，修复于 5.17。"),
    ],
)
def test_a_verdict_is_one_line_with_its_reason(
    kernel: str, language: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paste = f"demo fault on eth0\nCPU: 1 PID: 2 Comm: x Not tainted {kernel} #1\n"
    assert printed(ENTRY, paste, language, capsys) == [line]


def test_an_entry_without_ranges_has_no_such_line(capsys: pytest.CaptureFixture[str]) -> None:
    without = "".join(
        line for line in ENTRY.splitlines(keepends=True) if "affected" not in line and "ranges" not in line
    )
    assert printed(without, "demo fault on eth0\nNot tainted 5.10.0 #1\n", "en", capsys) == []
