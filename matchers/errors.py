"""Errors of the room `matchers`.

MatcherError            anything an author can get wrong in a matcher
├── PatternError        a `pattern` that cannot be read
├── RegexError          a `regex` outside the supported subset
└── WhereError          a condition or a template expression that cannot be read or does not fit the fields

Each carries `column`, counted from 0 within the text that was given, and a message that says what to do.
"""


class MatcherError(ValueError):
    """A matcher cannot be used as written; `column` is where in its text, from 0."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


class PatternError(MatcherError):
    """A `pattern` cannot be read."""


class RegexError(MatcherError):
    """A `regex` does not compile or uses what a linear-time engine cannot offer."""


class WhereError(MatcherError):
    """An expression cannot be read, or names what is not there."""


def did_you_mean(word: str, known: "list[str] | tuple[str, ...] | set[str]") -> str:
    """A hint such as `; did you mean "remote"?`, or the empty text when nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only when something is wrong

    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
