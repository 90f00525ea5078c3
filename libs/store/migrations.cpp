#include "libs/store/migrations.h"

#include <cstdio>
#include <filesystem>
#include <map>

#include "libs/base/hash.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::store {
namespace {

/// Databases of this size and above are not copied before a step.
constexpr std::int64_t backup_bytes_max = std::int64_t{1} << 30;

constexpr std::string_view bookkeeping_tables = R"(
CREATE TABLE IF NOT EXISTS schema_lock (
  id INTEGER NOT NULL,
  owner TEXT,
  generation INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE TABLE IF NOT EXISTS schema_migrations (
  step INTEGER NOT NULL,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  state TEXT NOT NULL,
  min_reader INTEGER NOT NULL,
  binary_version TEXT NOT NULL,
  applied_by TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (step)
) STRICT;)";

struct Applied {
  std::string name;
  std::string checksum;
  int min_reader = 0;
};
using AppliedSteps = std::map<int, Applied>;

std::string number_of(int step) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d", step);
  return text;
}

std::string title_of(const Migration& migration) {
  return number_of(migration.step) + "_" + std::string(migration.name);
}

/// The value of a `-- key: value` line of the header; empty when absent.
std::string_view header_value(std::string_view sql, std::string_view key) {
  for (const std::string_view line : split(sql, '\n')) {
    if (!line.starts_with("--")) {
      break;
    }
    const std::string_view text = trim(line.substr(2));
    if (text.starts_with(key) && text.substr(key.size()).starts_with(':')) {
      return trim(text.substr(key.size() + 1));
    }
  }
  return {};
}

bool is_heavy(std::string_view sql) {
  for (const std::string_view line : split(sql, '\n')) {
    if (!line.starts_with("--")) {
      break;
    }
    if (trim(line.substr(2)) == "heavy") {
      return true;
    }
  }
  return false;
}

int min_reader_of(const Migration& migration) {
  int step = 0;
  for (const char digit : header_value(migration.sql, "min_reader")) {
    step = digit >= '0' && digit <= '9' ? step * 10 + (digit - '0') : step;
  }
  return step;
}

Result<AppliedSteps> read_applied(Connection& connection) {
  bool exists = false;
  auto looked = connection.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
                                 {"schema_migrations"}, [&](const Row&) { exists = true; });
  AppliedSteps applied;
  if (looked && exists) {
    const char* sql = "SELECT step, name, checksum, min_reader FROM schema_migrations ORDER BY step";
    looked = connection.query(sql, {}, [&](const Row& row) {
      const int min_reader = static_cast<int>(row.integer(3));
      applied[static_cast<int>(row.integer(0))] = {row.string(1), row.string(2), min_reader};
    });
  }
  if (!looked) {
    return tl::unexpected(looked.error());
  }
  return applied;
}

/// Whether what was applied is what this binary knows.
Result<void> check_applied(const AppliedSteps& applied, const std::vector<Migration>& known) {
  std::map<int, const Migration*> by_step;
  for (const Migration& migration : known) {
    by_step[migration.step] = &migration;
  }
  const int newest = known.empty() ? 0 : known.back().step;
  for (const auto& [step, row] : applied) {
    const auto found = by_step.find(step);
    if (found == by_step.end()) {
      if (row.min_reader > newest) {
        return fail("schema_too_new", "the database was changed by a newer release (step " + number_of(step) +
                                          "), which this one cannot read");
      }
    } else if (row.checksum != sha256_hex(found->second->sql)) {
      return fail("migration_mismatch", "migration checksum mismatch: " + title_of(*found->second));
    }
  }
  for (const Migration& migration : known) {
    if (!applied.contains(migration.step) && !applied.empty() && migration.step < applied.rbegin()->first) {
      return fail("migration_mismatch", "migration missing: " + title_of(migration) +
                                            " was never applied, but later steps were");
    }
  }
  return {};
}

class Migrator {
 public:
  Migrator(Connection& connection, const MigrateOptions& options)
      : connection_(connection), options_(options) {}

  Result<std::vector<int>> run(const std::vector<Migration>& known) {
    Result<AppliedSteps> applied = read_applied(connection_);
    if (!applied) {
      return tl::unexpected(applied.error());
    }
    if (Result<void> checked = check_applied(*applied, known); !checked) {
      return tl::unexpected(checked.error());
    }
    std::vector<const Migration*> pending;
    for (const Migration& migration : known) {
      if (!applied->contains(migration.step)) {
        pending.push_back(&migration);
      }
    }
    if (Result<void> allowed = check_allowed(pending); !allowed) {
      return tl::unexpected(allowed.error());
    }
    return apply_all(pending, applied->empty() ? Backup::Skip : Backup::Make);
  }

 private:
  enum class Backup : std::uint8_t { Make, Skip };

  Result<void> check_allowed(const std::vector<const Migration*>& pending) const {
    for (const Migration* migration : pending) {
      if (options_.mode == MigrateMode::Compare) {
        return fail("migration_pending", title_of(*migration) + " is pending: run scaiflow migrate");
      }
      if (options_.mode == MigrateMode::Apply && is_heavy(migration->sql)) {
        return fail("migration_pending",
                    title_of(*migration) + " takes long on a big database: run scaiflow migrate");
      }
    }
    return {};
  }

  Result<std::vector<int>> apply_all(const std::vector<const Migration*>& pending, Backup backup) {
    std::vector<int> steps;
    Result<void> done = pending.empty() ? Result<void>() : connection_.run_script(bookkeeping_tables);
    for (const Migration* migration : pending) {
      if (done && backup == Backup::Make) {
        done = copy_before(*migration);
      }
      if (done) {
        done = apply(*migration);
      }
      if (!done) {
        return fail("migration_failed", title_of(*migration) + ": " + done.error().message);
      }
      steps.push_back(migration->step);
    }
    return steps;
  }

  Result<void> copy_before(const Migration& migration) {
    std::int64_t bytes = 0;
    auto sized = connection_.query(
        "SELECT p.page_count * s.page_size FROM pragma_page_count AS p, pragma_page_size AS s", {},
        [&](const Row& row) { bytes = row.integer(0); });
    if (!sized || options_.database_path.empty() || bytes >= backup_bytes_max) {
      return sized;
    }
    const std::string target = options_.database_path + ".before-" + number_of(migration.step) + ".bak";
    const std::string unfinished = target + ".tmp";
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    if (auto copied = connection_.execute("VACUUM INTO ?", {unfinished}); !copied) {
      return tl::unexpected(copied.error());
    }
    std::error_code error;
    std::filesystem::rename(unfinished, target, error);
    if (error) {
      return fail(db_error::Unavailable, "cannot write " + target + ": " + error.message());
    }
    return {};
  }

  Result<void> apply(const Migration& migration) {
    const std::int64_t started_at = net::wall_ms();
    Result<void> done = connection_.run_script("BEGIN IMMEDIATE");
    if (!done) {
      return done;
    }
    done = connection_.run_script(migration.sql);
    if (done) {
      done = connection_
                 .execute("INSERT INTO schema_migrations (step, name, checksum, state, min_reader, "
                          "binary_version, applied_by, started_at, finished_at) "
                          "VALUES (?, ?, ?, 'done', ?, ?, ?, ?, ?)",
                          {migration.step, migration.name, sha256_hex(migration.sql),
                           min_reader_of(migration), options_.binary_version, options_.applied_by,
                           started_at, net::wall_ms()})
                 .map([](std::int64_t) {});
    }
    if (done) {
      done = connection_.run_script("COMMIT");
    }
    if (!done) {
      connection_.run_script("ROLLBACK");
    }
    return done;
  }

  Connection& connection_;
  const MigrateOptions& options_;
};

}  // namespace

Result<std::vector<int>> migrate_sqlite(Database& database, const std::vector<Migration>& migrations,
                                        const MigrateOptions& options) {
  Result<std::vector<int>> steps;
  const Result<void> ran = database.exclusive([&](Connection& connection) -> Result<void> {
    steps = Migrator(connection, options).run(migrations);
    return {};
  });
  return ran ? steps : Result<std::vector<int>>(tl::unexpected(ran.error()));
}

}  // namespace scaiflow::store
