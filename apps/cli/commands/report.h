#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "apps/cli/commands/options.h"
#include "libs/diag/diag.h"

namespace scaiflow::cli {

/// Colours of a terminal; empty texts where none are wanted.
struct Paint {
  std::string_view error, warning, added, removed, changed, dim, bold, off;

  static Paint of(const Options& options);
  bool is_on() const { return !off.empty(); }
};

/// Text without what a terminal would obey: control characters as `\x1b`.
std::string printable(std::string_view text);

/// Tells problems: one line each, `error[F104]: edge 'e1': … (edges[0])` (06 §10). With `--color always`
/// (main says so on a terminal) in colour and with the line of the document that each is about.
class Reporter {
 public:
  /// `source` is the JSON text that the paths of problems lead into; empty: nothing is quoted.
  explicit Reporter(const Options& options, std::string_view source = {});

  void print(const diag::Diagnostics& diagnostics, std::ostream& err) const;
  /// Errors, and with `--strict` warnings.
  bool is_failure(const diag::Diagnostics& diagnostics) const;
  /// `{ok, errors: [messages], diagnostics}`.
  Json json(const diag::Diagnostics& diagnostics) const;

 private:
  bool is_error(const diag::Diagnostic& diagnostic) const;
  void quote(const diag::Diagnostic& diagnostic, std::ostream& err) const;

  Paint paint_;
  bool is_strict_ = false;
  std::string file_;
  std::string_view source_;
};

}  // namespace scaiflow::cli
