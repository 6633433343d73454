"""Parameters that several operations share."""

from app.api.operations import Parameter
from kb.entry import LANGUAGES

LANGUAGE = Parameter(
    "lang", "Language of titles; without it Accept-Language decides.", {"type": "string", "enum": list(LANGUAGES)}
)
