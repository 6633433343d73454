-- Uniqueness is held here and not by `occurrences`, whose unique keys could only hold within one partition.
CREATE TABLE occurrence_ids (
  id TEXT NOT NULL PRIMARY KEY
);

-- `seq` is the order of recording and never used twice: it is given out under the lock on `recording`, so no reader sees
-- a later one before an earlier one. `recorded_at` never falls from one row to the next. One partition for each day.
CREATE TABLE occurrences (
  seq BIGINT NOT NULL,
  id TEXT NOT NULL,
  entry TEXT NOT NULL,
  host TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  count BIGINT NOT NULL,
  "row" TEXT NOT NULL,
  PRIMARY KEY (seq, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX occurrences_recorded_at ON occurrences (recorded_at, seq);
