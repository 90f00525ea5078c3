-- min_reader: 0003
-- Consuming from queues (08 §8.17).

ALTER TABLE mod_scaiqueue_messages ADD COLUMN causation_id TEXT;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN parent_id TEXT;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN priority_score INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN content_type TEXT NOT NULL DEFAULT 'application/json';
ALTER TABLE mod_scaiqueue_messages ADD COLUMN ttl_seconds INTEGER;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN deadline INTEGER;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN delay_until INTEGER;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN visible_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN expires_at INTEGER;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN score TEXT NOT NULL DEFAULT '';
ALTER TABLE mod_scaiqueue_messages ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN claim_token TEXT;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN claimed_by_type TEXT;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN claimed_by_id TEXT;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN claimed_at INTEGER;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN claim_expires_at INTEGER;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN failure_reason TEXT;
ALTER TABLE mod_scaiqueue_messages ADD COLUMN route TEXT NOT NULL DEFAULT '[]';
UPDATE mod_scaiqueue_messages SET visible_at = created_at, score = printf('%020d', created_at);
CREATE INDEX mod_scaiqueue_messages_next ON mod_scaiqueue_messages (queue_id, state, score, id);
CREATE INDEX mod_scaiqueue_messages_claims ON mod_scaiqueue_messages (state, claim_expires_at);
CREATE INDEX mod_scaiqueue_messages_expiry ON mod_scaiqueue_messages (state, expires_at);
CREATE INDEX mod_scaiqueue_messages_ended ON mod_scaiqueue_messages (state, completed_at);

CREATE TABLE mod_scaiqueue_deliveries (
  message_id TEXT NOT NULL,
  consumer_id TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  claim_token TEXT,
  claim_expires_at INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, consumer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mod_scaiqueue_patterns (
  scope_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  spec TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope_id, name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE mod_scaiqueue_schemas (
  scope_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  spec TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope_id, name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE mod_scaiqueue_rules (
  scope_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  rule TEXT NOT NULL,
  PRIMARY KEY (scope_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE mod_scaiqueue_audit (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  scope_id TEXT NOT NULL,
  queue_id TEXT,
  message_id TEXT,
  correlation_id TEXT,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  details TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX mod_scaiqueue_audit_scope ON mod_scaiqueue_audit (scope_id, id);
CREATE INDEX mod_scaiqueue_audit_correlation ON mod_scaiqueue_audit (scope_id, correlation_id, id);

CREATE INDEX mod_scaicore_checkpoints_reminders ON mod_scaicore_checkpoints (status, reminder_interval_m);
