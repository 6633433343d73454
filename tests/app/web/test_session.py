"""Signing in: a token is posted once, a cookie stands for it, and it lets its bearer see and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.config import Limits, ServeConfig
from app.shelf import Shelf
from app.store.location import url_of
from app.store.sessions import LASTS, MAX_OF_TOKEN
from app.store.store import Store, open_store
from tests.deliveries import HandClock, sent_row

ROUTE = "/api/v1/occurrences"
CONFIG = ServeConfig()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(tmp_path: Path, clock: HandClock) -> Iterator[Store]:
    opened = open_store(url_of(tmp_path / "a.db"), environment={}, now=clock.now)
    yield opened
    opened.close()


@pytest.fixture
def viewer(store: Store) -> str:
    """A viewer's token."""
    return store.add_token("viewer", "alice")[1]


@pytest.fixture
def browser(demo_shelf: Shelf, store: Store) -> Iterator[FlaskClient]:
    with create_app(CONFIG, demo_shelf, store).test_client() as own:
        yield own


def sign_in(browser: FlaskClient, token: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.post("/session", data={"token": token}, headers=named)


def test_who_posts_a_viewers_token_may_see_from_then_on(browser: FlaskClient, viewer: str) -> None:
    assert browser.get(ROUTE).status_code == 401
    answer = sign_in(browser, f" {viewer}\n")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/session")
    assert browser.get(ROUTE).status_code == 200
    assert "alice" in browser.get("/session").text


def test_the_cookie_is_for_this_site_only_and_no_script_and_not_the_token(
    browser: FlaskClient, viewer: str, tmp_path: Path
) -> None:
    cookie = sign_in(browser, viewer).headers["Set-Cookie"]
    assert {part.strip().partition("=")[0] for part in cookie.split(";")[1:]} == {
        "Expires",
        "Max-Age",
        "HttpOnly",
        "Path",
        "SameSite",
    }
    assert "SameSite=Strict" in cookie
    assert viewer not in cookie
    secret = cookie.partition("=")[2].partition(";")[0]
    assert len(secret) > 40
    kept = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert secret.encode() not in kept
    assert viewer.encode() not in kept


def test_over_https_the_cookie_goes_over_https_only(
    browser: FlaskClient, viewer: str, demo_shelf: Shelf, store: Store
) -> None:
    answer = browser.post("/session", data={"token": viewer}, base_url="https://localhost")
    assert "; Secure;" in answer.headers["Set-Cookie"]
    public = replace(CONFIG, public_url="https://faults.example.net")
    with create_app(public, demo_shelf, store).test_client() as other:
        assert "; Secure;" in sign_in(other, viewer).headers["Set-Cookie"]


def test_a_token_that_may_not_see_opens_no_session(browser: FlaskClient, store: Store, viewer: str) -> None:
    _, host = store.add_token("host", "db-7")
    for token in (host, "fb-viewer-wrong", "", viewer[:-1], "\x00", "x" * 100_000):
        answer = sign_in(browser, token)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'role="alert"' in answer.text
        assert token[:20] not in answer.text or not token
    assert browser.get(ROUTE).status_code == 401


def test_an_operator_and_the_token_of_one_machine_may_sign_in(
    demo_shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokens").write_text("secret-of-all\n")
    monkeypatch.setenv("FAULTBOOK_TOKEN_FILE", str(tmp_path / "tokens"))
    store = open_store(url_of(tmp_path / "b.db"))
    _, operator = store.add_token("operator", "root")
    with create_app(CONFIG, demo_shelf, store).test_client() as browser:
        for token in ("secret-of-all", operator):
            assert sign_in(browser, token).status_code == 303
            assert browser.get(ROUTE).status_code == 200
    store.close()


def test_a_session_delivers_nothing(demo_shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokens").write_text("secret-of-all\n")
    monkeypatch.setenv("FAULTBOOK_TOKEN_FILE", str(tmp_path / "tokens"))
    store = open_store(url_of(tmp_path / "b.db"))
    with create_app(CONFIG, demo_shelf, store).test_client() as browser:
        sign_in(browser, "secret-of-all")
        body = {"host": "db-7", "occurrences": [sent_row(0)]}
        assert browser.post(ROUTE, json=body).status_code == 401
        assert browser.post(ROUTE, json=body, headers={"Authorization": "Bearer secret-of-all"}).status_code == 200
    store.close()


def test_revoking_the_token_ends_its_sessions(browser: FlaskClient, viewer: str, store: Store) -> None:
    sign_in(browser, viewer)
    store.revoke_token(store.list_tokens()[0].id)
    assert browser.get(ROUTE).status_code == 401
    assert "alice" not in browser.get("/session").text


def test_a_session_ends_by_itself(browser: FlaskClient, viewer: str, clock: HandClock) -> None:
    sign_in(browser, viewer)
    clock.at += LASTS - timedelta(seconds=1)
    assert browser.get(ROUTE).status_code == 200
    clock.at += timedelta(seconds=1)
    assert browser.get(ROUTE).status_code == 401


def test_signing_out_ends_the_session_also_for_who_copied_the_cookie(browser: FlaskClient, viewer: str) -> None:
    cookie = sign_in(browser, viewer).headers["Set-Cookie"].partition(";")[0]
    answer = browser.post("/session/end")
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    browser.delete_cookie("faultbook_session")
    assert browser.get(ROUTE, headers={"Cookie": cookie}).status_code == 401


def test_signing_in_again_ends_the_session_before(browser: FlaskClient, viewer: str) -> None:
    cookie = sign_in(browser, viewer).headers["Set-Cookie"].partition(";")[0]
    sign_in(browser, viewer)
    assert browser.get(ROUTE).status_code == 200
    browser.delete_cookie("faultbook_session")
    assert browser.get(ROUTE, headers={"Cookie": cookie}).status_code == 401


def test_a_token_in_the_header_counts_before_the_session(browser: FlaskClient, viewer: str) -> None:
    sign_in(browser, viewer)
    assert browser.get(ROUTE, headers={"Authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "\x7f", "A" * 4000, "'; DROP TABLE sessions; --"], ids=range(5))
def test_what_is_no_session_opens_nothing(browser: FlaskClient, viewer: str, cookie: str) -> None:
    assert viewer
    browser.set_cookie("faultbook_session", cookie)
    assert browser.get(ROUTE).status_code == 401
    assert browser.get("/session").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_can_neither_sign_in_nor_out(browser: FlaskClient, viewer: str, site: str) -> None:
    assert sign_in(browser, viewer, Sec_Fetch_Site=site).status_code == 403
    assert sign_in(browser, viewer, Sec_Fetch_Site="same-origin").status_code == 303
    assert browser.post("/session/end", headers={"Sec-Fetch-Site": site}).status_code == 403
    assert browser.get(ROUTE).status_code == 200


def test_who_tries_tokens_is_told_to_slow_down(demo_shelf: Shelf, store: Store, viewer: str) -> None:
    slow = replace(CONFIG, limits=Limits(per_second=0.001, burst=2))
    with create_app(slow, demo_shelf, store).test_client() as browser:
        far = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.9"}}
        tries = [browser.post("/session", data={"token": "x"}, **far).status_code for _ in range(3)]
        assert tries == [403, 403, 429]
        assert browser.post("/session", data={"token": viewer}, **far).status_code == 303


def test_only_so_many_sessions_of_a_token_are_kept_and_the_oldest_end(
    store: Store, viewer: str, clock: HandClock
) -> None:
    begun = []
    for _ in range(MAX_OF_TOKEN + 2):
        begun.append(store.begin_session(viewer))
        clock.pass_s(1)
    found = [store.find_session(each) is not None for each in begun]
    assert found == [False] * 2 + [True] * MAX_OF_TOKEN


def test_both_languages_have_the_page(browser: FlaskClient) -> None:
    assert "Sign in" in browser.get("/session?lang=en").text
    chinese = browser.get("/session?lang=zh").text
    assert "登录" in chinese
    assert re.search(r'<input id="token"[^>]*type="password"', chinese)


def test_a_server_without_a_store_still_has_the_page_for_nobody(demo_shelf: Shelf) -> None:
    with create_app(CONFIG, demo_shelf).test_client() as browser:
        assert sign_in(browser, "x").status_code == 404
