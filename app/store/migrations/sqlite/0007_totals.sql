-- What a list of all entries needs: read in one step each, however many incidents there are.
CREATE TABLE entry_totals (
  entry TEXT NOT NULL PRIMARY KEY,
  incidents INTEGER NOT NULL,
  hosts INTEGER NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO entry_totals (entry, incidents, hosts, count, first_at, last_at)
SELECT entry, count(*), count(DISTINCT host), sum(count), min(first_at), max(last_at) FROM incidents GROUP BY entry;

-- Which entries have incidents on which hosts: whether a host is to be counted in `entry_totals`.
CREATE TABLE entry_hosts (
  entry TEXT NOT NULL,
  host TEXT NOT NULL,
  PRIMARY KEY (entry, host)
) WITHOUT ROWID;
INSERT INTO entry_hosts (entry, host) SELECT DISTINCT entry, host FROM incidents;

-- What is on is counted when it is asked for, since time alone can end it.
DROP INDEX incidents_counted;
CREATE INDEX incidents_on_entry ON incidents
  (entry, host, resolves_at, returns, first_at, known_by, snoozed_until) WHERE is_on = 1;
