"""What every response carries: what a browser may do with it, how long it may be kept, and a tag to ask again with."""

from flask import Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def secure(response: Response) -> Response:
    """The response with the headers that hold for all of them."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    return response


def cacheable(response: Response) -> Response:
    """The response with Cache-Control and, where it may be kept, an entity tag; 304 where the client has it already.

    What is asked with GET may be kept and must be asked for again with its tag; an answer to anything else, and an
    error, is never kept: a paste is forgotten with its request.
    """
    is_page = request.method in ("GET", "HEAD") and response.status_code == 200
    response.headers.setdefault("Cache-Control", "no-cache" if is_page else "no-store")
    if is_page and "no-store" not in response.headers["Cache-Control"] and not response.is_streamed:
        response.add_etag()
        response.make_conditional(request.environ)
    return response
