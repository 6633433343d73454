"""The documentation knows every command, option and variable, and every example in it is one the program takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.cli import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
TEXTS = {page.name: page.read_text("utf-8") for page in PAGES if page.is_file()}
CONTEXT = click.Context(cli)
COMMANDS = {name: cli.get_command(CONTEXT, name) for name in cli.list_commands(CONTEXT)}


def parts(command: click.Command | None) -> list[click.Command]:
    """The command, and the commands of a group."""
    return (
        [] if command is None else [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    )


OPTIONS = [
    (name, option)
    for name, command in COMMANDS.items()
    for part in parts(command)
    for parameter in part.params
    if isinstance(parameter, click.Option)
    for option in parameter.opts
    if option.startswith("--")
]
REDIRECTIONS = {"<", ">", ">>", "2>"}


def synopses(name: str) -> list[str]:
    """Code spans that tell how a command is used: `faultbook scan [--json] [PATH...]`."""
    return [found for text in TEXTS.values() for found in re.findall(rf"`(faultbook {name} [^`]*\[[^`]*)`", text)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_synopsis_in_the_documentation(name: str) -> None:
    assert synopses(name), f"no `faultbook {name} [...]` in {', '.join(TEXTS)}"


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_stands_in_its_commands_synopsis(name: str, option: str) -> None:
    assert any(re.search(rf"{option}\b", each) for each in synopses(name)), (
        f"faultbook {name} {option} is not documented"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_synopsis_is_there(name: str) -> None:
    real = {option for owner, option in OPTIONS if owner == name}
    named = {option for each in synopses(name) for option in re.findall(r"--[a-z][a-z-]*", each)}
    assert named <= real | {"--help"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_says_what_it_is(name: str) -> None:
    assert parts(COMMANDS[name])
    for command in parts(COMMANDS[name]):
        assert command.help
        assert command.epilog
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, parameter.opts


def used_variables() -> set[str]:
    sources = [path.read_text("utf-8") for room in ("app", "kb") for path in (ROOT / room).rglob("*.py")]
    return {name for source in sources for name in re.findall(r"\bFAULTBOOK_[A-Z_]+\b", source)}


@pytest.mark.parametrize("name", sorted(used_variables()))
def test_every_variable_of_the_environment_is_documented(name: str) -> None:
    assert any(name in text for text in TEXTS.values())


def calls(line: str) -> Iterator[list[str]]:
    """The arguments of every `faultbook` in a line of shell: pipelines taken apart, redirections left out."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";|<>&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set(";|&"):
            yield from _call(words)
            words = []
        else:
            words.append(word)


def _call(words: list[str]) -> Iterator[list[str]]:
    if words and words[0].rsplit("/", 1)[-1] == "faultbook":
        ends = [number for number, word in enumerate(words) if word in REDIRECTIONS]
        yield words[1 : min(ends, default=len(words))]


def examples() -> Iterator[tuple[str, str]]:
    """(where it stands, line of shell) of every example in the commands' help and in the documentation."""
    for name, command in [("", cli), *COMMANDS.items()]:
        if command is not None:
            assert command.epilog is not None
            assert command.epilog.startswith("Examples: ")
            yield f"faultbook {name} --help", command.epilog.removeprefix("Examples: ")
    for page, text in TEXTS.items():
        for block in re.findall(r"(?ms)^[ ]*```console\n(.*?)^[ ]*```", text):
            for line in block.replace("\\\n", " ").splitlines():
                if line.strip().startswith(("$ ", "# ")) and "faultbook" in line:
                    yield page, line.strip()[2:]


EXAMPLES = [(where, call) for where, line in examples() for call in calls(line)]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 15


@pytest.mark.parametrize(
    ("where", "arguments"), EXAMPLES, ids=[f"{where}: {shlex.join(call)[:60]}" for where, call in EXAMPLES]
)
def test_every_example_parses(
    where: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quiet").mkdir()  # docs/your-entries.md has its reader make it
    monkeypatch.chdir(tmp_path)
    name, command, rest = cli.resolve_command(CONTEXT, arguments)
    assert command is not None, where
    with command.make_context(name, [word for word in rest if word != "--help"], parent=CONTEXT):
        pass


PUBLIC = [path for path in PAGES if path.is_file()]


@pytest.mark.parametrize("page", PUBLIC, ids=[page.name for page in PUBLIC])
def test_every_link_between_pages_leads_to_one(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target
