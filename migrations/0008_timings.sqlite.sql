-- min_reader: 0008
-- Where the wall time of blocks went (chapter 07, section 20.2), kept for the view of past runs.

CREATE TABLE mod_scaicore_timings (
  execution_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (execution_id, part)
) STRICT, WITHOUT ROWID;
