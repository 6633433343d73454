-- A browser's session: who gave this token once may see what the token allows, until then. Digests are SHA-256.
CREATE TABLE sessions (
  digest TEXT NOT NULL PRIMARY KEY,
  token_digest TEXT NOT NULL,
  expires_at INTEGER NOT NULL
);
