-- One row: how far `incident_events` were gone through for telling.
CREATE TABLE telling (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL
);

-- What waits to be told, by channel. `batch` is the id of the message it goes out in, once that was begun.
CREATE TABLE notices (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,
  incident INTEGER NOT NULL,
  entry TEXT NOT NULL,
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  batch TEXT
);
CREATE INDEX notices_channel ON notices (channel, seq);

-- What a channel was told of as begun, and not yet as over. `ended` is 1 where the end is still to be told.
CREATE TABLE told (
  channel TEXT NOT NULL,
  incident INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  PRIMARY KEY (channel, incident)
) WITHOUT ROWID;

-- When the last message of a group went out on a channel.
CREATE TABLE told_groups (
  channel TEXT NOT NULL,
  name TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  PRIMARY KEY (channel, name)
) WITHOUT ROWID;

-- Incidents whose rate is above the bound, told or not.
CREATE TABLE rates_above (
  incident INTEGER NOT NULL PRIMARY KEY,
  since INTEGER NOT NULL
);
