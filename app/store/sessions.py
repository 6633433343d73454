"""Sessions: a browser that gave a token once shows a secret of its own instead, for a time.

The store knows digests only, and a session is worth what its token is worth now: revoking the token ends it.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from app.store.tables import sessions
from app.store.times import to_micros
from app.store.tokens import digest_of

LASTS = timedelta(hours=12)
MAX_OF_TOKEN = 100
"""Sessions of one token at once; beyond that the oldest ends."""


def begin(connection: Connection, token_digest: str, now: datetime) -> str:
    """A new session for the token with this digest; gives the session's secret."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= to_micros(now)))
    own = select(sessions.c.digest).where(sessions.c.token_digest == token_digest)
    oldest = connection.scalars(own.order_by(sessions.c.expires_at.desc()).offset(MAX_OF_TOKEN - 1)).all()
    connection.execute(delete(sessions).where(sessions.c.digest.in_(oldest)))
    secret = secrets.token_urlsafe(32)
    values = {"digest": digest_of(secret), "token_digest": token_digest, "expires_at": to_micros(now + LASTS)}
    connection.execute(insert(sessions).values(**values))
    return secret


def token_digest_of(connection: Connection, secret: str, now: datetime) -> str | None:
    """The digest of the token with which this session began; None where there is no such session any more."""
    where = (sessions.c.digest == digest_of(secret), sessions.c.expires_at > to_micros(now))
    return connection.scalar(select(sessions.c.token_digest).where(*where))


def end(connection: Connection, secret: str) -> None:
    """End the session with this secret, if there is one."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest_of(secret)))
