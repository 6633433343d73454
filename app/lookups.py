"""A pasted text looked up for somebody over HTTP: within the server's limits, and counted.

The paste is an argument and nothing keeps it: it is forgotten with its request.
"""

from app.server.guard import guard
from app.server.metrics import metrics
from app.shelf import Snapshot
from kb.recognise import Answer, answer_json, recognise
from kb.search.found import suggest


def recognised_in(current: Snapshot, paste: bytes) -> list[Answer]:
    """What the matchers recognise in the paste; raises 503 while too many others are read."""
    with guard().lookup():
        answers = recognise(current.book, paste)
    for each in answers:
        metrics().matches.labels(each.article.id).inc()
    metrics().lookups.labels("recognised" if answers else "nothing").inc()
    return answers


def lookup_json(current: Snapshot, paste: bytes, language: str) -> dict[str, object]:
    """The object that `lookup --json` prints: what is recognised, else what search offers."""
    answers = recognised_in(current, paste)
    suggestions = () if answers else suggest(current.book, current.index, paste.decode("utf-8", "replace"))
    return answer_json(answers, language, suggestions)
