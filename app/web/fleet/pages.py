"""What all pages of the fleet share: who may see them, their addresses, refresh, the same as JSON."""

import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Response, request, url_for
from werkzeug.exceptions import Unauthorized

from app.api.access import check_may_view, session_token, store, store_answers
from app.web import language
from app.web.fleet import moments
from app.web.page import here, render
from app.web.session import sign_in_page
from kb.template import visible

REFRESH_S: Final = 60
_LEAST_REFRESH_S: Final = 10
_MOST_REFRESH_S: Final = 3_600
_STATE: Final = ("entry", "host", "state", "severity", "handled", "since", "span", "refresh", "name", "limit")
"""The parameters that a page keeps in the links to itself; which place of a list is shown is none of them."""
_MAX_VALUE: Final = 300
_PLAIN_HOST: Final = re.compile(r"(?!\.+\Z)[A-Za-z0-9._:@-]+")

View = Callable[..., Any]


def for_viewers(view: View) -> View:
    """A page for those who may see what was recorded; others get the form to sign in, and nothing is kept of it."""

    @wraps(view)
    def checked(**values: Any) -> Any:
        with store_answers():
            try:
                check_may_view()
            except Unauthorized:
                return sign_in_page(here(language.explicit()), 401)
            response = view(**values)
        response.headers["Cache-Control"] = "no-store"
        return response

    return checked


def show(template: str, status: int = 200, *, json: str | None = None, **context: object) -> Response:
    """A page of the fleet; `json` is the address of the same for programs."""
    refresh_s = _refresh_s()
    lang, now = language.current(), store().incidents.now()
    response = render(
        template,
        status,
        json=json,
        refresh_s=refresh_s,
        refresh_url=address(refresh=None if refresh_s else REFRESH_S),
        now=now,
        ago=partial(moments.ago, now=now, lang=lang),
        span=partial(moments.span, lang=lang),
        exact=moments.exact,
        short=moments.short,
        clock=moments.clock,
        seen=visible,
        address=address,
        host_url=host_url,
        signed_in=session_token(),
        **context,
    )
    if refresh_s and status == 200:
        response.headers["Refresh"] = str(refresh_s)
    return response


def _refresh_s() -> int:
    """How often the reader wants the page anew, 0 for never."""
    text = request.args.get("refresh", "")
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text)):
        return 0
    return max(_LEAST_REFRESH_S, min(int(text), _MOST_REFRESH_S))


def address(**changes: str | int | None) -> str:
    """This page's address with other parameters; one that is None is left out."""
    kept = {name: value[:_MAX_VALUE] for name, value in request.args.items() if name in _STATE}
    values = {**(request.view_args or {}), **kept, "lang": language.explicit(), **changes}
    endpoint = (request.endpoint or "web.home").removesuffix("_act")
    return url_for(endpoint, **{name: value for name, value in values.items() if value is not None})


def api_address(path: str, **values: str | int | None) -> str:
    """The address of the API for these parameters."""
    query = urlencode({name: value for name, value in values.items() if value is not None and value != ""})
    return f"{request.script_root}/api/v1{path}{'?' if query else ''}{query}"


def host_url(host: str) -> str:
    """The page of a host. Hosts may be called almost anything; what browsers would read as a path goes by the query."""
    named = language.explicit()
    more: dict[str, Any] = {"lang": named} if named else {}
    if _PLAIN_HOST.fullmatch(host):
        return url_for("web.host", host=host, **more)
    return f"{url_for('web.hosts')}?{urlencode({'name': host, **more}, quote_via=quote)}"
