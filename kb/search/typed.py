"""Search as you type: the last word of what was typed may be only the beginning of one."""

from itertools import islice

from kb.search.fields import FIELDS
from kb.search.folding import fold
from kb.search.library import IndexReader
from kb.search.query import Concept, Option, Query, parse
from kb.search.tokens import part_terms, tokens

_MOST = 15
_BEGUN = 0.9


def typed_query(text: str, reader: "IndexReader") -> Query:
    """The query of what was typed so far; what ends with a blank is complete."""
    query = parse(text.splitlines()[-1] if text.strip() else "")
    last = list(tokens(text))[-1:]
    if not query.clauses or not last or last[0].end != len(text):
        return query
    begun = fold(text[last[0].start : last[0].end])
    beginnings = {begun, last[0].term, *part_terms(last[0])[-1:]}
    endings = sorted({term for each in beginnings for term in _continued(each, reader)})
    *complete, unfinished = query.clauses[0]
    options: tuple[Option, ...] = (*unfinished.options, *(((term,), _BEGUN) for term in endings))
    return Query(((*complete, Concept(unfinished.text, unfinished.kind, options)),))


def _continued(beginning: str, reader: "IndexReader") -> set[str]:
    """Terms of titles, names and symptoms that begin so."""
    found: set[str] = set()
    for name in FIELDS:
        if name != "body":
            raw = islice(reader.expand_prefix(name, beginning), _MOST)
            found |= {each.decode("utf-8") if isinstance(each, bytes) else each for each in raw}
    return found
