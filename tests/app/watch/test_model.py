"""Random writing, rotating, truncating and restarting against what was written: nothing lost, nothing twice, in order.

A log is rotated in one way all the time: renamed, with the program writing on for a while, perhaps compressed, or
copied and truncated. Restarts are clean, or as a crash leaves it: what was read and not committed is read again.
"""

import gzip
import os
import random
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app.watch.following import BUDGET, Followed, append, compress, line, shift

NAMES = ("app.log.1", "app.log-2024{:04}", "app.log.{}")


class World:
    """A program that writes a log, those who rotate it, and the follower."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.log = directory / "app.log"
        self.target = self.log
        self.name = self.chance.choice(NAMES)
        self.head = b"# every file begins alike\n" * self.chance.choice((0, 0, 20, 60))
        self.equal_lines = False
        self.written: list[int] = []
        self.file_of: dict[int, int] = {}
        self.files = 0
        self.unfinished = b""
        self.followed = Followed(self.log)
        self.followed.turn()

    def write(self) -> None:
        data = self.finished()
        for _ in range(self.chance.choice((1, 2, 5, 50, 1500))):
            data += self.next_line() if self.chance.random() < 0.5 else b"nothing of note\n"
        append(self.target, data)

    def tear(self) -> None:
        data = self.next_line()
        cut = self.chance.randrange(1, len(data))
        append(self.target, self.finished() + data[:cut])
        self.unfinished = data[cut:]

    def next_line(self) -> bytes:
        number = 7 if self.equal_lines else len(self.written)
        self.written.append(number)
        self.file_of[number] = self.files
        return line(number)

    def finished(self) -> bytes:
        data, self.unfinished = self.unfinished, b""
        return data

    def finish(self) -> None:
        if self.unfinished:
            append(self.target, self.finished())

    def next_name(self) -> Path:
        if self.name == NAMES[0]:
            shift(self.log)
        return self.log.with_name(self.name.format(self.files + 1))

    def turn(self) -> None:
        self.followed.turn(self.chance.choice((4096, BUDGET)), after_s=self.chance.choice((0, 0.25, 1, 6)))

    def turn_uncommitted(self) -> None:
        self.followed.turn(self.chance.choice((4096, BUDGET)), commit=False)

    def discover(self) -> None:
        self.followed.clock.seconds += 1
        self.followed.input.discover(self.followed.clock.seconds)

    def crash(self) -> None:
        self.followed.restart()

    def restart(self) -> None:
        self.followed.commit()
        self.followed.restart()

    def rotate(self) -> None:
        if not self.log.exists():
            return
        self.finish()
        old = self.next_name()
        self.log.rename(old)
        self.files += 1
        append(self.log, self.head)
        if self.chance.random() < 0.3:
            compress(old)

    def rotate_and_write_on(self) -> None:
        if not self.log.exists():
            return
        self.target = self.next_name()
        self.log.rename(self.target)
        for _ in range(self.chance.randrange(3)):
            self.write()
            self.turn()
        self.finish()
        self.target = self.log
        self.files += 1
        append(self.log, self.head)

    def compress_oldest(self) -> None:
        plain = [each for each in self.log.parent.iterdir() if each != self.log and each.suffix != ".gz"]
        if plain:
            compress(min(plain, key=lambda each: each.stat().st_mtime_ns))

    def delete(self) -> None:
        self.finish()
        self.followed.wait()
        self.log.unlink(missing_ok=True)
        self.files += 1

    def copytruncate(self) -> None:
        if not self.log.exists():
            return
        self.finish()
        copy, data = self.next_name(), self.log.read_bytes()
        done = 0
        while done < len(data):  # whoever looks meanwhile finds a beginning of the copy
            part = data[done : done + self.chance.choice((len(data), len(data), 1, 1000, 20_000))]
            append(copy, part)
            done += len(part)
            self.look_in_between()
        os.truncate(self.log, 0)
        self.look_in_between()
        self.files += 1
        append(self.log, self.head)

    def look_in_between(self) -> None:
        if self.chance.random() < 0.2:
            self.chance.choice((self.turn, self.turn_uncommitted, self.discover, self.crash, self.restart))()

    def run(self, ways: str, steps: int) -> None:
        rotations = [self.rotate, self.rotate, self.rotate_and_write_on, self.delete]
        if ways == "copy":
            rotations = [self.copytruncate]
        others = [self.turn, self.turn, self.turn_uncommitted, self.discover, self.crash, self.restart]
        for _ in range(steps):
            kind = self.chance.choice([[self.write, self.tear], rotations, others, others, [self.compress_oldest]])
            self.chance.choice(kind)()
        self.finish()
        self.followed.wait()
        self.followed.close()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 10**9), st.sampled_from(["rename", "copy"]), st.integers(3, 40))
def test_every_line_is_recorded_once_and_in_the_order_of_its_file(seed: int, ways: str, steps: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        world = World(Path(directory), seed)
        world.run(ways, steps)
    numbers = world.followed.numbers()
    assert Counter(numbers) == Counter(world.written)
    for file in range(world.files + 1):
        of_file = [number for number in numbers if world.file_of[number] == file]
        assert of_file == sorted(of_file)


def test_a_compressed_file_in_the_model_is_what_gzip_makes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(line(1))
    assert gzip.decompress(compress(tmp_path / "x").read_bytes()) == line(1)
