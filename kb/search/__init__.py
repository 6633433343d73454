"""Full-text search of the entries, in English and Chinese, on Whoosh. Importing it imports Whoosh (70 ms).

    folding, words, stopwords, vocabulary, errnos -> tokens     text to terms, for entries and queries alike
    fields, facets -> generation -> build                       entries to an index on disk, swapped whole
    query -> scoring -> index                                   a text to scored entries
    excerpts, typed, spelling                                   what is shown of them; typing; other spellings
    found                                                       recognised and found together, for all doors

docs/search.md says what it does and what it does not do.
"""

from kb.search.facets import Facets
from kb.search.index import Index, open_index
from kb.search.results import Excerpt, Hit, Piece, Results, Typed

__all__ = ["Excerpt", "Facets", "Hit", "Index", "Piece", "Results", "Typed", "open_index"]
