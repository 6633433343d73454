"""What nobody foresaw: an id for the client, the traceback for the log."""

import io
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from app.config import ServeConfig
from app.server.logs import Formatter
from app.shelf import Shelf
from tests.app.serving import Client, in_thread, until


def fail() -> str:
    raise RuntimeError("the secret of the failure")


def add_failures(application: Flask) -> None:
    """Routes that fail."""
    application.add_url_rule("/fails", "fails", fail)
    application.add_url_rule("/api/v1/fails", "api-fails", fail)


@pytest.fixture
def failing(shelf: Shelf) -> Iterator[Client]:
    """A server with routes that fail."""
    with in_thread(ServeConfig(), shelf, add_failures) as (client, _server):
        yield client


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The server's log."""
    stream, logger = io.StringIO(), logging.getLogger("faultbook")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Formatter("text"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_failure_of_the_api_is_a_problem_whose_id_the_log_knows(failing: Client, log: io.StringIO) -> None:
    answer = failing.get("/api/v1/fails")
    assert answer.status == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["title"] == "Internal Server Error"
    line = until(lambda: next((one for one in log.getvalue().splitlines() if " failed " in one), None), "it is logged")
    assert answer.json["instance"] in line
    assert "the secret of the failure" in line


@pytest.mark.parametrize("path", ["/fails", "/api/v1/fails"])
def test_a_client_learns_nothing_of_a_failure_but_its_id(failing: Client, path: str) -> None:
    text = failing.get(path).text
    assert "urn:uuid:" in text
    assert not any(word in text for word in ("Traceback", "RuntimeError", "secret", ".py"))


def test_the_server_goes_on_after_a_failure(failing: Client) -> None:
    failing.get("/fails")
    assert failing.get("/healthz").status == 200
