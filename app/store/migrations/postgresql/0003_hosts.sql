-- What a host told of itself last: versions of kernel, drivers and programs, as JSON.
CREATE TABLE host_facts (
  host TEXT NOT NULL PRIMARY KEY,
  facts TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);

-- One row that is written to see whether the store can be written.
CREATE TABLE health (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  checked_at BIGINT NOT NULL
);
