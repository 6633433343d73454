"""Which language and which theme a page has.

`?lang=` is the state of a link: it wins and stays in the links of its page, but is not remembered. What the switches
set is remembered in cookies; without one the browser's `Accept-Language` decides. A switch beside a form that was
posted posts it again with `set-lang` or `set-theme` in it, so that nothing a reader gave is lost; elsewhere it posts to
`/settings`.
"""

import re
from typing import Final

from flask import Response, g, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.languages import preferred_language
from app.web.site import blueprint
from kb.entry import LANGUAGES, Language

LANGUAGE_COOKIE: Final = "faultbook-lang"
THEME_COOKIE: Final = "faultbook-theme"
THEMES: Final = ("light", "dark")
TAGS: Final = {"en": "en", "zh": "zh-Hans"}
"""The language tag (BCP 47) of each language: browsers choose glyphs by it."""

_YEAR_S = 365 * 24 * 3600
_LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*\Z")


def current() -> Language:
    """The language of this request's answer."""
    known: Language | None = g.get("language")
    if known is None:
        known = g.language = _chosen(_set_now("lang")) or explicit() or _chosen(request.cookies.get(LANGUAGE_COOKIE))
    if known is None:
        known = g.language = preferred_language() or "en"
    return known


def explicit() -> Language | None:
    """The language that the address names, unless the reader switches to another with this request."""
    if "named_language" not in g:
        g.named_language = _chosen(request.args.get("lang")) if _set_now("lang") is None else None
    named: Language | None = g.named_language
    return named


def theme() -> str | None:
    """`light` or `dark` where the reader chose one, else the system decides."""
    chosen = _set_now("theme") or request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else None


def _set_now(what: str) -> str | None:
    """What a switch asks for with this request; a body that cannot be read asks for nothing."""
    if request.method != "POST":
        return None
    try:
        return request.form.get(f"set-{what}")
    except HTTPException:
        return None


def _chosen(text: str | None) -> Language | None:
    return next((each for each in LANGUAGES if each == text), None)


@blueprint.post("/settings")
def settings() -> AnyResponse:
    """Remember a language or a theme, and go back."""
    to = request.form.get("to", "/")
    return redirect(to if is_local(to) else "/", 303)


def is_local(address: str) -> bool:
    """Whether an address that came with a request leads to a page of this site."""
    return _LOCAL_PATH.match(address) is not None


@blueprint.after_request
def remember(response: Response) -> Response:
    """Set the cookies that a switch asked for."""
    if request.method == "POST":
        for what, cookie, allowed in (("lang", LANGUAGE_COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
            chosen = _set_now(what)
            if chosen is not None and chosen in allowed:
                response.set_cookie(cookie, chosen, max_age=_YEAR_S, samesite="Lax", httponly=True)
            elif chosen == "":
                response.delete_cookie(cookie, samesite="Lax", httponly=True)
    return response
