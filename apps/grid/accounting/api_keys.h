#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/identity/principal.h"
#include "libs/store/database.h"

namespace scaiflow::grid {

/// Row of `grid_api_keys` without the key, of which only the hash is stored.
struct ApiKey {
  std::string id, tenant_id, owner_id, name, prefix;
  std::optional<std::vector<std::string>> permissions;  ///< narrows those of the owner
  std::optional<std::int64_t> expires_at_ms, last_used_at_ms;
  std::int64_t created_at_ms = 0;
};

/// API keys (08 §8.16). All live keys are at hand, so that recognising one reads no database. Thread safe.
class ApiKeys {
 public:
  explicit ApiKeys(store::Database& database) : database_(database) {}

  Result<void> load();
  /// The principal of a live key by the hex SHA-256 of its text. Never blocks.
  std::optional<identity::Principal> find(const std::string& key_sha256);

  /// Gives the text of the new key: nobody can read it again.
  Result<std::string> create(ApiKey& key);
  Result<std::vector<ApiKey>> list(const std::string& tenant_id, const std::optional<std::string>& owner_id);
  /// Effective at once. Error `API_KEY_NOT_FOUND`.
  Result<void> revoke(const std::string& tenant_id, const std::string& id,
                      const std::optional<std::string>& owner_id);

 private:
  store::Database& database_;
  std::mutex mutex_;
  std::map<std::string, ApiKey> live_;  ///< by hash
};

}  // namespace scaiflow::grid
