r"""What a terminal acts on: colours, links, titles, moves of the cursor, letters typed over.

    ESC [ 01;31m                 CSI: a colour; the cursor moved on stands for blanks, moved elsewhere for a newline
    ESC ] 8;;https://... ESC \   OSC: a link or a title, up to BEL or ESC \
    ^[[31m  \033[31m  \e[31m     the same as `cat -v`, a shell or a log wrote it
    [31m ... [0m                 the same with ESC lost, as browsers and chats show it
    D BS De BS e                 a letter typed twice is bold, over "_" underlined (man pages)

Source: ECMA-48, section 5.4 (control sequences) and 5.6 (control strings); xterm's ctlseqs, "Operating System
Commands".
"""

import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "terminal codes"

_MARKS: Final = ("\x1b", "\b", "\x07", "\x0e", "\x0f", "\x00", "\x7f")
_ESCAPED = re.compile(r"\\(?:0?33|x1[bB]|u001[bB]|e)[\[\]]")
_SPELT_OUT = re.compile(r"(?:\^\[|\\{1,8}(?:0?33|x1[bB]|u001[bB]|e)|#033)(?=[\[\]\\])")
_SPELT_OUT_BELL = re.compile(r"\^G|\\{1,8}(?:0?07|x07|u0007)|#007")
_STRING = re.compile(
    r"\x1b[\]PX^_](?:[^\x07\x1b\x9c\n]{0,4096}+(?:\x07|\x1b\\{1,8}|\x9c)|[0-9]{0,3};[^\s\x07\x1b]{0,400})"
)
_STRING_WITHOUT_ESCAPE = re.compile(r"\]8;;[^\s\\\x07]{0,400}[\\\x07]|\][012];[^\n\x07]{0,200}\x07")
_MOVED_ON = re.compile(r"(?:\x1b\[|\x9b)[0-9]{0,3}C")
_MOVED = re.compile(r"(?:\x1b\[|\x9b)[0-9]{0,4}(?:;[0-9]{0,4})?[HfEF]")
_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]{0,64}+[ -/]{0,4}+[@-~]|\x1b[ -/]{0,4}+[0-~]")
# With ESC lost only colours and "erase the line" are told from what a log may hold in brackets.
_WITHOUT_ESCAPE = re.compile(r"\[(?:[0-9]{1,3}(?:;[0-9]{1,3}){0,15})?m(?:\[K)?|\[K(?=\[)")
_END_OF_COLOUR = re.compile(r"\[(?:0m|m(?![a-z]))")
_TYPED_OVER = re.compile("[^\b\n]\b")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def signs(text: str) -> bool:
    """Whether there is an escape character, one spelt out, or the end of a colour."""
    if any(mark in text for mark in _MARKS) or ("^" in text and "^[" in text):
        return True
    if ("\\" in text and _ESCAPED.search(text)) or ("#" in text and "#033[" in text):
        return True
    return _has_colours(text) or (not text.isascii() and "\x9b" in text)


def undo(text: str) -> str:
    """The text as a reader sees it, without other control characters than newline and tab."""
    spelt_out = _SPELT_OUT.sub("\x1b", text)
    if spelt_out != text:
        text = _SPELT_OUT_BELL.sub("\x07", spelt_out) if "\x1b]" in spelt_out else spelt_out
    if "\x1b" in text or "\x9b" in text:
        text = _STRING.sub("", text)
        text = _MOVED_ON.sub(" ", text)
        text = _MOVED.sub("\n", text)
        text = _SEQUENCE.sub("", text)
    if "]8;;" in text or "\x07" in text:
        text = _STRING_WITHOUT_ESCAPE.sub("", text)
    if _has_colours(text):
        text = _WITHOUT_ESCAPE.sub("", text)
    for _ in range(2):
        if "\b" in text:
            text = _TYPED_OVER.sub("", text)
    return _CONTROLS.sub("", text)


def _has_colours(text: str) -> bool:
    """Whether there is the end of a colour whose escape character is lost, and not only spelt otherwise."""
    return "[" in text and _END_OF_COLOUR.search(text) is not None and "=1B[" not in text
