"""Pages for errors: what happened, what to do. One that is not there offers what is near the words of its address."""

import re

from flask import Response, request
from werkzeug.exceptions import HTTPException

from app.web import language
from app.web.overview import overview
from app.web.page import render
from app.web.suggestions import Suggested, suggested
from app.web.words import WORDS

_MAX_WORDS = 200


def error_page(error: HTTPException, reference: str | None = None) -> Response:
    """The page for an error; `reference` is the id under which the log has more."""
    code = error.code or 500
    title = f"error-{code}" if f"error-{code}" in WORDS else "error-other"
    advice = f"error-{code}-what" if f"error-{code}-what" in WORDS else None
    words, near = _near() if code == 404 else ("", ())
    return render(
        "error.html",
        code,
        code=code,
        title=title,
        advice=None if code == 404 and not near else advice,
        reference=reference if code >= 500 else None,
        words=words,
        near=near,
    )


def _near() -> tuple[str, tuple[Suggested, ...]]:
    """The words of the path, and the entries nearest to them."""
    words = " ".join(re.findall(r"\w+", request.path[:_MAX_WORDS].replace("_", " ")))
    words = re.sub(r"^(?:entries|components|sources) ", "", words)
    return words, suggested(words, overview(), language.current(), limit=5) if words else ()
