"""`GET /api/v1/openapi.json`: the API described by OpenAPI 3.1, made from the route table and the models."""

import re
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.access import SESSION_COOKIE
from app.api.json_response import json_response
from app.api.models import Problem
from app.api.operations import JSON, OPERATIONS, Operation, Parameter, operation
from app.api.problems import CONTENT_TYPE

_PREFIX = "/api/v1"
_REF = "#/components/schemas/{model}"
_ALWAYS = (406, 500)
_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "What faultbook token add printed."},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "Set by POST /session."},
}
_SCHEMES = {"host": ("token",), "viewer": ("token", "session"), "operator": ("token", "session")}


@operation("GET", "/openapi.json", "This description", answers={200: None})
def openapi() -> Response:
    """The document you are reading."""
    return json_response(document())


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        path = _PREFIX + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.path)
        paths.setdefault(path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "faultbook",
            "version": "1",
            "summary": "Recognise and explain documented faults of Linux networking, eBPF/XDP and BIRD.",
            "description": "Errors are `application/problem+json` (RFC 9457). Answers are never compressed. "
            "Every GET answers HEAD too; what needs no token carries an ETag and honours If-None-Match. "
            "Where no token exists, what needs one is answered to requests of the server's own machine only.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _SECURITY},
    }


def _operation(each: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "description": each.description,
        "responses": {str(status): _answer(status, model) for status, model in sorted(_answers(each).items())},
    }
    if each.needs:
        described["security"] = [*({scheme: list[str]()} for scheme in _SCHEMES[each.needs]), {}]
    if each.parameters:
        described["parameters"] = [_parameter(parameter) for parameter in each.parameters]
    if each.bodies:
        content = {kind: {"schema": _schema_of(model)} for kind, model in each.bodies.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answers(each: Operation) -> dict[int, type[BaseModel] | None]:
    """What an operation declares and what every one of its shape can answer."""
    errors = [*_ALWAYS]
    if any(parameter.place == "query" for parameter in each.parameters):
        errors.append(400)
    if each.method == "POST":
        errors += [400, 413, 415, 503]
    if each.name in ("lookup", "search"):
        errors.append(429)
    if each.needs:
        errors += [401, 403, 404, 429, 503]
    found: dict[int, type[BaseModel] | None] = dict.fromkeys(errors, Problem)
    if each.method == "GET" and not each.needs:
        found[304] = None
    return found | dict(each.answers)


def _answer(status: int, model: type[BaseModel] | None) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if status == HTTPStatus.NOT_MODIFIED:
        described["description"] = "The client has it already"
        return described
    kind = CONTENT_TYPE if model is Problem else JSON
    described["content"] = {kind: {"schema": _schema_of(model) if model else {"type": "object"}}}
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }


def _schema_of(model: type[BaseModel] | None) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model.__name__)} if model is not None else {"type": "string"}


def _schemas() -> dict[str, Any]:
    """Schemas of all models that an operation names, and of those within them."""
    _refs, schema = models_json_schema([(model, "validation") for model in _models()], ref_template=_REF)
    found: dict[str, Any] = schema["$defs"]
    return found


def _models() -> Iterable[type[BaseModel]]:
    every = [model for each in OPERATIONS for model in (*_answers(each).values(), *each.bodies.values())]
    return dict.fromkeys(model for model in every if model is not None)
