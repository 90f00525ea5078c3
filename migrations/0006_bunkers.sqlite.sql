-- min_reader: 0003
-- Bunkers and their snapshots (08 §8.17).

CREATE TABLE mod_scaibunker_bunkers (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  image TEXT NOT NULL,
  lifecycle TEXT NOT NULL,
  status TEXT NOT NULL,
  network_profile TEXT NOT NULL,
  network_allowlist TEXT NOT NULL,
  cpu_millicores INTEGER NOT NULL,
  memory_mb INTEGER NOT NULL,
  disk_mb INTEGER NOT NULL,
  max_lifetime_s INTEGER,
  idle_timeout_s INTEGER NOT NULL,
  session_type TEXT NOT NULL,
  session_ref TEXT,
  label_set TEXT NOT NULL,
  env_names TEXT NOT NULL,
  env_sealed BLOB NOT NULL,
  disk_used_mb INTEGER NOT NULL,
  node_id TEXT NOT NULL,
  dir TEXT NOT NULL,
  error TEXT,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER,
  deleted_at INTEGER
) STRICT;
CREATE INDEX mod_scaibunker_bunkers_tenant ON mod_scaibunker_bunkers (tenant_id, status);
CREATE INDEX mod_scaibunker_bunkers_session ON mod_scaibunker_bunkers (session_type, session_ref);
CREATE INDEX mod_scaibunker_bunkers_node ON mod_scaibunker_bunkers (node_id, status);

CREATE TABLE mod_scaibunker_snapshots (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  bunker_id TEXT NOT NULL,
  object_key TEXT NOT NULL,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mod_scaibunker_snapshots_tenant ON mod_scaibunker_snapshots (tenant_id);
