"""The store: what was recorded, and who may say and see it. One SQLite file; the server's, or a watcher's own.

migrations/  the schema as numbered SQL          schema     brings a file up to date; standard library only
tables       the same tables for SQLAlchemy      engine     a URL -> an engine whose transactions are durable
occurrences  recording and listing               tokens     secrets, stored hashed
sessions     of browsers that gave a token once  location   where the file is when nobody says
store        all of it behind one object         errors     what can go wrong

A watcher without a server writes the same schema with `sqlite3` (app/watch/local.py) and imports only `schema` and
`times`.
"""
