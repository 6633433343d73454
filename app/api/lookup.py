"""`POST /api/v1/lookup`: a pasted error in, the articles that explain it out."""

from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from app.api.json_response import json_response
from app.api.models import LookupAnswer, LookupRequest
from app.api.negotiation import language
from app.api.operations import JSON, operation
from app.api.parameters import LANGUAGE
from app.lookups import lookup_json
from app.shelf import shelf
from kb.recognise import MAX_PASTE

_TEXT = "text/plain"


@operation(
    "POST",
    "/lookup",
    "Explain a pasted error",
    answers={200: LookupAnswer},
    parameters=(LANGUAGE,),
    bodies={_TEXT: None, JSON: LookupRequest},
)
def lookup() -> Response:
    """Give the text as it is (text/plain) or as JSON. It is forgotten with the request."""
    chosen, text = language(), _text()
    response = json_response(lookup_json(shelf().current, text, chosen))
    response.headers["Content-Language"] = chosen
    return response


def _text() -> bytes:
    body = request.get_data(cache=False)
    text = body if request.mimetype == _TEXT else _text_of(body)
    if len(text) > MAX_PASTE:
        raise RequestEntityTooLarge(f"at most {MAX_PASTE} bytes of text are read; use faultbook scan for whole logs")
    return text


def _text_of(body: bytes) -> bytes:
    try:
        return LookupRequest.model_validate_json(body, strict=True).text.encode("utf-8", "replace")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise BadRequest(f'{place}: {first["msg"]}; send {{"text": "..."}}') from None
