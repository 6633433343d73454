"""What the client sends, what it takes, and in which language."""

from collections.abc import Sequence

from flask import request
from werkzeug.exceptions import BadRequest, NotAcceptable, UnsupportedMediaType

from app.languages import preferred_language
from kb.entry import LANGUAGES, Language

_JSON = "application/json"


def check_accept() -> None:
    """Raise 406 unless the client takes JSON."""
    if request.accept_mimetypes and not request.accept_mimetypes[_JSON]:
        raise NotAcceptable


def check_content_type(read: Sequence[str]) -> None:
    """Raise 415 unless the body is of a type that is read, in UTF-8."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in read or charset not in ("utf-8", "utf8", "us-ascii"):
        sent = request.content_type or "none"
        raise UnsupportedMediaType(f"Content-Type is {sent}; send {' or '.join(read)}, in UTF-8")


def language() -> Language:
    """The language of titles: the parameter `lang`, else Accept-Language, else English; raises 400 for another one."""
    chosen = request.args.get("lang")
    if chosen is not None and chosen not in LANGUAGES:
        raise BadRequest(f"lang is {' or '.join(LANGUAGES)}")
    return "zh" if (chosen or preferred_language()) == "zh" else "en"
