"""Whoosh, imported in one place.

Whoosh 2.7.4 is finished rather than kept: Python 3.12 and later warn of escapes in its docstrings when they compile it.
Whoever needs a part of it takes it from here.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # SyntaxWarning, and DeprecationWarning for what later Pythons will drop
    import whoosh.writing  # noqa: F401 - what an index loads late would warn then
    from whoosh.analysis import RegexTokenizer
    from whoosh.codec.whoosh3 import W3Codec
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.index import FileIndex
    from whoosh.lang.porter import stem
    from whoosh.reading import IndexReader, TermNotFound
    from whoosh.scoring import bm25
    from whoosh.support.levenshtein import damerau_levenshtein

__all__ = [
    "ID",
    "TEXT",
    "FileIndex",
    "FileStorage",
    "IndexReader",
    "RamStorage",
    "RegexTokenizer",
    "Schema",
    "TermNotFound",
    "W3Codec",
    "bm25",
    "damerau_levenshtein",
    "stem",
]
