"""A server that all tests of this folder may ask, the entries it serves, and an application with a store."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import ServeConfig
from app.shelf import Shelf
from app.store.store import Store, open_store
from tests.app.serving import cache, server, shelf
from tests.databases import Database

__all__ = ["cache", "server", "shelf"]


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = open_store(database.url, environment={})
    yield opened
    opened.close()


@pytest.fixture
def application(shelf: Shelf, store: Store) -> Flask:
    return create_app(ServeConfig(), shelf, store)


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    return application.test_client()
