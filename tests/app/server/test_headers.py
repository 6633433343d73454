"""What every response carries."""

import pytest

from tests.app.serving import Child

PATHS = [
    "/",
    "/search?q=demo",
    "/entries/demo-fault",
    "/lookup",
    "/nothing",
    "/api/v1/entries",
    "/api/v1/nothing",
    "/healthz",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_response_is_bound_by_the_same_policy(server: Child, path: str) -> None:
    headers = server.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for rule in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "script-src 'self'"):
        assert rule in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", ["/", "/entries/demo-fault", "/api/v1/entries", "/api/v1/search?q=demo", "/api/v1/openapi.json"]
)
def test_what_the_client_has_already_is_not_sent_again(server: Child, path: str) -> None:
    first = server.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = server.get(path, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-security-policy"]
    assert server.get(path, If_None_Match='"another"').status == 200


@pytest.mark.parametrize("path", PATHS)
def test_head_gives_the_headers_of_get_without_a_body(server: Child, path: str) -> None:
    get, head = server.get(path), server.ask("HEAD", path)
    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_the_answer_to_a_paste_and_an_error_are_never_kept(server: Child) -> None:
    assert server.post("/api/v1/lookup", "demo").headers["cache-control"] == "no-store"
    assert (
        server.post("/lookup", "paste=demo", "application/x-www-form-urlencoded").headers["cache-control"] == "no-store"
    )
    assert server.get("/nothing").headers["cache-control"] == "no-store"
    assert server.get("/healthz").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path"), [("PUT", "/"), ("DELETE", "/entries/demo-fault"), ("PATCH", "/lookup")])
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(server: Child, method: str, path: str) -> None:
    answer = server.ask(method, path)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]
    assert answer.headers["content-type"].startswith("text/html")
