"""Tokens: who may deliver, see and change. The store knows only their digests.

A secret has 256 random bits, so a plain SHA-256 of it cannot be tried out, and needs no salt and no slow function.
For each host two tokens are valid at once: add the new one, give it to the host, revoke the old one.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, cast

from sqlalchemy import Connection, func, insert, select, update

from app.store.tables import tokens
from app.store.times import to_micros

Kind = Literal["host", "viewer", "operator"]
KINDS: Final[tuple[Kind, ...]] = ("host", "viewer", "operator")
MAX_VALID = 2
_NAME = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,253}")
_SECRET = re.compile(r"[\x21-\x7e]{1,512}")
_MAX_FILE = 1 << 20


class TokenError(Exception):
    """A token cannot be made, found or read; str() says what to do."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a secret allows. `name` is the host of a host's token, else who has it; times are microseconds.

    `any_host`: the token of a one-machine set-up, which delivers for every host and may read.
    """

    id: str
    kind: Kind
    name: str
    created_at: int = 0
    revoked_at: int | None = None
    any_host: bool = False

    def may_deliver_for(self, host: str) -> bool:
        """Whether deliveries in the name of this host are taken."""
        return self.kind == "host" and (self.any_host or self.name == host)

    @property
    def may_view(self) -> bool:
        """Whether occurrences may be read. The token of a one-machine set-up may, a host's own may not."""
        return self.kind in ("viewer", "operator") or self.any_host

    @property
    def may_change(self) -> bool:
        """Whether changes are taken."""
        return self.kind == "operator"


def digest_of(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def add(connection: Connection, kind: Kind, name: str, now: datetime) -> tuple[Token, str]:
    """A new token and its secret, which nobody can read again later; raises TokenError."""
    if _NAME.fullmatch(name) is None:
        raise TokenError(f'"{name}" cannot be a name; write one word of at most 253 characters')
    valid = [each for each in listed(connection) if (each.kind, each.name, each.revoked_at) == (kind, name, None)]
    if kind == "host" and len(valid) >= MAX_VALID:
        ids = " and ".join(each.id for each in valid)
        raise TokenError(f"{name} has {MAX_VALID} valid tokens already ({ids}); revoke one of them first")
    secret = f"fb-{kind}-{secrets.token_urlsafe(32)}"
    token = Token(secrets.token_hex(4), kind, name, to_micros(now))
    values = {"id": token.id, "kind": kind, "name": name, "digest": digest_of(secret), "created_at": token.created_at}
    connection.execute(insert(tokens), values)
    return token, secret


def listed(connection: Connection) -> list[Token]:
    """Every token that was ever added, oldest first."""
    columns = (tokens.c.id, tokens.c.kind, tokens.c.name, tokens.c.created_at, tokens.c.revoked_at)
    found = connection.execute(select(*columns).order_by(tokens.c.created_at, tokens.c.id))
    return [Token(*row) for row in found]


def revoke(connection: Connection, token_id: str, now: datetime) -> Token:
    """Make a token invalid from now on; raises TokenError where there is none, or it is invalid already."""
    for token in listed(connection):
        if token.id == token_id:
            if token.revoked_at is not None:
                raise TokenError(f"token {token_id} was revoked before; nothing was changed")
            connection.execute(update(tokens).where(tokens.c.id == token_id).values(revoked_at=to_micros(now)))
            return token
    raise TokenError(f'there is no token "{token_id}"; faultbook token list shows their ids')


def find(connection: Connection, digest: str) -> Token | None:
    """The valid token with this digest. It is looked up by it, so how long that takes says nothing of the secret."""
    columns = (tokens.c.id, tokens.c.kind, tokens.c.name, tokens.c.created_at)
    where = (tokens.c.digest == digest, tokens.c.revoked_at.is_(None))
    row = connection.execute(select(*columns).where(*where)).first()
    return None if row is None else Token(row.id, cast(Kind, row.kind), row.name, row.created_at)


def exist(connection: Connection) -> bool:
    """Whether a token was ever added; revoking the last one opens nothing."""
    return bool(connection.scalar(select(func.count()).select_from(tokens)))


class TokenFile:
    """The tokens in `FAULTBOOK_TOKEN_FILE`: lines `HOST TOKEN`, or only `TOKEN`, which takes any host and may read.

    Empty lines and those that begin with # say nothing. A host may have several lines. The file is read again when it
    changes; one that cannot be used then leaves the tokens read before in place.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = self._seen()
        self._tokens = _read_file(path)
        self.trouble: str | None = None

    def find(self, digest: str) -> Token | None:
        """The token with this digest."""
        self._refresh()
        return self._tokens.get(digest)

    def _refresh(self) -> None:
        state = self._seen()
        if state == self._state:
            return
        self._state = state
        try:
            self._tokens, self.trouble = _read_file(self._path), None
        except TokenError as error:
            self.trouble = f"{error}; the tokens read before stay valid"

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns


def _read_file(path: Path) -> dict[str, Token]:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_FILE + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TokenError(f"{path} cannot be read ({error}); it holds lines HOST TOKEN, or only TOKEN") from None
    found: dict[str, Token] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        # What stands there is secret: the message names the line only.
        if len(words) > 2 or _SECRET.fullmatch(words[-1]) is None or _NAME.fullmatch(words[0]) is None:
            raise TokenError(f"{path}:{number}: is not HOST TOKEN, nor only TOKEN")
        host = words[0] if len(words) == 2 else ""
        found[digest_of(words[-1])] = Token(f"line {number}", "host", host, any_host=not host)
    if not found:
        raise TokenError(f"{path} holds no token; write lines HOST TOKEN, or only TOKEN")
    return found
