"""Asks a server what was recorded, page by page."""

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.store.times import iso_of
from app.watch.post import ROUTE
from app.watch.token import TokenFileError, read_token

_TIMEOUT_S = 30.0
_PAGE = 1000
_MAX_PAGE_BYTES = 256 << 20
_ADVICE = {
    401: "put a viewer's token into a file and name it in FAULTBOOK_TOKEN_FILE",
    403: "this token does not read; use a viewer's token (faultbook token add viewer NAME)",
    404: "check the URL; there is no faultbook that keeps occurrences",
}


class ServerError(Exception):
    """The server gives no rows; str() says why and what to do."""


def pages(
    server: str, wanted: Mapping[str, Any], limit: int | None, token_file: Path | None
) -> Iterator[Mapping[str, Any]]:
    """The rows of all pages, in the order asked for, at most `limit`; raises ServerError."""
    base = _checked(server)
    token = _token(token_file)
    parameters = {name: _text(value) for name, value in wanted.items() if value is not None}
    left = limit
    while True:
        page = _page(base, parameters | {"limit": str(min(left or _PAGE, _PAGE))}, token)
        try:
            rows, cursor = page["occurrences"][:left], page["next"]
        except (KeyError, TypeError):
            raise ServerError(f"{server} does not answer as faultbook does; check the URL") from None
        yield from rows
        left = None if left is None else left - len(rows)
        if cursor is None or left == 0 or not rows:
            return
        parameters["cursor"] = str(cursor)


def _checked(server: str) -> str:
    try:
        parts = urlsplit(server)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
        _port = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise ServerError(f'"{server.rpartition("@")[2]}" is not a server; write http://HOST:PORT or https://HOST')
    return server.rstrip("/")


def _token(token_file: Path | None) -> str | None:
    try:
        return read_token(token_file) if token_file else None
    except TokenFileError as error:
        raise ServerError(str(error)) from None


def _text(value: Any) -> str:
    return iso_of(value) if isinstance(value, datetime) else str(value)


def _page(base: str, parameters: Mapping[str, str], token: str | None) -> Any:
    parts = urlsplit(base)
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request("GET", f"{parts.path}{ROUTE}?{urlencode(parameters)}", headers=headers)
        response = connection.getresponse()
        body = response.read(_MAX_PAGE_BYTES)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ServerError(f"{base} cannot be reached: {why}; check the URL and that the server runs") from None
    finally:
        connection.close()
    return _value(base, response.status, body)


def _value(base: str, status: int, body: bytes) -> Any:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if status != 200:
        said = value.get("detail") if isinstance(value, dict) else None
        advice = _ADVICE.get(status) or (said if isinstance(said, str) else "try again later")
        raise ServerError(f"{base} answers {status}: {advice[:300]}")
    return value


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=context)
    return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
