"""What says that a trouble is over is recorded as such, also where it is never a trouble of its own."""

import json
from dataclasses import replace
from pathlib import Path

from app.watch.storm import Storm
from tests.app.watch.following import Followed, append
from tests.support import matcher_set, pattern

MATCHERS = matcher_set(
    (
        "link",
        [
            pattern("link {n:int} down", name="down"),
            replace(pattern("link {n:int} up", name="up"), recovery=True, record=False),
            replace(pattern("link {n:int} seen", name="seen"), record=False),
        ],
    ),
    backend="re",
)


def test_a_recovery_is_recorded_and_marked_and_what_is_never_recorded_is_not(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    append(log, b"link 1 down\nlink 1 seen\nlink 1 up\n")
    followed = Followed(log, matchers=MATCHERS).drain()
    rows = [json.loads(each.json) for each in followed.rows.values()]
    assert [(each["matcher"], each.get("recovery")) for each in rows] == [("down", None), ("up", True)]
    followed.close()


def test_a_storm_counts_recoveries_apart_from_troubles(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    append(log, b"link 1 down\nlink 1 up\n" * 5)
    followed = Followed(log, matchers=MATCHERS).drain()
    rows = list(followed.rows.values())
    storm = Storm(1, 60.0)
    now = rows[-1].seen_at
    plan = storm.plan(rows, now)
    storm.adopt(plan)
    closed = storm.plan([], now.replace(year=now.year + 1)).rows
    counts = {json.loads(each.json)["matcher"]: json.loads(each.json)["count"] for each in closed}
    assert len(plan.rows) == 2
    assert counts == {"down": 4, "up": 4}
    followed.close()
