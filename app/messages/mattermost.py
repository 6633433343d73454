"""Text in Mattermost's Markdown.

Mattermost has no text that it does not read as Markdown, so log text stands in blocks of code, values in spans of code,
and in sentences every mark is behind a backslash. In `@`, `#`, `://`, `<` and the like, which a backslash does not keep
from calling people or from becoming links, stands a blank that nobody sees.
"""

import re
from typing import Final

from app.messages.text import ZERO_WIDTH, fenced, fitting, without_mentions

MAX_MESSAGE: Final = 16_383
MAX_CODE: Final = 1_600

_MARKS: Final = re.compile(r"([\\`*_\[\]|~$])")
_BEGINNING: Final = re.compile(r"\A(?=\s*(?:[#>=+-]|\d+[.)]\s))")
_LINKS: Final = re.compile(
    r"(?<=<)|(?<=&)(?=#?\w{1,32};)|(?<=:)(?=//)|(?<=[Ww]{3})(?=\\?\.)|(?<=mailto:)|(?<=[#~])(?=\S)"
    r"|(?<=:)(?=[\w+'-]{1,60}:)"
)


def prose(text: str) -> str:
    """A sentence in which nothing is formatting, a link or a call."""
    marked = _BEGINNING.sub(ZERO_WIDTH, _MARKS.sub(r"\\\1", without_mentions(text)))
    return _LINKS.sub(ZERO_WIDTH, marked)


def code(text: str) -> str:
    """Lines of a log as a block of code."""
    return fitting(_uncalled(text), MAX_CODE, fenced)


def value(name: str, text: str) -> str:
    """A field in a line: code, in which nothing is formatting."""
    return f"`{_uncalled(f'{name}={text}'.replace('`', 'ˋ'))}`"


def _uncalled(text: str) -> str:
    """Without calls: an incoming webhook's `<!channel>` is one wherever it stands (model/incoming_webhook.go)."""
    return without_mentions(text).replace("<!", f"<{ZERO_WIDTH}!")
