#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

namespace scaiflow::core {

/// A child process that is spoken to in lines. Its error output goes nowhere.
class ChildProcess {
 public:
  /// `environment`: `NAME=value`. The program is looked up in PATH.
  static Result<std::unique_ptr<ChildProcess>> start(const std::vector<std::string>& command,
                                                     const std::vector<std::string>& environment);
  /// Kills it when it still runs, and reaps it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// False when it has closed its input. Any thread.
  bool write_line(std::string_view line) const;
  /// Blocks for the next line; false at the end. One thread.
  bool read_line(std::string& line);
  /// Ends a blocking read. Any thread.
  void kill() const;

 private:
  ChildProcess(int pid, int socket) : pid_(pid), socket_(socket) {}
  static constexpr std::size_t line_bytes_max = 8u << 20;

  const int pid_;
  const int socket_;
  std::string buffer_;
};

}  // namespace scaiflow::core
