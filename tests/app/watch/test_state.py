"""The state directory: nobody else's, one watcher's at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.watch.state import StateDir, StateError, StateLocked

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from app.watch.state import StateDir
held = StateDir(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_it_is_made_for_its_owner_only(tmp_path: Path) -> None:
    with StateDir(tmp_path / "a" / "state") as state:
        assert state.path.stat().st_mode & 0o777 == 0o700
        assert (state.path / "lock").stat().st_mode & 0o777 == 0o600


def test_what_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    with StateDir(tmp_path / "state"):
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_what_others_may_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o777)
    with pytest.raises(StateError, match="can be written by others; chmod 700 it"):
        StateDir(tmp_path / "state")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_what_belongs_to_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    os.chown(tmp_path / "state", 65534, 65534)
    with pytest.raises(StateError, match="belongs to another user"):
        StateDir(tmp_path / "state")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "state").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StateError, match="is a link"):
        StateDir(tmp_path / "state")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "lock").symlink_to(tmp_path / "target")
    with pytest.raises(StateError, match="cannot be used"):
        StateDir(tmp_path / "state")
    assert not (tmp_path / "target").exists()


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StateError, match="cannot be used"):
        StateDir(tmp_path / "state")


def test_a_second_watcher_is_refused_and_one_after_the_first_is_not(tmp_path: Path) -> None:
    with StateDir(tmp_path / "state"), pytest.raises(StateLocked, match="another watcher uses"):
        StateDir(tmp_path / "state")
    StateDir(tmp_path / "state").close()


def test_the_lock_of_a_killed_watcher_keeps_nobody_out(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "state")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(StateLocked):
            StateDir(tmp_path / "state")
        child.send_signal(signal.SIGKILL)
        child.wait()
        StateDir(tmp_path / "state").close()
