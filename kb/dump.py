"""An entry as YAML text, keys in their order, written as an author would: quotes where needed, blocks for articles."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kb.entry import Article, Both, Entry
from kb.plainform import to_plain
from kb.schema import ENTRY
from matchers.spec import Example, Expression, KeyTest, Matcher, Step

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*\Z")
_YAML_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
SCHEMA_LINE = "# yaml-language-server: $schema=../../schema/entry.schema.json"


def dump(entry: Entry) -> str:
    """The text of the entry's file; loading it gives the entry back."""
    plain = _plain_entry(entry)
    ordered = {key: plain[key] for key in ENTRY.keys if key in plain}
    return "\n".join([SCHEMA_LINE, *_mapping(ordered, 0)]) + "\n"


def _plain_entry(entry: Entry) -> dict[str, Any]:
    article = entry.article
    plain: dict[str, Any] = to_plain(article)
    plain.pop("field_types", None)
    plain.pop("signs", None)
    plain["values"] = {
        name: {"is": each.expression, "min": each.min, "max": each.max} for name, each in article.values.items()
    }
    plain["matchers"] = [_plain_matcher(matcher) for matcher in entry.matchers]
    plain["beats"], plain["recovers"] = list(entry.beats), list(entry.recovers)
    if article.resolved_after_s is not None:
        plain["resolved_after"] = _duration(article.resolved_after_s)
    for name in Article.__dataclass_fields__:
        if isinstance(getattr(article, name), Both):
            plain[name] = {lang: text for lang, text in plain.get(name, {}).items() if text is not None}
    return {key: value for key, value in plain.items() if value not in ({}, [], None)}


def _plain_matcher(matcher: Matcher) -> dict[str, Any]:
    out: dict[str, Any] = {"name": matcher.name, "source": matcher.source}
    if matcher.kind == "keys":
        out["keys"] = {test.key: _key_value(test) for test in matcher.keys}
    elif matcher.kind == "block":
        out["block"] = [_step(step) for step in matcher.steps]
    elif matcher.kind == "sequence":
        out["sequence"] = {
            "steps": [_step(step) for step in matcher.steps],
            "within": _duration(matcher.within_s),
            "by": list(matcher.by),
        }
    else:
        out[matcher.kind] = _wordings(matcher.steps[0].expressions)
        if matcher.kind == "regex":
            out["fields"] = dict(matcher.steps[0].expressions[0].group_types)
    if matcher.threshold is not None:
        hold = {"lookup": "hold"} if matcher.threshold.hold else {}
        out["threshold"] = {
            "count": matcher.threshold.count,
            "within": _duration(matcher.threshold.within_s),
            "by": list(matcher.threshold.by),
        } | hold
    out |= {"where": matcher.where, "unless": [each.text for each in matcher.unless]}
    if not matcher.record:
        out["record"] = "never"
    out["examples"] = {"match": [_example(each) for each in matcher.match], "no_match": list(matcher.no_match)}
    out["examples"] = {key: value for key, value in out["examples"].items() if value}
    return {key: value for key, value in out.items() if value not in ("", [], {})}


def _key_value(test: KeyTest) -> str:
    return test.equals if test.equals is not None else test.capture or ""


def _step(step: Step) -> Any:
    wordings = _wordings(step.expressions)
    return {"pattern": wordings, "optional": True} if step.optional else wordings


def _wordings(expressions: tuple[Expression, ...]) -> Any:
    texts = [each.text for each in expressions]
    return texts[0] if len(texts) == 1 else texts


def _example(example: Example) -> Any:
    return example.text if example.fields is None else {"text": example.text, "fields": dict(example.fields)}


def _duration(seconds: float) -> str:
    return f"{int(seconds)}s" if seconds == int(seconds) else f"{round(seconds * 1000)}ms"


def _mapping(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    for key, value in values.items():
        yield from _value(f"{' ' * indent}{scalar(key)}:", value, indent)


def _value(head: str, value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, indent + 2)
    elif isinstance(value, list) and value:
        yield head
        for item in value:
            yield from _item(item, indent + 2)
    elif isinstance(value, str) and _fits_block(value):
        yield f"{head} |{'' if value.endswith(chr(10)) else '-'}"
        yield from (f"{' ' * (indent + 2)}{line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {scalar(value)}"


def _item(item: Any, indent: int) -> Iterator[str]:
    lines = list(_value("", item, indent) if not isinstance(item, Mapping) else ["", *_mapping(item, indent + 2)])
    if isinstance(item, Mapping | list):
        body = lines[1:]
        yield f"{' ' * indent}- {body[0].lstrip()}"
        yield from body[1:]
        return
    yield f"{' ' * indent}-{lines[0]}"
    yield from lines[1:]


def _fits_block(text: str) -> bool:
    """Whether a literal block gives the text back: several lines, nothing YAML would fold, cut or refuse."""
    lines = text.removesuffix("\n").split("\n")
    printable = all(char in "\n\t" or (char.isprintable() and char != "\ufeff") for char in text)
    return (
        "\n" in text
        and printable
        and not text.endswith("\n\n")
        and not lines[0].startswith((" ", "\t"))
        and bool(lines[0])
    )


def scalar(value: Any) -> str:
    """A value on one line: plain where YAML and people read it the same, else quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    text = str(value)
    if _PLAIN.match(text) and text.lower() not in _YAML_WORDS:
        return text
    if text.isprintable() and "\n" not in text and not re.search("[\ufeff\x85\u2028\u2029]", text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable() and char != "\ufeff":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
