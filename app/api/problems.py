"""Errors of the API: `application/problem+json` (RFC 9457), each with an id that the log knows too."""

import uuid
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from app.api.json_response import json_response

CONTENT_TYPE = "application/problem+json"

_ADVICE = {
    400: "the request cannot be understood",
    404: "there is nothing under this address; see /api/v1/openapi.json for what there is",
    405: "this address does not take this method; the Allow header names those it takes",
    406: "answers are application/json; send Accept: application/json, or no Accept at all",
    413: "the body is too large",
    415: "the body is of a type that is not read here",
    429: "too many requests; wait as long as Retry-After says",
    500: "the server failed; its log tells more under the id in `instance`",
    503: "the server is busy; try again in a moment",
}


def new_reference() -> str:
    """A fresh id for one failure: given to the client and written to the log."""
    return uuid.uuid4().urn


def problem(
    status: int, detail: str | None = None, headers: Mapping[str, str] | None = None, reference: str | None = None
) -> Response:
    """A problem as a response. `detail` says what to do; the type is `about:blank`: the status says what it is."""
    response = json_response(problem_of(status, detail, reference), status, CONTENT_TYPE)
    response.headers.update(dict(headers or {}))
    return response


def problem_of(status: int, detail: str | None = None, reference: str | None = None) -> dict[str, object]:
    """The members of a problem."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or _ADVICE.get(status, "the request was not answered"),
        "instance": reference or new_reference(),
    }
