"""The commands of the articles: filled with an example's values they are whole, and a shell reads them."""

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from kb.book import load_dirs
from kb.catalog import shipped_dir
from kb.entry import Article, Entry, Language
from kb.spans import code_blocks
from kb.template import Values, fill, gap, slots, values_of
from matchers.fieldtypes import Value

ENTRIES = sorted(
    (each for each in load_dirs([shipped_dir()]).values() if isinstance(each, Entry)), key=lambda each: each.id
)
PARTS = ("cause", "diagnosis", "fix", "steps")
PROMPT = re.compile(r"(?:\$|#) (?P<command>.*)")
REMARK = re.compile(r"(?:^|\s)#\s.*")
NUMBERS = (8, 1, 64, 2000)
SAMPLES: dict[str, Value] = {
    "hex": "0x1f",
    "ip": "192.0.2.7",
    "prefix": "192.0.2.0/24",
    "mac": "02:00:5e:00:53:07",
    "pci": "0000:3b:00.0",
    "iface": "eth0",
    "ident": "bgp1",
    "path": "/var/log/bird.log",
    "duration": "30s",
}


def by_id(entry: Entry) -> str:
    return entry.id


def texts(article: Article, language: Language) -> Iterator[str]:
    yield from (text for part in PARTS if (text := getattr(article, part).best(language)))


def commands(text: str) -> Iterator[str]:
    """What stands after a prompt in the console blocks of a text, with the lines it goes on in."""
    for block in code_blocks(text):
        if block.info != "console":
            continue
        goes_on = False
        for line in text[block.start : block.end].splitlines()[1:-1]:
            found = PROMPT.fullmatch(line.strip())
            if found or goes_on:
                yield found["command"] if found else line.strip()
                goes_on = line.endswith("\\")


def cases_of(entry: Entry) -> Iterator[Values]:
    """The values of each example, and sample values for what the reader gives: numbers small and large."""
    examples = [dict(each.fields or ()) for matcher in entry.matchers for each in matcher.match]
    for number in NUMBERS:
        inputs = {name: SAMPLES.get(each.type, number) for name, each in entry.article.inputs.items()}
        yield from (values_of(entry.article, inputs | fields) for fields in examples or [{}])


@pytest.mark.parametrize("entry", ENTRIES, ids=by_id)
def test_both_languages_have_the_same_commands(entry: Entry) -> None:
    english, chinese = (
        [REMARK.sub("", command) for text in texts(entry.article, language) for command in commands(text)]
        for language in ("en", "zh")
    )
    assert english == chinese


@pytest.mark.parametrize("entry", ENTRIES, ids=by_id)
def test_every_name_in_a_command_is_filled_by_some_example(entry: Entry) -> None:
    asked = {slot.expression for text in texts(entry.article, "en") for slot in slots(text) if slot.in_command}
    for values in cases_of(entry):
        asked -= {name for name in asked if gap(name) not in fill(f"`a {{{{ {name} }}}}`", values)}
    assert asked == set()


@pytest.mark.parametrize("entry", ENTRIES, ids=by_id)
def test_a_shell_reads_every_filled_command(entry: Entry) -> None:
    shell = shutil.which("bash")
    assert shell is not None
    for values in [*cases_of(entry)][:3]:
        filled = [command for text in texts(entry.article, "en") for command in commands(fill(text, values))]
        done = subprocess.run([shell, "-n"], input="\n".join(filled), capture_output=True, text=True, check=False)
        assert done.stderr == "", filled
