#pragma once

#include <string>
#include <utility>
#include <vector>

namespace scaiflow::golden {

/// A golden file: `#` lines that say what it shows, then sections `--- name`. Input is `flow` (a document) or
/// `manifest`, with `options` as JSON; the rest is what the compiler makes of it:
///   diagnostics, fixes       one line each
///   yaml, ir, scai           of a flow; `ir` is the JSON form behind a line with size and address
///   imported, loaded         of a manifest: the flow document, the JSON form
/// Only the output sections that stand in the file are compared; `diagnostics` always is.
struct Case {
  std::string path;
  std::string comment;
  std::vector<std::pair<std::string, std::string>> sections;

  const std::string* find(const std::string& name) const;
  void set(const std::string& name, std::string text);
};

Case parse_case(std::string path, const std::string& text);
std::string write_case(const Case& input);

/// The same case with every output section as the compiler gives it now.
Case run_case(const Case& input);

/// True for a file name that begins with `fail_`: its input has an error.
bool should_fail(const std::string& path);
bool has_errors(const Case& run);

/// What holds for every flow without errors (06 §12): load(emit(f)) is the compiled module, import(emit(f))
/// the canonical document, decode(encode(m)) the module, and a second run gives the same bytes. Empty, or
/// what broke.
std::string broken_promise(const Case& input);

/// All golden files of the repository, sorted.
std::vector<std::string> find_cases();

std::string read_file(const std::string& path);

}  // namespace scaiflow::golden
