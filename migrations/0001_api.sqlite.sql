-- min_reader: 0001
-- Who there is, what they own, what was deployed, what happened (chapter 09, section 9.2).

CREATE TABLE tenants (
  id TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  source TEXT NOT NULL,
  cluster TEXT,
  source_ts INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_synced_at INTEGER,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX tenants_slug ON tenants (slug);

CREATE TABLE users (
  id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  email TEXT,
  email_fold TEXT,
  display_name TEXT,
  status TEXT NOT NULL,
  admin_role TEXT,
  admin_role_source TEXT,
  source TEXT NOT NULL,
  source_ts INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_synced_at INTEGER,
  last_seen_at INTEGER,
  deleted_at INTEGER,
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX users_tenant ON users (tenant_id, deleted_at);
CREATE INDEX users_email ON users (email_fold);
CREATE INDEX users_admin_role ON users (admin_role);

CREATE TABLE flows (
  id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_fold TEXT NOT NULL,
  description TEXT,
  owner_id TEXT NOT NULL,
  version TEXT NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL,
  deleted_at INTEGER,
  deleted_by TEXT,
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX flows_updated ON flows (tenant_id, deleted_at, updated_at, id);
CREATE INDEX flows_created ON flows (tenant_id, deleted_at, created_at, id);
CREATE INDEX flows_name ON flows (tenant_id, deleted_at, name_fold, id);
CREATE INDEX flows_owner ON flows (tenant_id, owner_id);

CREATE TABLE flow_versions (
  flow_id TEXT NOT NULL,
  version TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  storage_key TEXT NOT NULL,
  content_sha256 TEXT NOT NULL,
  content_bytes INTEGER NOT NULL,
  origin TEXT NOT NULL,
  restored_from TEXT,
  note TEXT,
  contributors TEXT,
  doc_generation INTEGER,
  doc_seq INTEGER,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (flow_id, version)
) STRICT;
CREATE UNIQUE INDEX flow_versions_seq ON flow_versions (flow_id, seq);
CREATE INDEX flow_versions_tenant ON flow_versions (tenant_id);

CREATE TABLE flow_acls (
  id TEXT NOT NULL,
  flow_id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  principal_type TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  level TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX flow_acls_grant ON flow_acls (flow_id, principal_type, principal_id);
CREATE INDEX flow_acls_principal ON flow_acls (tenant_id, principal_type, principal_id, flow_id);

CREATE TABLE deployments (
  id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  flow_id TEXT,
  version TEXT,
  status TEXT NOT NULL,
  step TEXT NOT NULL,
  target TEXT NOT NULL,
  credential TEXT NOT NULL,
  publish INTEGER NOT NULL,
  group_ids TEXT NOT NULL,
  core_id TEXT,
  published_slug TEXT,
  manifest_key TEXT,
  manifest_sha256 TEXT,
  ir_hash TEXT,
  error_code TEXT,
  error_detail TEXT,
  warnings TEXT NOT NULL,
  deployed_by TEXT NOT NULL,
  deployed_at INTEGER NOT NULL,
  finished_at INTEGER,
  node TEXT NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX deployments_flow ON deployments (flow_id, deployed_at);
CREATE INDEX deployments_core ON deployments (tenant_id, core_id);
CREATE INDEX deployments_status ON deployments (status, deployed_at);

CREATE TABLE leases (
  name TEXT NOT NULL,
  holder TEXT NOT NULL,
  generation INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE idempotency_keys (
  scope TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  status INTEGER,
  headers TEXT,
  body BLOB,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope)
) STRICT;
CREATE INDEX idempotency_keys_expires ON idempotency_keys (expires_at);

CREATE TABLE audit_log (
  id TEXT NOT NULL,
  node TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  tenant_id TEXT,
  actor_kind TEXT NOT NULL,
  actor_id TEXT,
  action TEXT NOT NULL,
  target_type TEXT,
  target_id TEXT,
  outcome TEXT NOT NULL,
  ip TEXT,
  request_id TEXT,
  detail TEXT,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX audit_log_seq ON audit_log (node, seq);
CREATE INDEX audit_log_tenant ON audit_log (tenant_id, at);
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_actor ON audit_log (actor_id, at);
CREATE INDEX audit_log_target ON audit_log (target_type, target_id);
