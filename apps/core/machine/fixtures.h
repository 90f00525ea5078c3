#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/core/machine/program.h"

/// Fixtures of a flow (01 §5, 06 §8): its module run in memory with mocked effects.
namespace scaiflow::machine {

struct FixtureOptions {
  /// Tests to run; empty = all.
  std::vector<std::string> names;
  /// Entry node id -> trigger name, for `entry`; without an entry the default binding of the node id is
  /// taken.
  std::map<std::string, std::string> entries;
  /// Processor seconds used so far by this thread; unset = no time limit (the machine itself reads no clock).
  std::function<double()> cpu_seconds;
};

/// `{passed, failed, results: [{name, status, message, duration_ms, output, visited}]}`. `duration_ms` is
/// virtual time.
Json run_fixtures(const ProgramPtr& program, const Json& tests, const FixtureOptions& options);

}  // namespace scaiflow::machine
