-- min_reader: 0004
-- Schedules and webhook hooks of Cores (08 §8.17).

CREATE TABLE mod_scaicore_schedules (
  core_id TEXT NOT NULL,
  trigger_name TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  cron TEXT NOT NULL,
  timezone TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  next_due_at INTEGER,
  last_due_at INTEGER,
  last_execution_id TEXT,
  skipped INTEGER NOT NULL,
  PRIMARY KEY (core_id, trigger_name)
) STRICT;
CREATE INDEX mod_scaicore_schedules_due ON mod_scaicore_schedules (shard, next_due_at);

CREATE TABLE mod_scaicore_hooks (
  hook_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  core_id TEXT NOT NULL,
  trigger_name TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  verification TEXT,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX mod_scaicore_hooks_trigger ON mod_scaicore_hooks (core_id, trigger_name);
