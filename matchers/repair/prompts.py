"""Prompts of shells, and the marks of comments and lists, before a line.

    root@lb1:~# [686973.797868] ixgbe ...       the kernel wrote to the console behind a prompt
    [root@lb1 ~]# ...   lb1:/var/log$ ...   (venv) user@lb1 ~ % ...
    # [686973.797868] ixgbe ...                 every line a comment of the shell, or an item of a list

Comments of C and lines of diffs stay what they are.
"""

import re
from typing import Final

from matchers.repair.code import looks_like_code

__all__ = ["NAME", "signs", "undo"]

NAME: Final = "prompts"

_PLACE = r"[^\s#$%\]]{0,80}"
_USER_AND_HOST = rf"[\w.-]{{1,40}}@[\w.-]{{1,80}}[ :]{_PLACE}"
_PROMPT = re.compile(
    rf"\n[ \t]{{0,8}}(?:\([\w.-]{{1,40}}\) )?(?:\[{_USER_AND_HOST}\]|{_USER_AND_HOST}|[\w.-]{{1,80}}:[~/]{_PLACE})"
    r"[ ]?[#$%]{1,3}(?: |(?=\n|$))"
)
_MARK = re.compile(r"\n[ \t]{0,4}(?:[#$*•·◦‣–-]|\[[ x]\])[ \t]")
_SHARE: Final = 0.6  # of the lines that must have the mark


def signs(text: str) -> bool:
    """Whether a line begins with a prompt or a mark."""
    begin = "\n" + text[:240]
    if _MARK.match(begin) or _MARK.search(text):
        return True
    return _may_have_prompts(text) and bool(_PROMPT.match(begin) or _PROMPT.search(text))


def undo(text: str) -> str:
    """The lines without prompts, and without the marks that most of them have."""
    text = "\n" + text
    if _may_have_prompts(text):
        text = _PROMPT.sub("\n", text)
    lines = [line for line in text.split("\n") if line.strip()]
    if len(_MARK.findall(text)) >= _SHARE * len(lines) and not any(map(looks_like_code, lines)):
        text = _MARK.sub("\n", text)
    return text[1:]


def _may_have_prompts(text: str) -> bool:
    return any(end in text for end in "#$%") and ("@" in text or ":~" in text or ":/" in text)
