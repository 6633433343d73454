"""Log lines that somebody wrote to be read by a chat service."""

from hypothesis import strategies as st

from matchers.sourcecode import is_placeholder

PIECES = (
    "@all",
    "@channel",
    "@here",
    "＠所有人",
    "<!here>",
    "<!everyone|here>",
    "<@U012AB3CD>",
    '<at user_id="all">all</at>',
    "<at id=all></at>",
    "[ok](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example|ok>",
    "https://evil.example/a?b",
    "http://evil.example",
    "www.evil.example",
    "<font color=red>x</font>",
    "<img src=x>",
    "**bold**",
    "_it_",
    "~~gone~~",
    "# head",
    "> quote",
    "- item",
    "1. item",
    "| a | b |",
    "```",
    "`",
    "\\",
    "&lt;",
    "&#64;all",
    ":OK:",
    "$x$",
    "---",
    "{{ iface }}",
    "\u202e",
    "中文",
    " ",
    "a",
)
anything = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join) | st.text(max_size=80)
texts = anything.filter(lambda text: not is_placeholder(f"x{text}"))
"""The end of a line of a log: `demo: eth0 failed 5 times: TEXT` captures it, the summary and the evidence show it.

With a placeholder such as `{}` in it the line is source code that speaks of the fault, and no fault.
"""


def line(text: str) -> str:
    """A line that is recognised whatever its end says."""
    return f"demo: eth0 failed 5 times: x{text}"
