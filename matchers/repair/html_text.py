"""HTML where text should be: entities, `<br>`, and the tags around pieces of a log.

Only tags that cannot be a value are taken off: `<84>`, `<RMT>` and `<a>` (a hexadecimal number in angle brackets) are
what programs print. Source: HTML Living Standard, sections 13.1.2 (tags) and 13.5 (named character references).
"""

import html
import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "HTML"

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ATTRIBUTES = r"(?:\s[^<>]{0,400}+)?"
_NEW_LINE = re.compile(
    rf"<br\s{{0,2}}/?>[ \t]*\n?|</(?:p|div|pre|li|tr|h[1-6]|blockquote)>[ \t]*\n?|<(?:p|pre|li|tr){_ATTRIBUTES}>",
    re.IGNORECASE,
)
_CELL = re.compile(rf"</?t[dh]{_ATTRIBUTES}>", re.IGNORECASE)
_NAMES = r"(?:span|div|code|samp|kbd|tt|font|strong|em|mark|table|tbody|thead|ul|ol|body|html|blockquote|h[1-6])"
_TAG = re.compile(rf"</?{_NAMES}{_ATTRIBUTES}/?>|<a\s[^<>]{{1,400}}+>|</a>", re.IGNORECASE)
_SIGN = re.compile(rf"</?(?i:{_NAMES}|br|p|pre|li|tr|t[dh]|a(?=\s|>))(?:\s[^<>]{{0,400}}+)?/?>")


def signs(text: str) -> bool:
    """Whether there is an entity or one of these tags."""
    if "&" in text and _ENTITY.search(text):
        return True
    return "<" in text and _SIGN.search(text) is not None


def undo(text: str) -> str:
    """The text as a browser shows it: tags off, lines where it begins new ones, then one level of entities."""
    if "<" in text:
        text = _TAG.sub("", _CELL.sub(" ", _NEW_LINE.sub("\n", text)))
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)
