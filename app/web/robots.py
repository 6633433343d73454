"""What programs that crawl ask for. A sitemap needs absolute links: without a configured public URL there is none."""

from datetime import date
from xml.sax.saxutils import escape

from flask import Response, abort, url_for

from app.web.language import TAGS
from app.web.overview import config, overview
from app.web.site import blueprint
from kb.entry import LANGUAGES


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Search results and forms are not for crawlers."""
    closed = ("/search", "/lookup", "/settings", "/session", "/incidents", "/hosts", "/occurrences", "/api/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    public = config().public_url
    if public:
        lines.append(f"Sitemap: {public}{url_for('web.sitemap')}")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page that stands still, in both languages."""
    public = config().public_url
    if public is None:
        abort(404)
    whole = overview()
    lists = [url_for("web.home"), url_for("web.index")]
    lists += [url_for("web.component", name=name) for name in whole.components]
    lists += [url_for("web.source", name=name) for name in whole.sources]
    body = "".join(_row(public + path, None) for path in lists)
    for name in whole.articles:
        changed = whole.changes.get(name)
        body += _row(public + url_for("web.article", entry=name), changed.on if changed else None)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        f"{body}</urlset>\n"
    )
    return Response(text, content_type="application/xml; charset=utf-8")


def _row(address: str, day: date | None) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{TAGS[each]}" href="{escape(f"{address}?lang={each}")}"/>'
        for each in LANGUAGES
    )
    last = f"<lastmod>{day}</lastmod>" if day else ""
    return f"<url><loc>{escape(address)}</loc>{last}{links}</url>\n"
