"""What must be there: little for a draft, both languages and all parts for a reviewed entry.

In a draft what is missing is advice; a retired entry only names its successor. A howto has `steps`, a problem has
`cause`, `diagnosis`, `fix` and a severity.
"""

from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.entry import LANGUAGES, Both
from kb.problem import Problem

_NAMES = {"en": "English", "zh": "Chinese"}


def check(subject: Subject) -> Iterator[Problem]:
    """Missing parts, missing languages, parts of the wrong kind."""
    article = subject.entry.article
    parts = _parts_of_kind(article.kind)
    for name in _parts_of_kind("howto" if article.kind == "problem" else "problem") - parts:
        if getattr(article, name) not in (None, Both()):
            yield subject.problem((name,), f'a {article.kind} has no "{name}"; {_remedy(article.kind)}', "wrong-part")
    if article.title.best("en") is None and not subject.is_reported("title"):
        yield subject.problem(("title",), "the title is empty; write it in one language at least", "missing-part")
    if article.status == "retired":
        if article.replaced_by is None:
            remedy = 'a retired entry names "replaced_by"; readers of old links go there'
            yield subject.problem(("status",), remedy, "missing-part")
        return
    for name, remedy in _parts(article.kind):
        if _is_missing(getattr(article, name)) and not subject.is_reported(name):
            is_needed = name == ("steps" if article.kind == "howto" else "fix")
            at, message = (name,), f'"{name}" is missing; {remedy}'
            rule = "missing-reference" if name == "references" else "missing-part"
            yield subject.problem(at, message, rule) if is_needed else subject.lack(at, message, rule)
    yield from _languages(subject)


def _parts(kind: str) -> Iterator[tuple[str, str]]:
    """(name, what to do when it is missing) of every part an entry of this kind has."""
    if kind == "problem":
        yield "severity", "say what it does to traffic: info, warning, error or critical"
    yield from ((name, "write it") for name in sorted(_parts_of_kind(kind) - {"severity"}))
    yield "summary", "say in a sentence what it is: lists and answers show it"
    yield "symptoms", "write down what people say when they have it: search lives on it"
    yield "components", "name what the problem lies in"
    yield "references", "cite the source of what the article claims"


def _is_missing(value: object) -> bool:
    return value in (None, (), Both())


def _parts_of_kind(kind: str) -> set[str]:
    return {"steps"} if kind == "howto" else {"cause", "diagnosis", "fix", "severity"}


def _remedy(kind: str) -> str:
    return 'write "steps" instead' if kind == "howto" else "make it kind: howto, or write cause, diagnosis and fix"


def _languages(subject: Subject) -> Iterator[Problem]:
    article = subject.entry.article
    for name in ("title", "summary", "symptoms", "cause", "diagnosis", "fix", "steps"):
        text: Both[object] = getattr(article, name)
        for language in LANGUAGES:
            if text.best("en") is not None and text.in_language(language) is None:
                yield subject.lack(
                    (name,), f'"{name}" has no {_NAMES[language]} text; translate it', "missing-language"
                )
