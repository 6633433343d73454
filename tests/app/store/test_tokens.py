"""Tokens: three kinds, stored hashed, two valid at once for a host; a file of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.location import url_of
from app.store.store import Store, open_store
from app.store.tokens import TokenError
from tests.databases import Database


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = open_store(database.url, environment={})
    yield opened
    opened.close()


def test_a_host_has_two_valid_tokens_at_once_and_no_third(store: Store) -> None:
    first, _ = store.add_token("host", "db-7")
    second, secret = store.add_token("host", "db-7")
    with pytest.raises(TokenError, match=f"two|2 valid tokens already \\(.*{second.id}.*\\); revoke one of them first"):
        store.add_token("host", "db-7")
    store.revoke_token(first.id)
    store.add_token("host", "db-7")
    found = store.find_token(secret)
    assert found is not None
    assert found.id == second.id


def test_each_kind_may_its_own(store: Store) -> None:
    may = {}
    for kind in ("host", "viewer", "operator"):
        token = store.find_token(store.add_token(kind, "db-7")[1])  # type: ignore[arg-type]
        assert token is not None
        may[kind] = (token.may_deliver_for("db-7"), token.may_deliver_for("db-8"), token.may_view, token.may_change)
    assert may == {
        "host": (True, False, False, False),
        "viewer": (False, False, True, False),
        "operator": (False, False, True, True),
    }


def test_a_revoked_token_is_none_any_more(store: Store) -> None:
    token, secret = store.add_token("viewer", "alice")
    store.revoke_token(token.id)
    assert store.find_token(secret) is None
    with pytest.raises(TokenError, match="was revoked before"):
        store.revoke_token(token.id)
    with pytest.raises(TokenError, match='there is no token "nope"'):
        store.revoke_token("nope")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_file_holds_no_secret(store: Store, tmp_path: Path) -> None:
    _, secret = store.add_token("operator", "root")
    store.close()
    assert all(secret.encode() not in each.read_bytes() for each in tmp_path.iterdir())
    assert all(secret.split("-", 2)[2].encode() not in each.read_bytes() for each in tmp_path.iterdir())


def test_secrets_are_long_and_differ(store: Store) -> None:
    secrets = {store.add_token("viewer", f"v{number}")[1] for number in range(20)}
    assert len(secrets) == 20
    assert min(map(len, secrets)) >= 43


@pytest.mark.parametrize("name", ["", "two words", "a\nb", "x" * 254, "a\x1b[31m"])
def test_a_name_is_one_word(store: Store, name: str) -> None:
    with pytest.raises(TokenError, match="cannot be a name"):
        store.add_token("host", name)


def test_revoking_the_last_token_opens_nothing(store: Store, database: Database) -> None:
    assert not store.has_tokens()
    token, _ = store.add_token("viewer", "alice")
    store.revoke_token(token.id)
    assert store.has_tokens()
    again = open_store(database.url, environment={})
    assert again.has_tokens()
    again.close()


# The token file


def with_file(tmp_path: Path, text: str) -> Store:
    (tmp_path / "tokens").write_text(text)
    return open_store(url_of(tmp_path / "b.db"), environment={"FAULTBOOK_TOKEN_FILE": str(tmp_path / "tokens")})


def test_a_line_with_a_host_delivers_for_it_only_and_reads_nothing(tmp_path: Path) -> None:
    store = with_file(tmp_path, "# ours\n\ndb-7  old\ndb-7 new\n")
    for secret in ("old", "new"):
        token = store.find_token(secret)
        assert token is not None
        assert (token.may_deliver_for("db-7"), token.may_deliver_for("db-8"), token.may_view) == (True, False, False)
    assert store.find_token("db-7") is None
    assert store.has_tokens()
    store.close()


def test_a_line_with_only_a_token_delivers_for_every_host_and_reads(tmp_path: Path) -> None:
    store = with_file(tmp_path, "alone\n")
    token = store.find_token("alone")
    assert token is not None
    assert (token.may_deliver_for("x"), token.may_view, token.may_change) == (True, True, False)
    store.close()


@pytest.mark.parametrize("text", ["", "# nothing\n", "a b c\n", "db-7 tok\x01en\n", "db-7 tökén\n"])
def test_a_file_without_usable_tokens_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(TokenError, match="HOST TOKEN") as refused:
        with_file(tmp_path, text)
    assert "tök" not in str(refused.value)


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TokenError, match="cannot be read"):
        open_store(url_of(tmp_path / "b.db"), environment={"FAULTBOOK_TOKEN_FILE": str(tmp_path / "none")})


def test_a_changed_file_is_read_again_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    store = with_file(tmp_path, "db-7 old\n")
    (tmp_path / "tokens").write_text("db-7 old\ndb-7 newer\n")
    assert store.find_token("newer") is not None
    (tmp_path / "tokens").write_text("this is no token file\n")
    assert store.find_token("newer") is not None
    assert store.trouble is not None
    assert "stay valid" in store.trouble
    (tmp_path / "tokens").write_text("db-7 newest\n")
    assert store.find_token("newer") is None
    assert store.trouble is None
    store.close()
