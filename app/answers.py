"""Answers and articles on a terminal."""

import sys

from app.terminal import Painter, visible_lines
from kb.entry import Article
from kb.recognise import Answer
from kb.render import article_markdown, one_line
from kb.template import Values, commands, fill, visible

_MAX_EVIDENCE = 12
_WORDS = {
    "en": {
        "evidence": "Seen",
        "values": "Values",
        "verdict": "Versions",
        "affected": "affected",
        "fixed": "fixed",
        "unknown": "unknown",
        "first": "First to run",
        "fix": "Then, to repair it (read the article before)",
        "more": "Whole article",
        "gap": "‹…›: fill in yourself",
    },
    "zh": {
        "evidence": "证据",
        "values": "取值",
        "verdict": "版本",
        "affected": "受影响",
        "fixed": "已修复",
        "unknown": "未知",
        "first": "先执行",
        "fix": "再处理（先看全文）",
        "more": "全文",
        "gap": "‹…› 处请自行填写",
    },
}
_COLOUR_OF_STATE = {"affected": "red", "fixed": "green", "unknown": "cyan"}
_COLOUR_OF = {"critical": "red", "error": "red", "warning": "yellow", "info": "cyan"}


def print_answer(answer: Answer, language: str, paint: Painter) -> None:
    """Title, what it is in a sentence, the evidence, what to run first with values filled in, where the rest is."""
    article, words = answer.article, _WORDS[language]
    severity = article.severity or article.kind
    print(
        paint(one_line(article.title_in(language)), "bold"),
        paint(f"[{severity}]", _COLOUR_OF.get(severity, "cyan")),
        sep="  ",
    )
    summary = answer.summary(language)
    if summary:
        print(f"  {plain(visible(summary))}")
    print(paint(f"\n  {words['evidence']}:", "dim"))
    lines = visible_lines(answer.match.text)
    for line in lines[:_MAX_EVIDENCE]:
        print(f"    {line[:300]}")
    if len(lines) > _MAX_EVIDENCE:
        print(f"    … (+{len(lines) - _MAX_EVIDENCE})")
    if answer.match.fields:
        pairs = "  ".join(f"{name}={one_line(str(value))}" for name, value in answer.match.fields.items())
        print(paint(f"  {words['values']}: ", "dim") + pairs)
    if answer.verdict is not None:
        state, why = words[answer.verdict.state], one_line(answer.verdict.reason.best(language) or "")
        colour = _COLOUR_OF_STATE[answer.verdict.state]
        print(paint(f"  {words['verdict']}: ", "dim") + paint(state, colour), why, sep=": ")
    _print_commands(article, answer.values, language, paint)
    print(paint(f"\n  {words['more']}: ", "dim") + f"faultbook show {article.id}")


def _print_commands(article: Article, values: Values, language: str, paint: Painter) -> None:
    """The first commands that tell more, and apart from them the first that changes something."""
    words = _WORDS[language]
    shown: list[str] = []
    for name, text in article.sections():
        label, most = ("fix", 1) if name == "fix" else ("first", 3)
        found = [each for each in commands(fill(text.best(language) or "", values)) if each not in shown][:most]
        if not found:
            continue
        note = f"  ({words['gap']})" if any("‹" in command for command in found) else ""
        print(paint(f"\n  {words[label]}:{note}", "dim"))
        for command in found:
            print(f"    {paint(visible(command), 'green')}")
        shown += found


def print_article(article: Article, values: Values, language: str) -> None:
    """The whole article: set by rich on a terminal, its Markdown elsewhere."""
    # Nothing of an article acts on the terminal, not even an escape that its author wrote.
    text = "\n".join(visible_lines(article_markdown(article, values, language)))
    if not sys.stdout.isatty():
        print(text, end="")
        return
    from rich.console import Console  # noqa: PLC0415 - 80 ms that a pipe need not wait for
    from rich.markdown import Markdown  # noqa: PLC0415

    Console(width=min(Console().width, 110)).print(Markdown(text, hyperlinks=False))


def plain(markdown: str) -> str:
    """A sentence of Markdown as plain text: the escapes that keep values from meaning anything taken off again."""
    import re  # noqa: PLC0415

    return re.sub(r"\\([\\`*_{}\[\]()<>#+!|~&-])", r"\1", markdown)
