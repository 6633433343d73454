"""`GET /healthz`: whether the server can do its work."""

from flask import Flask, Response, current_app

from app.api.access import EXTENSION as STORE
from app.api.json_response import json_response
from app.server.logs import log
from app.shelf import shelf
from app.store.errors import StoreError
from app.store.store import Store


def health() -> Response:
    """200 while requests can be answered and the store can be read and written, else 503.

    `degraded`: what is used is older than what is on the disk (entries, or the file of tokens), or a part of it.
    """
    on_shelf = shelf()
    found = current_app.extensions.get(STORE)
    failure, stale = _state_of(found) if isinstance(found, Store) else (None, None)
    current, trouble = on_shelf.current, failure or on_shelf.trouble or stale
    answer = {
        "status": "failing" if failure else "degraded" if trouble else "ok",
        "entries": len(current.articles),
        "loaded_at": current.loaded_at.isoformat(timespec="seconds"),
        "trouble": trouble,
    }
    response = json_response(answer, 503 if failure else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _state_of(store: Store) -> tuple[str | None, str | None]:
    """(why the store cannot be used, what is wrong with the file of tokens)."""
    try:
        store.check()
    except StoreError as error:
        log("store fails", level=40, trouble=str(error))
        return "the store cannot be read and written; the log says why", None
    return None, store.trouble


def add_health(application: Flask) -> None:
    """Answer under /healthz."""
    application.add_url_rule("/healthz", view_func=health, endpoint="healthz")
