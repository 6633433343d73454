"""One reader's case: the values known of it, and where each came from.

Values reach an article from a match (`paste`; in the log of a host: `log`), from a link (`link`) or from a form that
the reader sent (`you`). What is worked out from others is `worked-out`, but as doubtful as the most doubtful of them:
a link may be anybody's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kb.entry import Article
from kb.template import Values, values_of
from matchers import where
from matchers.errors import WhereError
from matchers.fieldtypes import Value

Origin = Literal["paste", "log", "link", "you", "worked-out"]


@dataclass(frozen=True, slots=True)
class Case:
    """`origins` has every name that has a value, those that are worked out included.

    `refused` are texts that were given and are not of their type or out of bounds, by name.
    """

    values: Values
    origins: Mapping[str, Origin] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_from_link(self) -> bool:
        """Whether some value came with a link, so that its reader has not seen it before."""
        return "link" in self.origins.values()


def case_of(article: Article, given: Mapping[str, Value], origin: Origin) -> Case:
    """The case of these values; names that the article does not know are ignored, empty texts are not given."""
    types = article.name_types()
    stated = {
        name: value
        for name, value in given.items()
        if name in types and name not in article.values and str(value).strip()
    }
    values = values_of(article, {name: _trimmed(value) for name, value in stated.items()})
    origins: dict[str, Origin] = dict.fromkeys(values.known, origin)
    for name, computed in article.values.items():
        if values.lookup(name)[0] is not None:
            from_link = any(origins.get(each) == "link" for each in _names(computed.expression))
            origins[name] = "link" if from_link else "worked-out"
    refused = {name: str(value) for name, value in stated.items() if name not in values.known}
    return Case(values, origins, refused)


def _trimmed(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else value


def _names(expression: str) -> set[str]:
    try:
        return where.names(where.parse(expression))
    except WhereError:
        return set()
