"""Who may: deliveries need a host's token, listing a viewer's or an operator's, or a session opened with one.

Where no token exists, only requests of this machine to itself are answered. Whoever is refused may not ask often.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from flask import current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, ServiceUnavailable, Unauthorized

from app.server.clients import is_from_here, is_loopback, peer_address
from app.server.guard import guard
from app.server.logs import log
from app.store.errors import StoreError
from app.store.store import Store
from app.store.tokens import Token

EXTENSION = "faultbook_store"
SESSION_COOKIE = "faultbook_session"
_BUSY_RETRY_S = 2


def store() -> Store:
    """The store of the running application; 404 where it has none."""
    found = current_app.extensions.get(EXTENSION)
    if not isinstance(found, Store):
        raise NotFound("this server keeps no occurrences; start it with --db")
    return found


@contextmanager
def store_answers() -> Iterator[None]:
    """Raise 503 where the store does not answer; the log says why."""
    try:
        yield
    except StoreError as error:
        log("store fails", level=40, trouble=str(error))
        raise ServiceUnavailable(
            "the store does not answer; send it again in a moment", retry_after=_BUSY_RETRY_S
        ) from None


def check_may_deliver(host: str) -> str:
    """403 unless the request may deliver for this host; 401 without a valid token. A session delivers nothing.

    Gives the id of the token, the peer's address where no token exists: whose amounts are counted.
    """
    token = _check(
        _sent_token,
        lambda token: token.may_deliver_for(host),
        "this token does not deliver for this host; faultbook token add makes one that does",
    )
    return token.id if token is not None else peer_address()


def check_may_view() -> None:
    """403 unless the request may read what was recorded; 401 without a valid token or session."""
    _check(
        lambda: _sent_token() if "Authorization" in request.headers else session_token(),
        lambda token: token.may_view,
        "this token does not read; send a viewer's token",
    )


def check_token() -> None:
    """401 or 403 unless the request may deliver for some host: asked before a body is read."""
    _check(_sent_token, lambda token: token.kind == "host", "this token does not deliver; send a host's token")


def may_send(own: Store, authorization: str, peer: str) -> bool:
    """Whether the head of a request is that of somebody who may deliver something; its body is read only then.

    The whole request is judged again by `check_may_deliver`. A store that does not answer refuses nobody here.
    """
    try:
        if not own.has_tokens():
            return is_loopback(peer)
        secret = _bearer(authorization)
        token = own.find_token(secret) if secret else None
    except StoreError:
        return True
    return token is not None and token.kind == "host"


def session_token() -> Token | None:
    """The token with which the session in the request's cookie was opened, as long as both are valid."""
    session = request.cookies.get(SESSION_COOKIE)
    return store().find_session(session) if session else None


def _check(find: Callable[[], Token | None], allows: Callable[[Token], bool], otherwise: str) -> Token | None:
    if not store().has_tokens():
        if not is_from_here():
            _refuse(Forbidden("no token exists, so only this machine is answered; make one with faultbook token add"))
        return None
    token = find()
    if token is None:
        challenge = WWWAuthenticate("bearer")
        _refuse(Unauthorized("send a valid token: Authorization: Bearer TOKEN", www_authenticate=challenge))
    if not allows(token):
        _refuse(Forbidden(otherwise))
    return token


def _refuse(error: HTTPException) -> NoReturn:
    guard().check_rate()
    raise error


def _sent_token() -> Token | None:
    secret = _bearer(request.headers.get("Authorization", ""))
    return store().find_token(secret) if secret else None


def _bearer(authorization: str) -> str:
    """The secret in the header, "" where there is none."""
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
