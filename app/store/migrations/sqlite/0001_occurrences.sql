-- Uniqueness is held here and not by `occurrences`, which may once be split by time.
CREATE TABLE occurrence_ids (
  id TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- `seq` is the order of recording and never used twice. `recorded_at` never falls from one row to the next.
CREATE TABLE occurrences (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  entry TEXT NOT NULL,
  host TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  "row" TEXT NOT NULL
);
CREATE INDEX occurrences_recorded_at ON occurrences (recorded_at);
CREATE INDEX occurrences_entry ON occurrences (entry);
CREATE INDEX occurrences_host ON occurrences (host);
