#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/grid/scaibunker/child_process.h"
#include "generated/cpp/limits.h"

namespace scaiflow::grid {

enum class JailNetwork : std::uint8_t { None, Host };

/// The way out through a proxy: its socket, and the program that joins it with a port inside.
struct JailProxy {
  std::string socket_path;
  std::string bridge_path;  ///< a program of this host that runs as `<bridge> sandbox-bridge -- <command>`
};

/// One command inside bubblewrap (08 §8.14): what it sees and how much it may use.
struct Jail {
  std::string work_dir;  ///< on the host; seen as /work. The command runs as the owner of this folder
  std::vector<std::string> command;
  std::string cwd = "/work";
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<std::string> path = {"/usr/local/bin", "/usr/bin", "/bin"};
  std::string stdin_text;
  std::size_t output_bytes_max = limits::bunker_output_bytes_max;
  std::int64_t timeout_ms = 30'000;
  std::int64_t cpu_millicores = 1'000;
  std::int64_t memory_mb = 512;
  std::int64_t disk_mb = 1'024;
  JailNetwork network = JailNetwork::None;
  std::optional<JailProxy> proxy;
  StopPtr stop;
};

/// Runs it. Beside what the kernel limits (memory of one process, processes, files, CPU), the memory of all
/// its processes and the size of the folder are looked at while it runs. Blocks. Error `WORKER_UNAVAILABLE`.
Result<ChildOutcome> run_jailed(const Jail& jail);

/// Why commands cannot be jailed on this host and what to do about it; empty when they can. Tried once.
const std::string& jail_problem();

/// The filter of system calls as the kernel takes it.
const std::string& seccomp_program();

}  // namespace scaiflow::grid
