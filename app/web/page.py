"""What every page shares: its language, its theme, its addresses."""

from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, current_app, make_response, render_template, request, url_for

from app.api.access import EXTENSION as STORE
from app.shelf import shelf
from app.store.store import Store
from app.web import language
from app.web.files import address_of
from app.web.overview import config
from app.web.words import say
from kb.entry import LANGUAGES


def url(endpoint: str, **values: Any) -> str:
    """The address of a page of this site; the language stays in it where this page's address names one."""
    named = language.explicit()
    if named:
        values["lang"] = named
    if len(values) > 2 or "q" in values:  # what readers look for is not kept
        return url_for(f"web.{endpoint}", **values)
    return _kept_url(request.script_root, endpoint, tuple(values.items()))


@lru_cache(1024)
def _kept_url(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    """Every page has dozens of addresses, and they are the same on all of them."""
    return url_for(f"web.{endpoint}", **dict(values))


def entry_url(entry: str) -> str:
    """The address of an article; ids are plain in an address, and a page may name hundreds."""
    named = language.explicit()
    return f"{request.script_root}/entries/{entry}{f'?lang={named}' if named else ''}"


def render(template: str, status: int = 200, **context: object) -> Response:
    """A page from its template; templates get what `_shared` lists beside their own values."""
    response = make_response(render_template(template, **_shared(), **context), status)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _shared() -> dict[str, object]:
    lang = language.current()
    return {
        "t": partial(say, lang),
        "lang": lang,
        "other": "en" if lang == "zh" else "zh",
        "tags": language.TAGS,
        "theme": language.theme(),
        "url": url,
        "entry_url": entry_url,
        "file": address_of,
        "here": here(),
        "alternates": [(language.TAGS[each], _absolute(here(each))) for each in LANGUAGES],
        "trouble": shelf().trouble,
        "has_store": isinstance(current_app.extensions.get(STORE), Store),
        "named_language": language.explicit(),
        "severity_of": severity_of,
    }


def here(lang: str | None = None) -> str:
    """This page's address as a path, in the language given; without one the address names none."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    query = urlencode([*pairs, *([("lang", lang)] if lang else [])])
    path = quote(request.script_root + request.path)
    return f"{path}?{query}" if query else path


def _absolute(path: str) -> str:
    """The address from outside where it is configured: what a client says its host is called is never believed."""
    return f"{config().public_url or ''}{path}"


def severity_of(article: object) -> str:
    """What a badge says: the severity, for a how-to its kind."""
    severity: str | None = getattr(article, "severity", None)
    return severity or str(getattr(article, "kind", "problem"))
