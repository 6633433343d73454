"""Times as people say them: how long ago in a list, to the second in UTC where it matters."""

from datetime import UTC, datetime

from markupsafe import Markup

from app.store.times import parse_time
from app.web.words import say

_STEPS = ((86_400 * 2, 86_400, "d"), (3_600 * 2, 3_600, "h"), (90, 60, "min"), (0, 1, "s"))


def ago(when: datetime, now: datetime, lang: str) -> Markup:
    """How long ago it was, with the time itself for those who point at it."""
    return _element(when, say(lang, "ago", span=span((now - when).total_seconds(), lang)))


def span(seconds: float, lang: str) -> str:
    """A span of time in the largest unit that says enough: `95 min`, `3 h`, `12 d`."""
    left = max(0, int(seconds))
    unit_s, unit = next((unit_s, unit) for least, unit_s, unit in _STEPS if left >= least)
    return say(lang, f"span-{unit}", count=left // unit_s)


def exact(when: datetime | str) -> Markup:
    """The time to the second; a text is one in ISO 8601, as in a row."""
    try:
        at = parse_time(when) if isinstance(when, str) else when.astimezone(UTC)
    except ValueError:
        return Markup.escape(when)
    return _element(at, f"{at:%Y-%m-%d %H:%M:%S}")


def short(when: datetime) -> Markup:
    """The time to the minute."""
    return _element(when, f"{when.astimezone(UTC):%m-%d %H:%M}")


def clock(when: datetime) -> Markup:
    """The time of day, to the minute."""
    return _element(when, f"{when.astimezone(UTC):%H:%M}")


def _element(when: datetime, text: str) -> Markup:
    at = when.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M:%S} UTC", text
    )
