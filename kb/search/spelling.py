"""What a reader may have meant: words that no entry has, replaced by the nearest that one has."""

import re

from kb.search.fields import WORDS
from kb.search.folding import fold
from kb.search.library import IndexReader, damerau_levenshtein
from kb.search.query import Query
from kb.search.scoring import Scorer
from kb.search.stopwords import ENGLISH
from kb.search.tokens import stemmed

_WORD = re.compile(r"(?<![a-z])[a-z]{4,30}(?![a-z])")
_MAX_WORDS = 4


def respelt(text: str, query: Query, reader: "IndexReader", scorer: Scorer) -> str | None:
    """The text with its unknown English words respelt, None where there is none that could be.

    Words are those of the text or parts of its identifiers. The first letter is taken to be right.
    """
    if not query.clauses:
        return None
    folded, out, at, changed = fold(text), "", 0, 0
    for found in _WORD.finditer(folded):
        word = found[0]
        if changed == _MAX_WORDS:
            break
        if word in ENGLISH or scorer.frequency(stemmed(word)) or scorer.frequency(word):
            continue
        nearest = _nearest(word, reader)
        if nearest is not None:
            out += text[at : found.start()] + nearest
            at, changed = found.end(), changed + 1
    return out + text[at:] if changed else None


def _nearest(word: str, reader: "IndexReader") -> str | None:
    """The known word with the fewest slips of the finger between, the more frequent of two; None beyond reach."""
    within = 1 if len(word) == 4 else 2
    known = ((damerau_levenshtein(word, each), each) for each in reader.terms_within(WORDS, word, within, prefix=1))
    allowed = 1 if len(word) < 8 else 2
    near = [(distance, -reader.doc_frequency(WORDS, each), each) for distance, each in known if distance <= allowed]
    return min(near)[2] if near else None
