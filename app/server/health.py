"""`GET /healthz`: whether the server can do its work."""

from flask import Flask, Response

from app.api.json_response import json_response
from app.shelf import shelf


def health() -> Response:
    """200 while requests can be answered. `degraded`: an older set is served than the one on disk, or a part of it."""
    on_shelf = shelf()
    current, trouble = on_shelf.current, on_shelf.trouble
    answer = {
        "status": "ok" if trouble is None else "degraded",
        "entries": len(current.articles),
        "loaded_at": current.loaded_at.isoformat(timespec="seconds"),
        "trouble": trouble,
    }
    response = json_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


def add_health(application: Flask) -> None:
    """Answer under /healthz."""
    application.add_url_rule("/healthz", view_func=health, endpoint="healthz")
