#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/ports.h"
#include "libs/base/result.h"
#include "libs/identity/sealed.h"
#include "libs/store/database.h"

namespace scaiflow::grid {

/// Row of `mod_scaicore_cores` (08 §8.17). `environment` is in the clear here and sealed in the row.
struct CoreRow {
  std::string id;
  std::string tenant_id;
  std::string slug;
  std::string name;
  std::string description;
  std::string status = "created";
  Json status_reason;  ///< null or {`code`, `message`, `details`}
  std::string runtime_mode = "event_driven";
  std::string concurrency_mode = "stateless";
  std::optional<std::string> entity_key_field;
  std::optional<std::string> ir_hash;
  std::optional<std::string> source_id;
  Json plugins = Json::array();
  Json environment = Json::object();
  Json resource_limits = Json::object();
  std::string checkpoint_mode = "auto";
  std::string privilege_level = "standard";
  Json metadata = Json::object();
  std::string created_by;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::optional<std::int64_t> started_at_ms;
};

struct CoreQuery {
  std::string tenant_id;
  std::optional<std::string> status, search, source_id;
  enum class Drafts : std::uint8_t { Hide, Show } drafts = Drafts::Hide;
  std::int64_t limit = 50;
  std::string cursor;  ///< opaque: creation time and id of the last row seen
};

struct CorePage {
  std::vector<CoreRow> rows;
  std::string next_cursor;  ///< empty at the end
};

/// A Core's published model, as the catalogue sees it.
struct Publication {
  std::string slug;
  std::string core_id;
  std::string name;
  std::string description;
  std::int64_t created_at_ms = 0;
};

/// Cores as rows. Also the directory in which the runtime looks Cores up. Blocks; thread-safe.
class CoreStore final : public core::CoreDirectory {
 public:
  CoreStore(store::Database& database, identity::SealKeys keys)
      : database_(database), keys_(std::move(keys)) {}

  /// By id or slug, within the tenant. Error `CORE_NOT_FOUND`.
  Result<CoreRow> get(const std::string& tenant_id, const std::string& id_or_slug);
  Result<std::optional<CoreRow>> by_source(const std::string& tenant_id, const std::string& source_id);
  Result<CorePage> list(const CoreQuery& query);
  Result<std::vector<Publication>> publications(const std::string& tenant_id);
  Result<std::optional<Publication>> publication(const std::string& tenant_id, const std::string& slug);

  /// Inserts or updates the row and, when `bundle` is not empty, stores it as a version, all in one
  /// transaction. Error `SLUG_CONFLICT`.
  Result<void> insert(const CoreRow& row, const std::string& bundle);
  Result<void> update(const CoreRow& row, const std::string& bundle);
  /// Soft delete: the slug and the source id become free.
  Result<void> remove(const CoreRow& row);
  /// SCIR bytes of a version; nothing when that Core has none of that hash.
  Result<std::optional<std::string>> bundle(const std::string& core_id, const std::string& ir_hash);
  Result<std::vector<Json>> versions(const CoreRow& row);
  /// True when some Core of the tenant has stored that IR.
  Result<bool> has_ir(const std::string& tenant_id, const std::string& ir_hash);
  /// The newest IR of that version of a Core, or nothing.
  Result<std::optional<std::string>> ir_of(const std::string& core_id, const std::string& version);

  Result<core::CoreSpec> by_id(const std::string& core_id) override;
  Result<core::CoreSpec> by_slug(const std::string& tenant_slug, const std::string& slug) override;

 private:
  CoreRow read(const store::Row& row) const;
  Result<std::optional<CoreRow>> find(const std::string& where, const store::Params& params);
  enum class Write : std::uint8_t { Insert, Update };
  Result<void> write(store::Connection& db, const CoreRow& row, const std::string& bundle, Write how);
  store::Database& database_;
  identity::SealKeys keys_;
};

/// What the runtime must know of a Core.
core::CoreSpec core_spec(const CoreRow& row);

}  // namespace scaiflow::grid
