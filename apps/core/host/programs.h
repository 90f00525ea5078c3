#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "apps/core/machine/program.h"
#include "libs/base/result.h"
#include "libs/store/database.h"

namespace scaiflow::core {

/// Decodes, verifies and compiles a bundle. Error `INVALID_SOURCE_IR`, `details` = [{`field`, `message`}] (08
/// §8.3).
Result<machine::ProgramPtr> compile_bundle(std::string_view bundle);

/// Compiled programs by content address, shared by all executions. Thread safe.
class Programs {
 public:
  explicit Programs(store::Database& database) : database_(database) {}

  /// The program if it is at hand, else null: never blocks.
  machine::ProgramPtr cached(const std::string& ir_hash) const;
  /// Loads it from the versions of Cores when needed: blocks. Error `IrUnavailableError` when no Core has it.
  Result<machine::ProgramPtr> load(const std::string& ir_hash);

 private:
  static constexpr std::size_t kept_max = 512;

  store::Database& database_;
  mutable std::mutex mutex_;
  std::map<std::string, machine::ProgramPtr> programs_;
};

}  // namespace scaiflow::core
