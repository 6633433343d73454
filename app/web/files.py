"""The style sheet, the script and the icon; their address holds a digest of their content: they are kept for good."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, abort, request

from app.web.site import blueprint

_HERE = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def _file(name: str) -> tuple[bytes, str]:
    """(content, digest) of a file, read once."""
    data = (_HERE / name).read_bytes()
    return data, hashlib.blake2b(data, digest_size=6).hexdigest()


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in _HERE.iterdir() if path.suffix in _TYPES)


def address_of(name: str) -> str:
    """Where a file is served, with the digest of its content."""
    return f"/static/{name}?{_file(name)[1]}"


@blueprint.get("/static/<name>")
def static_file(name: str) -> Response:
    """One of the files; for ever where the address holds its digest."""
    if name not in _names():
        abort(404)
    data, digest = _file(name)
    response = Response(data, content_type=f"{_TYPES[Path(name).suffix]}; charset=utf-8")
    current = request.query_string.decode("latin-1") == digest
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    response.set_etag(digest)
    response.make_conditional(request.environ)
    return response
