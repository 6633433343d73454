"""From a URL to an engine whose schema is the newest: what can be wrong is told here, before anything is recorded."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.store import schema
from app.store.engine import sqlite_engine
from app.store.errors import StoreError, store_errors
from app.store.location import is_postgresql, path_of


def open_engine(url: str, *, readonly: bool = False) -> tuple[Engine, str]:
    """The engine, and what the store is called in messages. A new or empty store gets the schema; raises StoreError."""
    if is_postgresql(url):
        return _open_postgresql(url, readonly=readonly)
    path = _path(url)
    if readonly:
        _check_is_there(path)
    engine = _sqlite(path, readonly=readonly)
    try:
        with store_errors(str(path)):
            _check_schema(engine, path, readonly=readonly)
    except StoreError:
        engine.dispose()
        raise
    return engine, str(path)


def upgrade_engine(url: str) -> list[schema.Migration]:
    """Bring the store to the newest schema; gives the steps that were made. Raises StoreError."""
    if is_postgresql(url):
        return _upgrade_postgresql(url)
    path = _path(url)
    engine = _sqlite(path)
    try:
        with store_errors(str(path)), engine.connect() as connection:
            return schema.upgrade(_driver(connection))
    except schema.SchemaError as error:
        raise StoreError(f"{path}: {error}") from None
    finally:
        engine.dispose()


def _open_postgresql(url: str, *, readonly: bool) -> tuple[Engine, str]:
    from app.store import schema_postgresql  # noqa: PLC0415 - one of the two is needed
    from app.store.postgresql import postgresql_engine, shown_url  # noqa: PLC0415

    engine, name = postgresql_engine(url, readonly=readonly), shown_url(url)
    try:
        with store_errors(name):
            schema_postgresql.check(engine, readonly=readonly)
    except schema.SchemaError as error:
        engine.dispose()
        raise StoreError(f"{name}: {error}") from None
    except StoreError:
        engine.dispose()
        raise
    return engine, name


def _upgrade_postgresql(url: str) -> list[schema.Migration]:
    from app.store import schema_postgresql  # noqa: PLC0415
    from app.store.postgresql import postgresql_engine, shown_url  # noqa: PLC0415

    engine, name = postgresql_engine(url), shown_url(url)
    try:
        with store_errors(name):
            return schema_postgresql.upgrade(engine)
    except schema.SchemaError as error:
        raise StoreError(f"{name}: {error}") from None
    finally:
        engine.dispose()


def _path(url: str) -> Path:
    try:
        return path_of(url)
    except ValueError as error:
        raise StoreError(str(error)) from None


def _check_is_there(path: Path) -> None:
    try:
        is_there = path.is_file()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}; read it as the user that records there") from None
    if not is_there:
        raise StoreError(f"nothing was recorded in {path} yet; check the path, or start faultbook watch")


def _sqlite(path: Path, *, readonly: bool = False) -> Engine:
    try:
        if not readonly:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return sqlite_engine(path, readonly=readonly)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror or error}; choose another place") from None


def _driver(connection: Any) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _check_schema(engine: Engine, path: Path, *, readonly: bool) -> None:
    with engine.connect() as connection:
        driver = _driver(connection)
        try:
            if schema.is_empty(driver) and not readonly:
                schema.upgrade(driver)
            elif schema.missing(driver):
                raise schema.OutdatedSchema(
                    f"its schema is an older one; run faultbook db upgrade --db sqlite:///{path}"
                )
        except schema.SchemaError as error:
            raise StoreError(f"{path}: {error}") from None
