#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace scaiflow::cli {

/// A whole file, or standard input for `-`. nullopt, with a line on `err`, when it cannot be read.
std::optional<std::string> read_input(const std::string& path, std::istream& in, std::ostream& err);

/// Writes to a temporary name in the same folder and renames it, so that a reader sees the old file or the
/// new one (06 §10). False, with a line on `err`, when it cannot be written.
bool write_file(const std::string& path, std::string_view content, std::ostream& err);

/// Writes to a file as `write_file` does, or to `out` for `-`. The exit code.
int deliver(const std::string& path, std::string_view content, std::ostream& out, std::ostream& err);

}  // namespace scaiflow::cli
