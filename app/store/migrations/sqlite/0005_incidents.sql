-- Ids are kept longer than rows, so they know their own age; those that are here already count as recorded now.
ALTER TABLE occurrence_ids ADD COLUMN recorded_at INTEGER NOT NULL DEFAULT 0;
UPDATE occurrence_ids SET recorded_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
CREATE INDEX occurrence_ids_recorded_at ON occurrence_ids (recorded_at);

-- `recovery`: 1 for a match that says that a trouble is over; it is listed nowhere as a trouble.
-- `incident`: what the row belongs to, null until it was counted there.
ALTER TABLE occurrences ADD COLUMN recovery INTEGER NOT NULL DEFAULT 0;
ALTER TABLE occurrences ADD COLUMN incident INTEGER;
DROP INDEX occurrences_entry;
DROP INDEX occurrences_host;
CREATE INDEX occurrences_entry ON occurrences (entry) WHERE recovery = 0;
CREATE INDEX occurrences_host ON occurrences (host) WHERE recovery = 0;
CREATE INDEX occurrences_incident ON occurrences (incident) WHERE recovery = 0;

-- One row: the newest place of recording, and how far incidents have counted what was recorded.
CREATE TABLE recording (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  counted_seq INTEGER NOT NULL
);
INSERT INTO recording (id, seq, recorded_at, counted_seq) VALUES (1, 0, 0, 0);

-- `is_on` is 1 until the event `resolved` was written; `resolves_at` alone says whether it is over at a time.
CREATE TABLE incidents (
  id INTEGER NOT NULL PRIMARY KEY,
  entry TEXT NOT NULL,
  host TEXT NOT NULL,
  identity TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  onset_at INTEGER NOT NULL,
  resolves_at INTEGER NOT NULL,
  recovered_by TEXT,
  is_on INTEGER NOT NULL,
  returns INTEGER NOT NULL,
  returned_at INTEGER,
  changed TEXT,
  known_by TEXT,
  known_at INTEGER,
  snoozed_by TEXT,
  snoozed_until INTEGER
);
CREATE INDEX incidents_last_at ON incidents (last_at, id);
CREATE INDEX incidents_entry ON incidents (entry, last_at, id);
CREATE INDEX incidents_host ON incidents (host, last_at, id);
-- Holds all that the counts of the fleet need.
CREATE INDEX incidents_counted ON incidents
  (entry, host, is_on, resolves_at, returns, first_at, last_at, count, known_by, snoozed_until);
CREATE INDEX incidents_on ON incidents (last_at, id) WHERE is_on = 1;
CREATE INDEX incidents_returned ON incidents (last_at, id) WHERE is_on = 1 AND returns > 0;

-- The last row of each, apart from what is counted and sorted all the time.
CREATE TABLE incident_rows (
  incident INTEGER NOT NULL PRIMARY KEY,
  "row" TEXT NOT NULL
);

-- How many occurrences in each hour since 1970.
CREATE TABLE incident_hours (
  incident INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (incident, hour)
) WITHOUT ROWID;
CREATE INDEX incident_hours_hour ON incident_hours (hour);
CREATE TABLE entry_hours (
  entry TEXT NOT NULL,
  hour INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (entry, hour)
) WITHOUT ROWID;

-- What became of incidents, in the order in which the store learned of it.
CREATE TABLE incident_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  incident INTEGER NOT NULL,
  entry TEXT NOT NULL,
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  detail TEXT
);
CREATE INDEX incident_events_incident ON incident_events (incident);
CREATE INDEX incident_events_host ON incident_events (host);

-- What people did; nothing is ever taken away here.
CREATE TABLE incident_actions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  incident INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  comment TEXT,
  until INTEGER
);
CREATE INDEX incident_actions_incident ON incident_actions (incident);

-- Every host that delivered rows or facts, and when it did so last.
CREATE TABLE hosts (
  host TEXT NOT NULL PRIMARY KEY,
  recorded_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What hosts tell of themselves, one value a row, and how it changed.
CREATE TABLE facts (
  host TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (host, name)
) WITHOUT ROWID;
CREATE INDEX facts_name ON facts (name, value);
CREATE TABLE fact_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  host TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  before TEXT,
  after TEXT
);
CREATE INDEX fact_changes_host ON fact_changes (host, at);
