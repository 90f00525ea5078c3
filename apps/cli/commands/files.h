#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "libs/diag/diag.h"

namespace scaiflow::cli {

/// A whole file, or standard input for `-`. nullopt, with a line on `err`, when it cannot be read.
std::optional<std::string> read_input(const std::string& path, std::istream& in, std::ostream& err);

/// Writes to a temporary name in the same folder and renames it, so that a reader sees the old file or the
/// new one (06 §10). False, with a line on `err`, when it cannot be written.
bool write_file(const std::string& path, std::string_view content, std::ostream& err);

/// Whether warnings count as errors.
enum class Strict : std::uint8_t { No, Yes };

/// One line each: `error[F104]: edge 'e1': … (edges[0])`.
void print_diagnostics(const diag::Diagnostics& diagnostics, Strict strict, std::ostream& err);
bool is_failure(const diag::Diagnostics& diagnostics, Strict strict);

}  // namespace scaiflow::cli
