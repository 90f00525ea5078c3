#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/compiler/compile.h"
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

int deliver(const std::string& path, const compiler::CompileResult& result, std::ostream& out,
            std::ostream& err) {
  if (path == "-") {
    out << *result.body << std::flush;
    return out ? exit_ok : exit_usage;
  }
  if (!write_file(path, *result.body, err)) return exit_usage;
  out << "wrote " << path << " (" << result.body->size() << " bytes)\n";
  if (result.format == compiler::Format::Ir) out << "sha256=" << ir::address(*result.body) << '\n';
  return exit_ok;
}

}  // namespace

int run_compile(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  std::string reason;
  const auto options = read_options(args, {{"--no-verify", "--strict"}, {"--format", "--out"}}, reason);
  const auto format =
      options ? compiler::format_of(options->value("--format").value_or("yaml")) : std::nullopt;
  if (options && !format) reason = "--format is yaml, ir or scai";
  if (!options || !format) {
    err << "scaiflow compile: " << reason << '\n';
    return exit_usage;
  }
  const auto bytes = read_input(options->file, in, err);
  if (!bytes) return exit_usage;
  compiler::CompileOptions how;
  if (options->has("--no-verify")) how.verify = compiler::Verify::No;
  const compiler::CompileResult result = compiler::compile(*bytes, *format, how);
  const Strict strict = options->has("--strict") ? Strict::Yes : Strict::No;
  print_diagnostics(result.diagnostics, strict, err);
  if (!result.body || is_failure(result.diagnostics, strict)) return exit_problems;
  return deliver(options->value("--out").value_or(default_output(options->file, *format)), result, out, err);
}

}  // namespace scaiflow::cli
