"""Articles are plain Markdown: no raw HTML, https links, headings from ### down, code that names its language."""

import re
from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.entry import LANGUAGES, Both
from kb.problem import Problem
from kb.spans import code_blocks, spans

_HTML = re.compile(r"<(?:/?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?|!--)")
_LINK = re.compile(r"(?:\]\(\s*|^[ ]{0,3}\[[^\]\n]+\]:[ \t]*)<?([^)\s>]*)", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,2}(?=\s)", re.MULTILINE)
LEXERS = {"xml", "makefile", "console", "c", "bash", "yaml", "diff", "text", "ini", "python", "go", "json", "asm"}


def check(subject: Subject) -> Iterator[Problem]:
    """Each part in each language."""
    for part in ("cause", "diagnosis", "fix", "steps"):
        text: Both[str] = getattr(subject.entry.article, part)
        for language in LANGUAGES:
            markdown = text.in_language(language) or ""
            for offset, message, rule in (*_code(markdown), *_prose(markdown)):
                yield subject.problem((part, language), message, rule, column=offset)


def _code(markdown: str) -> Iterator[tuple[int, str, str]]:
    """(offset, message, rule) for blocks of code."""
    for block in code_blocks(markdown):
        if block.info is None:
            yield (
                block.start,
                "indented text is code to Markdown; put code between ``` lines, or indent less",
                "markdown-code",
            )
        elif not block.closed:
            yield block.start, "a code block is not closed; end it with ``` on a line of its own", "markdown-code"
        elif block.info not in LEXERS:
            known = ", ".join(sorted(LEXERS))
            yield block.start, f'a code block names the language "{block.info}"; use one of {known}', "markdown-code"


def _prose(markdown: str) -> Iterator[tuple[int, str, str]]:
    """(offset, message, rule) for what is not code; code is blanked out, so that every offset stays true."""
    prose = "".join(_kept(markdown[start:end], kind == "prose") for start, end, kind in spans(markdown))
    for found in _HTML.finditer(prose):
        yield found.start(), f'"{found[0][:40]}" is raw HTML; write Markdown, or put it in `code`', "markdown-html"
    for found in _LINK.finditer(prose):
        if not found[1].startswith(("https://", "#", "/entries/")):
            message = f'the link "{found[1][:60]}" is not https; link to https, or to /entries/ID'
            yield found.start(), message, "markdown-link"
    for found in _HEADING.finditer(prose):
        yield found.start(), "a heading stands above ###; the parts of an article begin at ###", "markdown-heading"


def _kept(piece: str, is_prose: bool) -> str:
    return piece if is_prose else re.sub(r"[^\n]", " ", piece)
