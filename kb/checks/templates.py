"""`{{ }}` names a field, an input or a value; nothing that log text can shape goes into a command.

Arithmetic stands under `values`, with the bounds within which its result makes sense.
"""

from collections.abc import Iterator

from kb.checks.subject import Subject
from kb.entry import LANGUAGES, Both
from kb.problem import Problem
from kb.template import slots, stray_braces
from matchers import where
from matchers.errors import MatcherError, did_you_mean
from matchers.fieldtypes import type_of


def check(subject: Subject) -> Iterator[Problem]:
    """The slots of every part in both languages, then `values` and `inputs`."""
    article = subject.entry.article
    types = article.name_types()
    for part in ("summary", "cause", "diagnosis", "fix", "steps"):
        text: Both[str] = getattr(article, part)
        for language in LANGUAGES:
            for offset, message, rule in _findings(text.in_language(language) or "", types):
                if subject.reads_all or rule != "template-unknown-name":
                    yield subject.problem((part, language), message, rule, column=offset)
    yield from _values(subject, types)
    yield from _names(subject)


def _findings(markdown: str, types: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    """(offset, message, rule) for the slots of one text."""
    for slot in slots(markdown):
        if slot.expression not in types:
            remedy = "; name a field, an input or one of values (sums stand under values)"
            hint = did_you_mean(slot.expression, set(types)) or remedy
            yield slot.offset, f"{{{{ {slot.expression} }}}} is not known here{hint}", "template-unknown-name"
        elif slot.in_command and not type_of(types[slot.expression]).in_commands:
            what = f'"{slot.expression}" is of the type {types[slot.expression]}, which never goes into a command'
            yield slot.offset, f"{what}; show it in prose or give the field a strict type", "template-in-command"
    for offset in stray_braces(markdown):
        message = "this {{ is never closed; write {{ name }} for a value, {{ '{{' }} for the braces themselves"
        yield offset, message, "template-braces"


def _values(subject: Subject, types: dict[str, str]) -> Iterator[Problem]:
    article = subject.entry.article
    for name, computed in article.values.items():
        try:
            known = {key: kind for key, kind in types.items() if key not in article.values}
            kind = where.check(where.parse(computed.expression), known)
        except MatcherError as error:
            if subject.reads_all or "is not a field" not in error.message:
                remedy = "" if ";" in error.message else "; a value is a sum such as 64 - nproc"
                yield subject.problem(("values", name, "is"), error.message + remedy, "values", column=error.column)
            continue
        if kind != "number":
            yield subject.problem(
                ("values", name, "is"), f"this is a {kind}; a value is a sum such as 64 - nproc", "values"
            )
        if computed.min > computed.max:
            yield subject.problem(
                ("values", name), f"min is {computed.min} and max {computed.max}; swap them", "bounds"
            )


def _names(subject: Subject) -> Iterator[Problem]:
    """A name stands for one thing: a field, an input or a value."""
    article = subject.entry.article
    for name in sorted(set(article.inputs) & set(article.field_types)):
        message = f'a matcher captures "{name}" already; name the input otherwise or remove it'
        yield subject.problem(("inputs", name), message, "input-is-field")
    for name in sorted(set(article.values) & (set(article.field_types) | set(article.inputs))):
        message = f'"{name}" is a field or an input already; name the value otherwise'
        yield subject.problem(("values", name), message, "value-is-field")
    for name, each in article.inputs.items():
        if each.min is not None and each.max is not None and each.min > each.max:
            yield subject.problem(("inputs", name), f"min is {each.min} and max {each.max}; swap them", "bounds")
        if each.type != "int" and (each.min is not None or each.max is not None):
            message = f"min and max are for numbers, and this is of the type {each.type}; remove them"
            yield subject.problem(("inputs", name), message, "bounds")
