"""Which of several matches of one entry says most."""

from matchers.match import Match


def telling(match: Match) -> tuple[int, int, int]:
    """The greater the more telling: of one entry, the matcher that its author put first."""
    return -match.order, match.weight, len(match.fields)
