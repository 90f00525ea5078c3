#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/cli/commands/report.h"
#include "apps/compiler/compile.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::cli {
namespace {

/// `.flow.json`, or the last extension, replaced; standard input goes to standard output.
std::string default_output(const std::string& input, compiler::Format format) {
  if (input == "-") return "-";
  constexpr std::string_view flow_suffix = ".flow.json";
  std::string stem = input;
  if (stem.ends_with(flow_suffix)) {
    stem.resize(stem.size() - flow_suffix.size());
  } else if (const std::size_t dot = stem.rfind('.'); dot != std::string::npos && dot > stem.rfind('/') + 1) {
    stem.resize(dot);
  }
  return stem + (format == compiler::Format::Ir ? ".scir" : '.' + std::string(compiler::name_of(format)));
}

void print_written(const std::string& path, const compiler::CompileResult& result, std::ostream& out) {
  out << "wrote " << path << " (" << result.body->size() << " bytes)\n";
  if (result.format == compiler::Format::Ir) out << "sha256=" << ir::address(*result.body) << '\n';
}

}  // namespace

int run_compile(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "compile", err);
  if (!options) return exit_usage;
  const auto format = compiler::format_of(options->value("--format").value_or("yaml"));
  const std::string path = options->value("--out").value_or(default_output(options->file(), *format));
  const bool wants_json = options->has("--json");
  if (wants_json && path == "-") {
    err << "scaiflow compile: --json needs --out PATH, for standard output is taken\n";
    return exit_usage;
  }
  const auto bytes = read_input(options->file(), in, err);
  if (!bytes) return exit_usage;
  compiler::CompileOptions how;
  if (options->has("--no-verify")) how.verify = compiler::Verify::No;
  const compiler::CompileResult result = compiler::compile(*bytes, *format, how);
  const Reporter reporter(*options, *bytes);
  const bool failed = !result.body || reporter.is_failure(result.diagnostics);
  if (!wants_json) reporter.print(result.diagnostics, err);
  if (!failed && deliver(path, *result.body, out, err) != exit_ok) return exit_usage;
  if (wants_json) {
    Json report = reporter.json(result.diagnostics);
    if (!failed)
      report.set("path", path).set("bytes", result.body->size()).set("sha256", sha256_hex(*result.body));
    out << to_text(report) << '\n';
  } else if (!failed && path != "-") {
    print_written(path, result, out);
  }
  return failed ? exit_problems : exit_ok;
}

}  // namespace scaiflow::cli
