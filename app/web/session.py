"""Signing in: a token is posted once, and a cookie stands for it from then on.

The cookie holds a secret of its own, never the token. Only those whose token may see what was recorded get one, and it
lets them see: deliveries and programs send the token itself.
"""

from flask import Response, redirect, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from app.api.access import SESSION_COOKIE, session_token, store, store_answers
from app.server.guard import guard
from app.store.sessions import LASTS
from app.web.language import is_local
from app.web.overview import config
from app.web.page import render
from app.web.site import blueprint


@blueprint.get("/session")
def session() -> Response:
    """Who is signed in, or the form."""
    with store_answers():
        token = session_token()
    return _never_kept(render("session.html", token=token, is_refused=False, to=request.args.get("to", "")))


def sign_in_page(to: str, status: int) -> Response:
    """The form in the place of a page that needs a token; who signs in comes to that page."""
    return _never_kept(render("session.html", status, token=None, is_refused=False, to=to, is_asked=True))


@blueprint.post("/session")
def sign_in() -> AnyResponse:
    """Take a token that may see what was recorded; the session that the browser had ends."""
    _check_is_posted_here()
    secret = request.form.get("token", "").strip()
    with store_answers():
        token = store().find_token(secret) if secret else None
        if token is None or not token.may_view:
            guard().check_rate()
            to = request.form.get("to", "")
            return _never_kept(render("session.html", 403, token=None, is_refused=True, to=to))
        _end()
        begun = store().begin_session(secret)
    response = _to_page()
    response.set_cookie(SESSION_COOKIE, begun, max_age=LASTS, secure=_is_https(), httponly=True, samesite="Strict")
    return response


@blueprint.post("/session/end")
def sign_out() -> AnyResponse:
    """End the session here and in the store."""
    _check_is_posted_here()
    with store_answers():
        _end()
    response = _to_page()
    response.delete_cookie(SESSION_COOKIE, secure=_is_https(), httponly=True, samesite="Strict")
    return response


def _end() -> None:
    session = request.cookies.get(SESSION_COOKIE)
    if session:
        store().end_session(session)


def _check_is_posted_here() -> None:
    """Nobody is signed in or out by another site; browsers say where a form stood to https and to this machine only."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("another site posted this form; open the page here")


def _is_https() -> bool:
    """Whether the browser came by https, as far as this server is told of it."""
    return request.is_secure or (config().public_url or "").startswith("https:")


def _to_page() -> AnyResponse:
    to = request.form.get("to", "")
    return redirect(to if is_local(to) else url_for("web.session"), 303)


def _never_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
