"""What a client sees when something goes wrong: a problem from the API, a page from the site, never a traceback."""

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as AnyResponse

from app.api.problems import new_reference, problem
from app.server.logs import log
from app.web.errors import error_page

_PROGRAMS = ("/api/", "/chat/")


def add_errors(application: Flask) -> None:
    """Answer errors of this application."""
    application.register_error_handler(HTTPException, _refused)
    application.register_error_handler(Exception, _failed)


def _refused(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error  # a redirection
    g.reference = g.get("reference") or new_reference()
    return _answer(error)


def _failed(error: Exception) -> Response:
    """What nobody foresaw: all of it goes to the log, the client gets the id under which it stands there."""
    g.reference = new_reference()
    log("failed", level=40, failure=error, method=request.method, path=request.path, ref=g.reference)
    return _answer(InternalServerError())


def _answer(error: HTTPException) -> Response:
    """The error as a response; headers such as Allow and Retry-After are kept."""
    headers = _headers_of(error)
    if not is_api():
        response = error_page(error, g.reference)
        response.headers.extend(headers)
        return response
    own = error.description if error.description != type(error).description else None
    return problem(error.code or 500, own, headers, g.reference)


def _headers_of(error: HTTPException) -> dict[str, str]:
    if isinstance(error.response, AnyResponse):
        return dict(error.response.headers)
    return {name: value for name, value in error.get_headers() if name != "Content-Type"}


def is_api() -> bool:
    """Whether the request is one of a program, to the API or for chat, also where there is no such route."""
    return request.path.startswith(_PROGRAMS)
