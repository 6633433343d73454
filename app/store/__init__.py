"""The store: what was recorded, and who may say and see it. A SQLite file, or a PostgreSQL database.

migrations/  the schemas as numbered SQL         schema     brings a file up to date; standard library only
tables       the same tables for SQLAlchemy      schema_postgresql  the same for a database
location     which of the two, and where         opening    a URL -> an engine whose schema is the newest
engine       transactions that are durable       backend    what `sqlite` and `postgresql` do differently
places       the order of recording              partitions days of rows on PostgreSQL
occurrences  recording and listing               retention  how long rows are kept
tokens       secrets, stored hashed              sessions   of browsers that gave a token once
store        all of it behind one object         errors     what can go wrong

Incidents are counted in the transaction that records the rows: app/incidents. A watcher without a server writes the
same schema with `sqlite3` (app/watch/local.py) and imports only `schema` and `times`.
"""
