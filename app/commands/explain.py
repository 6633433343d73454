"""`lookup --explain`: what matched, which entries were near, and what failed."""

from typing import TextIO

from kb.book import load_dirs
from kb.catalog import entry_dirs
from kb.entry import Entry
from kb.recognise import Answer
from kb.render import one_line
from kb.sound import is_usable
from matchers.explain import nearest, why_not
from matchers.spec import Matcher

_NEAR = 0.4
_MOST = 8


def print_explanation(text: str, answers: list[Answer], chosen: tuple[str, ...], out: TextIO) -> None:
    """A line for each match, then the near misses, nearest first."""
    print("\nMatched:" if answers else "\nMatched: nothing", file=out)
    for answer in answers:
        match = answer.match
        print(
            f"  {match.entry} / {match.matcher} ({match.source}), line {match.line}, "
            f"{match.weight} characters of fixed text",
            file=out,
        )
        for name, value in match.fields.items():
            print(f"    {name} = {one_line(str(value))}", file=out)
    matched = {answer.match.entry for answer in answers}
    misses = [miss for miss in _misses(text, chosen) if miss[1].id not in matched][:_MOST]
    if misses:
        print("Near, but not matched:", file=out)
    for share, entry, matcher in misses:
        print(f"  {entry.id} / {matcher.name} ({round(share * 100)} %): {one_line(why_not(matcher, text))}", file=out)


def _misses(text: str, chosen: tuple[str, ...]) -> list[tuple[float, Entry, Matcher]]:
    """(share of the wording found, entry, its nearest matcher), nearest first."""
    found = []
    for entry in load_dirs(entry_dirs(chosen)).values():
        if not isinstance(entry, Entry) or not entry.matchers or not is_usable(entry):
            continue
        share, matcher = max(((nearest(each, text).share, each) for each in entry.matchers), key=lambda pair: pair[0])
        if share >= _NEAR:
            found.append((share, entry, matcher))
    return sorted(found, key=lambda miss: (-miss[0], miss[1].id))
