#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/result.h"
#include "libs/identity/sealed.h"
#include "libs/store/database.h"

namespace scaiflow::grid {

/// A row of `mod_scaibunker_bunkers` (08 §8.14). Environment values are in the clear here and leave it only
/// sealed, or into a sandbox.
struct BunkerRow {
  std::string id, tenant_id, name, image;
  std::string lifecycle = "ephemeral";
  std::string status = "running";
  std::string network_profile = "isolated";
  std::vector<std::string> network_allowlist;
  std::int64_t cpu_millicores = 1'000;
  std::int64_t memory_mb = 512;
  std::int64_t disk_mb = 1'024;
  std::optional<std::int64_t> max_lifetime_s = 3'600;
  std::int64_t idle_timeout_s = 900;
  std::string session_type = "standalone";
  std::optional<std::string> session_ref;
  Json label_set = Json::object();
  std::vector<std::pair<std::string, std::string>> env;
  std::int64_t disk_used_mb = 0;
  std::string node_id, dir;
  std::optional<std::string> error;
  std::int64_t created_at_ms = 0, last_used_at_ms = 0;
  std::optional<std::int64_t> expires_at_ms;

  bool is_live() const { return status == "running" || status == "paused"; }
};

/// The record on the wire: names of the environment alone.
Json bunker_record(const BunkerRow& row);

struct BunkerQuota {
  std::int64_t bunkers_max = 50, memory_mb_max = 8'192, disk_mb_max = 20'480;
};

struct BunkerUsage {
  std::int64_t bunkers = 0, memory_mb = 0, disk_mb = 0;
};

/// Rows of bunkers and snapshots. Blocks; thread-safe.
class BunkerStore {
 public:
  BunkerStore(store::Database& database, identity::SealKeys keys)
      : database_(database), keys_(std::move(keys)) {}

  /// Within the quota of the tenant, counted in the same transaction. A row of that id is found again. Error
  /// `BUNKER_QUOTA_EXCEEDED`.
  Result<BunkerRow> insert(const BunkerRow& row, const BunkerQuota& quota);
  /// Error `BUNKER_NOT_FOUND`.
  Result<BunkerRow> get(const std::string& tenant_id, const std::string& id);
  /// By id, last first, those before the cursor; terminated ones only when asked for.
  Result<std::vector<BunkerRow>> list(const std::string& tenant_id, const std::string& status,
                                      const std::string& lifecycle, const std::string& cursor,
                                      std::int64_t limit);
  Result<BunkerUsage> usage(const std::string& tenant_id);
  /// Live bunkers of every tenant on a node.
  Result<std::vector<BunkerRow>> live_on(const std::string& node_id);
  Result<std::vector<BunkerRow>> live_of_session(const std::string& session_ref);

  /// True when the bunker was in `from` and is in `to` now.
  Result<bool> move(const std::string& id, const std::string& from, const std::string& to);
  Result<void> touch(const std::string& id, std::int64_t disk_used_mb);
  /// The row stays as `terminated` (or `failed`) and counts no longer.
  Result<void> end(const std::string& id, const std::string& status, const std::optional<std::string>& error);

  Result<void> forget_ended(std::int64_t before_ms);

  Result<void> insert_snapshot(const std::string& id, const BunkerRow& bunker, const std::string& object_key,
                               std::int64_t size);
  /// The object of a snapshot. Error `BUNKER_NOT_FOUND`.
  Result<std::string> snapshot_object(const std::string& tenant_id, const std::string& id);

 private:
  BunkerRow read(const store::Row& row) const;
  Result<std::vector<BunkerRow>> select(const std::string& where, const store::Params& params);

  store::Database& database_;
  identity::SealKeys keys_;
};

}  // namespace scaiflow::grid
