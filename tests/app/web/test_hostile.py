"""Whatever comes from a link, a form or a log stays text."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.web.conftest import elements

HOSTILE = [
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "`id`; $(reboot)",
    "{{7*7}} {% raw %}",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "<https://evil.example/> https://evil.example",
    "\u202egnp.exe\u2066",
    "\ue100fake\ue000 \uf8ff",
    "&lt;b&gt; &#60;",
    "a\x00b\x1b[31m",
    "'; DROP TABLE x; --",
    "</textarea></code></pre><h1>x",
    "#fix" + "*_~|\\" * 20,
]
ALLOWED_HOSTS = ("https://example.net/", "https://git.example.net/", "https://faults.example.net/")


def assert_harmless(text: str) -> None:
    """No script but ours, no handler, style, frame or link elsewhere; outside of fields no control character."""
    found = elements(text)
    for tag, attributes in found.found:
        assert tag not in ("iframe", "object", "embed", "base", "img", "style", "math"), tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], attributes
        for name in ("href", "src", "action", "formaction"):
            address = attributes.get(name) or ""
            assert address.startswith(("/", "#", *ALLOWED_HOSTS)) or not address, address
            assert not address.startswith("//")
    assert [str(each.get("src")).partition("?")[0] for each in found.of("script")] == ["/static/site.js"]
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", found.text)
    assert "49" not in found.text.split()


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["what", "iface", "file", "n", "nproc", "version-kernel", "lang", "no-such"])
def test_a_value_of_a_link_stays_text(client: FlaskClient, name: str, value: str) -> None:
    assert_harmless(client.get("/entries/demo-fault", query_string={name: value}).text)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_in_prose_is_shown_as_it_is_written(client: FlaskClient, value: str) -> None:
    visible = value.replace("\x00", "\\x00").replace("\x1b", "\\x1b")
    visible = visible.replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")
    visible = re.sub("[\ue000-\uf8ff]", "\ufffd", visible).strip()
    shown = elements(client.get("/entries/demo-fault", query_string={"what": value}).text)
    assert visible in shown.text


@pytest.mark.parametrize("value", HOSTILE)
def test_a_query_stays_text(client: FlaskClient, value: str) -> None:
    assert_harmless(client.get("/search", query_string={"q": value, "component": value, "page": value}).text)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_path_that_is_not_there_stays_text(client: FlaskClient, value: str) -> None:
    answer = client.get("/" + quote(value.replace("/", "_"), safe=""))
    assert answer.status_code == 404
    assert_harmless(answer.text)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_paste_stays_text_whether_it_is_recognised_or_not(client: FlaskClient, value: str) -> None:
    for paste in (value, f"demo: eth0 failed 5 times in /var/lib/x: {value}\n{value}"):
        assert_harmless(client.post("/lookup", data={"paste": paste}).text)
        answer = client.post("/lookup/draft", data={"paste": paste, "id": value})
        assert answer.status_code == 422
        assert_harmless(answer.text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_page(client: FlaskClient, text: str) -> None:
    paste = f"demo: eth0 failed 5 times in /var/lib/x: {text}"
    text = text.encode("utf-8", "replace").decode()
    assert_harmless(client.post("/lookup", data={"paste": paste.encode("utf-8", "replace").decode()}).text)
    assert_harmless(client.get("/entries/demo-fault", query_string={"what": text, "iface": text, "file": text}).text)


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "/a\r\nX: y", ""]
)
def test_a_switch_leads_back_to_this_site_only(client: FlaskClient, to: str) -> None:
    answer = client.post("/settings", data={"to": to, "set-theme": "dark"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/", "/entries/demo-fault", "/search?q=demo", "/sitemap.xml", "/none"])
def test_the_host_header_is_in_no_page(client: FlaskClient, path: str) -> None:
    assert "evil.example" not in client.get(path, headers={"Host": "evil.example"}).text


def test_pages_hold_no_inline_code_and_no_inline_style(client: FlaskClient) -> None:
    for path in ("/", "/entries/demo-fault", "/search?q=demo", "/lookup", "/entries"):
        text = client.get(path).text
        assert " style=" not in text
        assert not re.search(r"<script(?![^>]*src=)", text)
