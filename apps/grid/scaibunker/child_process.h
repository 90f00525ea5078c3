#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/result.h"

namespace scaiflow::grid {

/// Ends a child from another thread. Thread-safe.
class StopSwitch {
 public:
  StopSwitch();
  ~StopSwitch();
  StopSwitch(const StopSwitch&) = delete;
  StopSwitch& operator=(const StopSwitch&) = delete;
  void stop();
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};
using StopPtr = std::shared_ptr<StopSwitch>;

/// Bytes that the child finds open under a file number of its own.
struct ChildFile {
  int number = 3;
  std::string bytes;
};

struct ChildSpec {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH; never a shell line
  std::vector<ChildFile> files;
  std::string stdin_text;
  std::int64_t timeout_ms = 30'000;
  std::size_t output_bytes_max = 1u << 20;  ///< per stream; what comes after is read and dropped
  StopPtr stop;
  /// Looked at every `watch_every_ms` with the child's process id: true ends the child.
  std::function<bool(int pid)> is_over_limit;
  std::int64_t watch_every_ms = 100;
};

enum class ChildEnd : std::uint8_t { Exited, TimedOut, OverLimit, Stopped };

struct ChildOutcome {
  ChildEnd end = ChildEnd::Exited;
  int exit_code = 0;  ///< 128 + signal when a signal ended it
  std::string out, err;
  bool truncated = false;
  std::int64_t duration_ms = 0;
};

/// Runs a program with an empty environment in a process group of its own and waits for its end. Whatever
/// ends it early kills the whole group. Blocks. Error `WORKER_UNAVAILABLE` when it cannot be started.
Result<ChildOutcome> run_child(const ChildSpec& spec);

/// Whether a process and everything below it hold more memory of their own than this.
bool tree_holds_more(int pid, std::int64_t bytes);

}  // namespace scaiflow::grid
