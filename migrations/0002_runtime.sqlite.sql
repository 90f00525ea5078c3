-- min_reader: 0002
-- The runtime: versions of Cores, executions and what they are made of (chapter 08, section 8.17).

CREATE TABLE mod_scaicore_core_versions (
  core_id TEXT NOT NULL,
  ir_hash TEXT NOT NULL,
  version TEXT NOT NULL,
  schema_version TEXT NOT NULL,
  bundle BLOB,
  bundle_key TEXT,
  size INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (core_id, ir_hash)
) STRICT;
CREATE INDEX mod_scaicore_core_versions_hash ON mod_scaicore_core_versions (ir_hash);

CREATE TABLE mod_scaicore_executions (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  core_id TEXT NOT NULL,
  ir_hash TEXT NOT NULL,
  flow_name TEXT NOT NULL,
  trigger_kind TEXT NOT NULL,
  trigger_name TEXT,
  instance_key TEXT,
  status TEXT NOT NULL,
  owner_node TEXT,
  owner_epoch INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  snapshot_seq INTEGER NOT NULL,
  journal_bytes INTEGER NOT NULL,
  idem_key TEXT,
  idem_hash TEXT,
  parent_id TEXT,
  parent_effect TEXT,
  root_id TEXT NOT NULL,
  forked_from TEXT,
  forked_seq INTEGER,
  invoked_by TEXT NOT NULL,
  identity TEXT NOT NULL,
  input BLOB,
  input_ref TEXT,
  output BLOB,
  output_ref TEXT,
  error TEXT,
  waiting_on TEXT,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  suspended_at INTEGER,
  finished_at INTEGER,
  purge_at INTEGER
) STRICT;
CREATE UNIQUE INDEX mod_scaicore_executions_idem ON mod_scaicore_executions (idem_key) WHERE idem_key IS NOT NULL;
CREATE UNIQUE INDEX mod_scaicore_executions_parent ON mod_scaicore_executions (parent_id, parent_effect)
  WHERE parent_id IS NOT NULL;
CREATE INDEX mod_scaicore_executions_owner ON mod_scaicore_executions (status, owner_node)
  WHERE status IN ('queued', 'running', 'suspended');
CREATE INDEX mod_scaicore_executions_core ON mod_scaicore_executions (core_id, created_at);
CREATE INDEX mod_scaicore_executions_tenant ON mod_scaicore_executions (tenant_id, created_at);
CREATE INDEX mod_scaicore_executions_instance ON mod_scaicore_executions (core_id, instance_key, status)
  WHERE instance_key IS NOT NULL;
CREATE INDEX mod_scaicore_executions_root ON mod_scaicore_executions (root_id) WHERE parent_id IS NOT NULL;
CREATE INDEX mod_scaicore_executions_purge ON mod_scaicore_executions (purge_at) WHERE purge_at IS NOT NULL;

CREATE TABLE mod_scaicore_journal (
  execution_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  type INTEGER NOT NULL,
  at INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  format INTEGER NOT NULL,
  body BLOB NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (execution_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE mod_scaicore_snapshots (
  execution_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  format INTEGER NOT NULL,
  body BLOB,
  body_ref TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (execution_id, seq)
) STRICT;

CREATE TABLE mod_scaicore_payloads (
  tenant_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  mime TEXT NOT NULL,
  body BLOB,
  refs INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, sha256)
) STRICT;
CREATE INDEX mod_scaicore_payloads_unused ON mod_scaicore_payloads (refs, touched_at);

CREATE TABLE mod_scaicore_mailbox (
  execution_id TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  type INTEGER NOT NULL,
  body BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (execution_id, dedupe_key)
) STRICT;
CREATE INDEX mod_scaicore_mailbox_age ON mod_scaicore_mailbox (created_at);

CREATE TABLE mod_scaicore_timers (
  execution_id TEXT NOT NULL,
  timer_id INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  PRIMARY KEY (execution_id, timer_id)
) STRICT;
CREATE INDEX mod_scaicore_timers_due ON mod_scaicore_timers (shard, due_at);

CREATE TABLE mod_scaicore_instances (
  core_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  owner_node TEXT,
  epoch INTEGER NOT NULL,
  active INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  deactivated_at INTEGER,
  PRIMARY KEY (core_id, instance_key)
) STRICT;
CREATE INDEX mod_scaicore_instances_idle ON mod_scaicore_instances (core_id, last_used_at);

CREATE TABLE mod_scaicore_memory (
  core_id TEXT NOT NULL,
  partition_key TEXT NOT NULL,
  field TEXT NOT NULL,
  mkey TEXT NOT NULL,
  value BLOB NOT NULL,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (core_id, partition_key, field, mkey)
) STRICT;

CREATE TABLE mod_scaicore_kv (
  core_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  expires_at INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (core_id, key)
) STRICT;
CREATE INDEX mod_scaicore_kv_expiry ON mod_scaicore_kv (expires_at);

CREATE TABLE mod_scaicore_checkpoints (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  core_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  fiber INTEGER NOT NULL,
  block_id TEXT NOT NULL,
  node_id TEXT,
  flow_name TEXT NOT NULL,
  block_index INTEGER NOT NULL,
  instance_key TEXT,
  checkpoint_type TEXT NOT NULL,
  prompt TEXT,
  options TEXT NOT NULL,
  assignee_raw TEXT,
  assignee_type TEXT NOT NULL,
  assignee_resolved TEXT,
  context TEXT NOT NULL,
  status TEXT NOT NULL,
  priority TEXT NOT NULL,
  priority_rank INTEGER NOT NULL,
  expires_at INTEGER,
  expiry_action TEXT NOT NULL,
  escalation_target TEXT,
  notification_sent INTEGER NOT NULL,
  reminder_count INTEGER NOT NULL,
  reminder_interval_m INTEGER,
  resolution TEXT,
  resolved_by TEXT,
  resolved_at INTEGER,
  comment TEXT,
  queue_message_id TEXT,
  hitl TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mod_scaicore_checkpoints_inbox ON mod_scaicore_checkpoints (tenant_id, status, priority_rank, created_at);
CREATE INDEX mod_scaicore_checkpoints_core ON mod_scaicore_checkpoints (core_id, status);
CREATE INDEX mod_scaicore_checkpoints_execution ON mod_scaicore_checkpoints (execution_id);
CREATE INDEX mod_scaicore_checkpoints_expiry ON mod_scaicore_checkpoints (status, expires_at);
CREATE INDEX mod_scaicore_checkpoints_assignee ON mod_scaicore_checkpoints (tenant_id, assignee_raw, status);

CREATE TABLE mod_scaicore_events (
  id INTEGER NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  core_id TEXT NOT NULL,
  execution_id TEXT,
  n INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX mod_scaicore_events_tenant ON mod_scaicore_events (tenant_id, id);
CREATE INDEX mod_scaicore_events_core ON mod_scaicore_events (core_id, id);
CREATE INDEX mod_scaicore_events_execution ON mod_scaicore_events (execution_id, id);

CREATE TABLE nodes (
  id TEXT NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  events_until INTEGER NOT NULL,
  address TEXT NOT NULL,
  version TEXT NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX nodes_number ON nodes (number);
