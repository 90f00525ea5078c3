-- min_reader: 0003
-- Cores, queues and models of the embedded grid (08 §8.17).

CREATE TABLE mod_scaicore_cores (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL,
  status_reason TEXT,
  runtime_mode TEXT NOT NULL,
  concurrency_mode TEXT NOT NULL,
  entity_key_field TEXT,
  ir_hash TEXT,
  source_id TEXT,
  plugins TEXT NOT NULL,
  environment BLOB NOT NULL,
  resource_limits TEXT NOT NULL,
  checkpoint_mode TEXT NOT NULL,
  privilege_level TEXT NOT NULL,
  metadata TEXT NOT NULL,
  avatar_key TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  deleted_at INTEGER,
  live_key TEXT,
  live_source TEXT
) STRICT;
CREATE UNIQUE INDEX mod_scaicore_cores_live_key ON mod_scaicore_cores (live_key);
CREATE UNIQUE INDEX mod_scaicore_cores_live_source ON mod_scaicore_cores (live_source);
CREATE INDEX mod_scaicore_cores_tenant ON mod_scaicore_cores (tenant_id, created_at);
CREATE INDEX mod_scaicore_cores_status ON mod_scaicore_cores (status);

CREATE TABLE mod_scaiqueue_scopes (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  slug TEXT NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX mod_scaiqueue_scopes_slug ON mod_scaiqueue_scopes (tenant_id, slug);

CREATE TABLE mod_scaiqueue_queues (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  scope_id TEXT NOT NULL,
  slug TEXT NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  ordering TEXT NOT NULL,
  consumer_mode TEXT NOT NULL,
  max_retries INTEGER NOT NULL,
  visibility_timeout_s INTEGER NOT NULL,
  max_depth INTEGER,
  overflow_policy TEXT NOT NULL,
  purpose TEXT NOT NULL,
  is_system INTEGER NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX mod_scaiqueue_queues_slug ON mod_scaiqueue_queues (scope_id, slug);

CREATE TABLE mod_scaiqueue_messages (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  scope_id TEXT NOT NULL,
  queue_id TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source_id TEXT NOT NULL,
  correlation_id TEXT,
  message_type TEXT NOT NULL,
  priority_tier TEXT NOT NULL,
  labels TEXT NOT NULL,
  body TEXT NOT NULL,
  hitl_spec TEXT,
  state TEXT NOT NULL,
  result TEXT,
  idem_key TEXT,
  body_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX mod_scaiqueue_messages_idem ON mod_scaiqueue_messages (idem_key);
CREATE INDEX mod_scaiqueue_messages_queue ON mod_scaiqueue_messages (queue_id, state, created_at, id);
CREATE INDEX mod_scaiqueue_messages_correlation ON mod_scaiqueue_messages (scope_id, correlation_id);

CREATE TABLE grid_usage (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  principal_id TEXT NOT NULL,
  core_id TEXT,
  execution_id TEXT,
  block_id TEXT,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  operation TEXT NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  tokens_cached INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  status TEXT NOT NULL
) STRICT;
CREATE INDEX grid_usage_tenant ON grid_usage (tenant_id, at);
CREATE INDEX grid_usage_execution ON grid_usage (execution_id);
