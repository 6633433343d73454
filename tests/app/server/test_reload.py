"""Entries that change while the server runs."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.shelf import Shelf
from kb.catalog import EntriesError
from tests.app.conftest import DEMO
from tests.app.serving import Child, child, until

THIRD = """\
id: demo-third
title: {en: A third demo}
matchers:
  - name: third
    source: kernel
    pattern: 'demo: third {n:int}'
    examples: {match: ['demo: third 5']}
fix: {en: Restart it.}
"""
BROKEN = "id: demo-broken\ntitle: {en: [\n"


@pytest.fixture
def own(entries: Path, tmp_path: Path) -> Path:
    """Entries that a test may change."""
    return Path(shutil.copytree(entries, tmp_path / "entries"))


@pytest.fixture
def running(cache: Path, own: Path) -> Iterator[Child]:
    """A server with those entries."""
    with child(cache, "--entries", str(own)) as server:
        yield server


def test_a_new_file_is_served_without_a_restart(running: Child, own: Path) -> None:
    assert running.get("/api/v1/entries/demo-third").status == 404
    (own / "demo-third.yaml").write_text(THIRD)
    until(lambda: running.get("/api/v1/entries/demo-third").status == 200, "the entry is served")
    assert running.get("/entries/demo-third").status == 200
    assert running.post("/api/v1/lookup", "demo: third 7").json["matches"][0]["entry"] == "demo-third"
    assert [row["entry"] for row in running.get("/api/v1/search?q=third").json["results"]] == ["demo-third"]
    assert "entries=3" in running.logged("entries loaded")


def test_a_broken_set_is_refused_and_the_old_one_kept_until_it_is_mended(running: Child, own: Path) -> None:
    (own / "demo-other.yaml").write_text("")
    (own / "demo-broken.yaml").write_text(BROKEN)
    line = running.logged("entries refused")
    assert "demo-broken.yaml" in line or "demo-other.yaml" in line
    health = running.get("/healthz")
    assert health.status == 200
    assert health.json["status"] == "degraded"
    assert "faultbook lint" in health.json["trouble"]
    assert health.json["entries"] == 2
    assert running.get("/entries/demo-other").status == 200
    assert "faultbook_entries_trouble 1.0" in running.get("/metrics").text
    (own / "demo-broken.yaml").unlink()
    (own / "demo-other.yaml").unlink()
    until(lambda: running.get("/healthz").json["status"] == "ok", "the set is taken")
    assert running.get("/healthz").json["entries"] == 1
    assert running.get("/entries/demo-other").status == 404
    assert 'faultbook_reloads_total{outcome="refused"}' in running.get("/metrics").text


def test_sighup_reads_the_entries_again(running: Child) -> None:
    running.process.send_signal(signal.SIGHUP)
    assert "why=SIGHUP entries=2 changed=False" in running.logged("entries loaded")


def test_the_directory_may_be_replaced_as_a_whole(running: Child, own: Path) -> None:
    fresh = own.with_name("fresh")
    shutil.copytree(own, fresh)
    (fresh / "demo-third.yaml").write_text(THIRD)
    own.rename(own.with_name("old"))
    fresh.rename(own)
    running.process.send_signal(signal.SIGHUP)
    until(lambda: running.get("/api/v1/entries/demo-third").status == 200, "the entry is served")
    (own / "demo-third.yaml").unlink()
    until(lambda: running.get("/api/v1/entries/demo-third").status == 404, "changes in the new directory are seen")


def test_without_its_directory_the_server_goes_on(running: Child, own: Path) -> None:
    own.rename(own.with_name("away"))
    running.process.send_signal(signal.SIGHUP)
    running.logged("entries refused")
    assert running.get("/entries/demo-fault").status == 200
    assert "is not a directory of entries" in running.get("/healthz").json["trouble"]


def test_at_the_start_what_is_broken_is_left_out_and_said(cache: Path, own: Path) -> None:
    (own / "demo-broken.yaml").write_text(BROKEN)
    with child(cache, "--entries", str(own)) as server:
        assert "demo-broken.yaml" in server.logged("entries left out")
        health = server.get("/healthz").json
        assert (health["status"], health["entries"]) == ("degraded", 2)


def test_a_reader_keeps_its_set_while_another_one_is_loaded(cache: Path, own: Path) -> None:
    shelf = Shelf([str(own)], cache)
    before = shelf.current
    (own / "demo-third.yaml").write_text(THIRD)
    outcome = shelf.reload()
    assert (outcome.taken, outcome.entries, outcome.trouble) == (True, 3, None)
    assert sorted(before.articles) == ["demo-fault", "demo-other"]
    assert shelf.current.digest != before.digest


def test_an_unchanged_set_is_not_taken_twice(cache: Path, own: Path) -> None:
    shelf = Shelf([str(own)], cache)
    digest = shelf.current.digest
    assert not shelf.reload().taken
    assert shelf.current.digest == digest


def test_a_refused_set_says_how_many_entries_are_wrong(cache: Path, own: Path) -> None:
    shelf = Shelf([str(own)], cache)
    for number in range(3):
        (own / f"broken-{number}.yaml").write_text(BROKEN)
    (own / "demo-fault.yaml").write_text(DEMO.replace("fails", "changes"))
    outcome = shelf.reload()
    assert not outcome.taken
    assert outcome.trouble == shelf.trouble
    assert "(and 2 more)" in (outcome.trouble or "")
    assert shelf.current.articles["demo-fault"].title.en == "The demo port fails"


def test_a_shelf_without_its_directory_cannot_begin(tmp_path: Path) -> None:
    with pytest.raises(EntriesError, match="is not a directory of entries"):
        Shelf([str(tmp_path / "nothing")])
