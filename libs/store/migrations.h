#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "libs/store/database.h"

namespace scaiflow::store {

/// One numbered file of migrations/ (09 §9.4).
struct Migration {
  int step = 0;
  std::string_view name;  ///< file name without number and ending
  std::string_view sql;
};

/// The SQLite steps that this binary knows, ascending.
const std::vector<Migration>& sqlite_migrations();

/// `SCAIFLOW_SKIP_CREATE_ALL`: Apply pending steps, or only Compare and fail when there are any.
/// ApplyHeavy is for `scaiflow migrate`, which alone runs steps marked `-- heavy`.
enum class MigrateMode : std::uint8_t { Apply, ApplyHeavy, Compare };

struct MigrateOptions {
  MigrateMode mode = MigrateMode::Apply;
  std::string database_path;  ///< for the back-ups `<path>.before-NNNN.bak`; empty = none
  std::string binary_version;
  std::string applied_by;  ///< node id
};

/// Brings the schema up to date; the steps applied now. Errors, each of which ends the start with exit 78:
/// `migration_mismatch` (a checksum differs, a step is missing), `migration_pending`, `schema_too_new`,
/// `migration_failed`.
Result<std::vector<int>> migrate_sqlite(Database& database, const std::vector<Migration>& migrations,
                                        const MigrateOptions& options);

}  // namespace scaiflow::store
