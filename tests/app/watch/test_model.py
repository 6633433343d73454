"""Random writing, rotating, truncating and restarting against what was written: nothing lost, nothing twice, in order.

A log is rotated in one way all the time: renamed, with the program writing on for a while, perhaps compressed, or
copied and truncated, with the program writing in between. Restarts are clean, or as a crash leaves it: what was read
and not committed is read again. Inode numbers and times are part of the model (`tests.app.watch.disk`), so that what
was found once is found again. See `tests.app.watch.world`.
"""

import gzip
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app.watch.following import compress, line
from tests.app.watch.world import World


@settings(max_examples=100)
@given(st.integers(0, 10**9), st.sampled_from(["rename", "copy"]), st.integers(3, 60))
def test_every_line_is_recorded_once_and_in_the_order_of_its_file(seed: int, ways: str, steps: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        world = World(Path(directory), seed)
        world.run(ways, steps)
    assert (world.lost(), world.twice(), world.out_of_order()) == ([], [], [])


def test_a_history_can_be_repeated(tmp_path: Path) -> None:
    told = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        (tmp_path / f"another-{number}").touch()
        world = World(tmp_path / str(number), 120548)
        world.run("copy", 40)
        told.append((world.followed.numbers(), len(world.followed.positions)))
    assert told[0] == told[1]
    assert told[0][0]


def test_a_compressed_file_in_the_model_is_what_gzip_makes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(line(1))
    assert gzip.decompress(compress(tmp_path / "x").read_bytes()) == line(1)


def test_the_model_tells_a_line_that_is_lost_and_one_that_came_twice(tmp_path: Path) -> None:
    world = World(tmp_path, 1)
    world.written = [0, 1]
    world.file_of = {0: 0, 1: 0}
    world.followed.numbers = lambda: [1, 1]  # type: ignore[method-assign]
    assert (world.lost(), world.twice()) == ([0], [1])
    world.may_be_lost = {0}
    assert world.lost() == []
    world.followed.close()
