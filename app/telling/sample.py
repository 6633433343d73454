"""The message of `faultbook notify test`: an incident that is none, and says so."""

from datetime import datetime

from app.incidents.values import Incident
from app.telling.compose import Composer
from app.telling.values import Message
from app.telling.words import WORDS
from kb.entry import Language

ENTRY = "faultbook-test"


def sample(lang: Language, now: datetime, public_url: str | None) -> Message:
    """A message with one incident, which began and was over now."""
    composer = Composer(dict, lambda _id: None, public_url)
    text = WORDS["test"][lang]
    return Message("msg_test", lang, text, "info", [composer.item(_incident(now), (), lang, "")], is_test=True)


def _incident(now: datetime) -> Incident:
    row = {"text": "demo: this line was written by faultbook notify test", "matcher": "test", "source": "text"}
    return Incident(
        id="0" * 16,
        entry=ENTRY,
        host="demo-host",
        identity={"iface": "eth0"},
        state="open",
        is_new=True,
        first_seen=now,
        last_seen=now,
        onset_at=now,
        count=1,
        quiet_since=None,
        resolved_at=now,
        resolves_at=None,
        recovered_by=None,
        returns=0,
        returned_at=None,
        changed=[],
        known_by=None,
        known_at=None,
        snoozed_by=None,
        snoozed_until=None,
        rate_per_hour=1.0,
        fields={"iface": "eth0"},
        row=row,
    )
