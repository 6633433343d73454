"""Messages in the middle of a sentence of another script: `升级之后报错：Cannot create control socket ...。怎么办？`

A message is ASCII, so where several words of ASCII stand between characters of a script that is not Latin they are put
on a line of their own. In a Latin script nothing tells where the message ends.
"""

import re
from typing import Final

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "prose"

# Greek to Tibetan, Hangul, Kana, Han and their punctuation and full-width forms.
_SCRIPTS = (
    r"\u0370-\u0fff\u1100-\u11ff\u2e80-\u2fff\u3001-\u9fff\ua960-\ua97f"
    r"\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffef"
)
_ANY = re.compile(f"[{_SCRIPTS}]")
_RUNS = re.compile(f"([{_SCRIPTS}]+)")
_WORDS: Final = 3
_LEAST: Final = 16  # characters


def signs(text: str) -> bool:
    """Whether there is a character of such a script."""
    return not text.isascii() and _ANY.search(text) is not None


def undo(text: str) -> str:
    """The text with a newline before and behind each message."""
    return "\n".join(line if line.isascii() else _with_messages_apart(line) for line in text.split("\n"))


def _with_messages_apart(line: str) -> str:
    pieces = _RUNS.split(line)
    if len(pieces) == 1:
        return line
    out = ""
    for place, piece in enumerate(pieces):  # those of the script stand at odd places, what is between them at even ones
        if place % 2 == 0 and _is_message(piece):
            out += ("\n" if out else "") + piece.lstrip() + ("\n" if place + 1 < len(pieces) else "")
        else:
            out += piece
    return out


def _is_message(piece: str) -> bool:
    return len(piece) >= _LEAST and (piece.lstrip().startswith("{") or len(piece.split(maxsplit=_WORDS)) >= _WORDS)
