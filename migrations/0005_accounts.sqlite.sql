-- min_reader: 0005
-- API keys, the model catalogue, budgets and delegations (08 §8.17).

CREATE TABLE grid_api_keys (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  prefix TEXT NOT NULL,
  permissions TEXT,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX grid_api_keys_hash ON grid_api_keys (key_hash);
CREATE INDEX grid_api_keys_owner ON grid_api_keys (tenant_id, owner_id);

CREATE TABLE grid_models (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT,
  slug TEXT NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  modality TEXT NOT NULL,
  context_window INTEGER,
  max_output_tokens INTEGER,
  input_price_micros INTEGER NOT NULL,
  output_price_micros INTEGER NOT NULL,
  default_params TEXT NOT NULL,
  capabilities TEXT NOT NULL,
  provider TEXT NOT NULL,
  backend_model TEXT NOT NULL,
  core_id TEXT,
  avatar_key TEXT,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX grid_models_slug ON grid_models (slug);
CREATE INDEX grid_models_core ON grid_models (core_id);

CREATE TABLE grid_budgets (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  soft_micros INTEGER,
  hard_micros INTEGER,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE mod_scaicore_delegations (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  core_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mod_scaicore_delegations_core ON mod_scaicore_delegations (core_id, created_at);
