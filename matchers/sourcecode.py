"""Text that only speaks of a message: format strings, string literals of source code, tests' expectations.

`net_warn_ratelimited("nf_conntrack: table full, dropping packet\\n");` is no full table. What gives such text away is
what stands right around the message: a string literal of a call or an assignment, a comment, or printf's placeholders
where a log has values. A message that somebody quotes in a sentence, or that stands in JSON, is a message.
"""

import re

# %d %-5s %08lx %pI4 %llu %*pbl %zu; a percentage such as "50% full" has a blank or nothing behind it, behind an IPv6
# address "%p4p1" is its zone, and in an operand of USDT "16@%xmm0" a register.
_ADDRESS_BEFORE = "(?<!::)" + "".join(f"(?<!:{'[0-9A-Fa-f]' * digits})" for digits in range(1, 5))
_PLACEHOLDER = re.compile(
    _ADDRESS_BEFORE
    + r"(?<![0-9]@)%[-+#0]{0,3}[*]?[0-9]{0,3}(?:\.[0-9*]{1,3})?(?:hh|h|ll|l|z|j|t)?[diouxXcsp](?![a-z]{3})"
    r"|\{\}|<%[a-z]{1,4}>"
)
_COMMENT = re.compile(r"\s*(?://|/\*|\*\s.*\*/\s*$)")
# A command that prints or looks for the message in quotes; what it prints stands on lines of its own.
_COMMAND = re.compile(
    r"\s{0,8}(?:[$#]\s)?\s?(?:sudo\s)?(?:echo|printf|logger|grep|egrep|fgrep|zgrep|rg|git (?:log|grep))\s"
)
_REACH = 160  # how far around the message is looked
_JSON_VALUE = re.compile(r"\"[\w.@-]{1,64}\\?\"\s{0,8}:\s{0,8}\\?\"[^\"]{0,120}$")
# Behind the message: the rest of the literal, perhaps with an escape at its end, its quote, and what follows that.
_LITERAL_END = re.compile(r"(?:[^\"\\\n]{0,120}+(?:\\n|\\t))?[^\"\\\n]{0,40}+\"\s{0,8}(.{0,4})")
_CALL = re.compile(r"\w\($")
_END_OF_CALL = re.compile(r",|\)*\s?;")
_TAKES_A_VALUE = re.compile(r"[^=!<>]=\s+$|\breturn\s+$|\\n\"\s+$")
_STRING_PREFIX = re.compile(r"(?<![A-Za-z0-9_])(?:L|u8|R)$")
_FAR_INDENT = re.compile(r"[+-]?(?:\t|\s\s)\s*$|\s$")


def may_be_source_code(text: str) -> bool:
    """A quick look: without any quote, and with neither `/` nor `*` before everything else, it is none."""
    return '"' in text or "'" in text or text.lstrip()[:1] in ("/", "*")


def is_source_code(text: str, start: int, end: int) -> bool:
    """Whether the message found in `text[start:end]` stands in source code rather than in a log."""
    if not may_be_source_code(text):
        return False
    if _COMMENT.match(text[:200]) or (_COMMAND.match(text[:start]) and _is_in_quotes(text[:start])):
        return True
    before = text[max(0, start - _REACH) : start]
    after = text[end : end + 200]
    if _JSON_VALUE.search(before):
        return False
    if after.startswith(('\\n"', "\\n'")):
        return True
    quote = before.rfind('"')
    closing = _LITERAL_END.match(after)
    if closing is None or not 0 <= len(before) - quote - 1 <= 120 or quote < 0:
        return False
    lead = _STRING_PREFIX.sub("", before[:quote])
    return closing[1][:1] in ",;)]}\\" and _leads_to_literal(lead, closing[1], continues=text[:1] in "+- \t")


def _leads_to_literal(lead: str, follower: str, *, continues: bool) -> bool:
    """Whether code stands before a string literal; `follower` is what stands behind it, nothing at the line's end.

    `continues`: the line is indented or one of a diff, as the further lines of a call are.
    """
    stripped = lead.rstrip()
    if stripped in ("", "+", "-"):
        return follower != "" or _FAR_INDENT.match(lead) is not None
    if stripped.endswith(","):
        return continues or _opens_more_than_it_closes(stripped)
    if stripped.endswith("("):
        return _CALL.search(stripped) is not None or _END_OF_CALL.match(follower) is not None
    return _TAKES_A_VALUE.search(lead) is not None


def _is_in_quotes(before: str) -> bool:
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1


def _opens_more_than_it_closes(text: str) -> bool:
    return sum(map(text.count, "([{")) > sum(map(text.count, ")]}"))


def is_placeholder(value: str) -> bool:
    """Whether a captured text is printf's or Python's placeholder, not a value."""
    return ("%" in value or "{}" in value) and _PLACEHOLDER.search(value) is not None
