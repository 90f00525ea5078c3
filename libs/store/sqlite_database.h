#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "libs/store/database.h"

namespace scaiflow::net {
class Metrics;
}

namespace scaiflow::store {

enum class Synchronous : std::uint8_t { Full, Normal };
/// Servers take `<path>.lock`, so that a second one stays out; command line tools rely on SQLite's own locks.
enum class ServerLock : std::uint8_t { Take, Skip };

struct SqliteOptions {
  std::string path;
  Synchronous synchronous = Synchronous::Full;
  ServerLock lock = ServerLock::Take;
  std::size_t readers_max = 16;
  std::size_t queue_max = 65'536;   ///< units waiting for the committer
  std::size_t batch_max = 1'024;    ///< units in one commit
  net::Metrics* metrics = nullptr;  ///< where commits are counted; null = nowhere
};

/// Opens or creates the file: WAL, busy_timeout 5 s. Errors: `database_locked`, `database_unavailable`,
/// `storage_corrupt`.
Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options);

}  // namespace scaiflow::store
