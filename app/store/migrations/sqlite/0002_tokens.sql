-- `digest` is SHA-256 of the secret, in hexadecimal.
CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('host', 'viewer', 'operator')),
  name TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);
