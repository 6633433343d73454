"""Who may: deliveries need a host's token, listing a viewer's or an operator's, changes an operator's.

A session opened with such a token stands for it in a browser, except for deliveries. What a browser changes needs the
page's own CSRF token too, since browsers send cookies, and reach this machine, for whatever site asks them to. Where no
token exists, only requests of this machine to itself are answered. Whoever is refused may not ask often.
"""

import hashlib
import hmac
import secrets
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
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
_OWN_SECRET = secrets.token_hex(32)
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


def may_view() -> bool:
    """Whether `check_may_view` lets the request pass; asking is no attempt. False where nothing is kept."""
    return _may(lambda token: token.may_view)


def may_change() -> bool:
    """Whether `check_may_change` lets a form of this request's page pass."""
    return _may(lambda token: token.may_change)


def _may(allows: Callable[[Token], bool]) -> bool:
    if not isinstance(current_app.extensions.get(EXTENSION), Store):
        return False
    if _is_open():
        return is_from_here()
    token = _sent_token() if "Authorization" in request.headers else session_token()
    return token is not None and allows(token)


def check_may_change() -> Token | None:
    """403 unless the request may change things; 401 without a valid token or session.

    A program sends an operator's token; a browser its session and, as a field or header, what `csrf_token` gave to the
    page. Gives the token, None where none exists.
    """
    by_header = "Authorization" in request.headers
    found = _check(
        _sent_token if by_header else session_token,
        lambda token: token.may_change,
        "this token changes nothing; send an operator's token",
    )
    if not by_header and not _is_own_form():
        _refuse(Forbidden("the form is not of this session any more; open the page again"))
    return found


def csrf_token() -> str:
    """What a form of this page sends as `csrf`, so that it is told from one of another site."""
    return hmac.new(_OWN_SECRET.encode(), b"", hashlib.sha256).hexdigest() if _is_open() else _csrf_of_session()


def _csrf_of_session() -> str:
    # Of the session's own secret, so that every process of a server makes and takes the same.
    session = request.cookies.get(SESSION_COOKIE, "")
    return hmac.new(session.encode(), b"faultbook csrf", hashlib.sha256).hexdigest()


def _is_open() -> bool:
    return not store().has_tokens()


def _is_own_form() -> bool:
    """Whether the request comes from a page of ours: it knows the token, or no form could have sent it.

    Without tokens a program of this machine needs none: JSON is not sent by a form, nor by a script of another site.
    """
    if _is_open() and request.is_json:
        return True
    sent = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    return hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), csrf_token().encode())


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
