"""The route table: each operation is declared once, beside the function that does it.

    @operation("GET", "/entries/<entry>", "One entry", answers={200: EntryDocument}, parameters=(LANGUAGE,))
    def one_entry(entry: str) -> Response: ...

The declaration makes the route, checks what the client accepts and sends, and is what the OpenAPI document is made of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal

from flask import Blueprint, Response
from pydantic import BaseModel

from app.api.negotiation import check_accept, check_content_type

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
JSON = "application/json"
Needs = Literal["host", "viewer", "operator"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in the query or in the path; `schema` is its JSON Schema."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    place: str = "query"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `bodies` are the content types that are read, None as the model means plain text.

    `needs`: whose token; the answers of such an operation are kept by nobody.
    """

    method: str
    path: str
    name: str
    summary: str
    description: str
    answers: Mapping[int, type[BaseModel] | None]
    parameters: Sequence[Parameter]
    bodies: Mapping[str, type[BaseModel] | None]
    needs: Needs | None


OPERATIONS: list[Operation] = []
"""Every operation, in the order of declaration."""

View = Callable[..., Response]


def operation(
    method: str,
    path: str,
    summary: str,
    *,
    answers: Mapping[int, type[BaseModel] | None],
    parameters: Sequence[Parameter] = (),
    bodies: Mapping[str, type[BaseModel] | None] | None = None,
    needs: Needs | None = None,
) -> Callable[[View], View]:
    """Declare the function as an operation; its docstring is the description."""

    def declare(view: View) -> View:
        description = " ".join((view.__doc__ or "").split())
        OPERATIONS.append(
            Operation(method, path, view.__name__, summary, description, answers, parameters, bodies or {}, needs)
        )

        @wraps(view)
        def checked(**values: Any) -> Response:
            check_accept()
            if bodies:
                check_content_type(tuple(bodies))
            response = view(**values)
            if needs is not None:
                response.headers["Cache-Control"] = "no-store"
            return response

        blueprint.add_url_rule(path, view_func=checked, methods=[method])
        return checked

    return declare
