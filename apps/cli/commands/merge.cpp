#include "libs/flow/merge.h"

#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/flows.h"
#include "apps/cli/commands/report.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/flow/canonical.h"

namespace scaiflow::cli {
namespace {

constexpr std::size_t value_chars_max = 60;

std::string shown(const Json* value) {
  return value == nullptr ? "nothing" : printable(cut(to_ecma_text(*value), value_chars_max));
}

/// `conflict[changed_both]: nodes[n].label: a has "X", b has "Y"; a stands`.
void print_rows(std::string_view word, std::string_view colour, const JsonArray& rows, const Paint& paint,
                std::ostream& err) {
  for (const Json& row : rows) {
    err << colour << word << '[' << row.string_or("kind", "") << ']' << paint.off << ": "
        << printable(row.string_or("path", "")) << ": a has " << shown(row.find("a")) << ", b has "
        << shown(row.find("b")) << "; " << row.string_or("stands", "") << " stands\n";
  }
}

/// git gives an empty file as base when both sides added the flow.
std::optional<Json> read_version(std::size_t operand, const Options& options, std::istream& in,
                                 std::ostream& err) {
  const std::string& path = options.operands[operand];
  if (operand == 0 && path != "-") {
    const auto bytes = read_input(path, in, err);
    if (bytes && trim(*bytes).empty()) return Json::object();
    if (!bytes) return std::nullopt;
  }
  FlowRead read = read_flow(path, options, in, err);
  if (!read.flow) return std::nullopt;
  return std::move(read.flow->document);
}

}  // namespace

int run_merge(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "merge", err);
  if (!options) return exit_usage;
  const auto base = read_version(0, *options, in, err);
  const auto a = read_version(1, *options, in, err);
  const auto b = read_version(2, *options, in, err);
  // Exit code 1 says that there are conflicts, so here what cannot be read is 2.
  if (!base || !a || !b) return exit_usage;
  const flow::Merge merged = flow::merge(*base, *a, *b);
  const bool wants_json = options->has("--json");
  if (!wants_json || options->has("--out")) {
    const std::string document = flow::canonical(merged.document);
    if (deliver(options->value("--out").value_or("-"), document, out, err) != exit_ok) return exit_usage;
  }
  if (wants_json) {
    out << to_ecma_text(flow::to_json(merged)) << '\n';
  } else {
    const Paint paint = Paint::of(*options);
    print_rows("conflict", paint.error, merged.conflicts, paint, err);
    print_rows("settled", paint.warning, merged.settled, paint, err);
  }
  return merged.conflicts.empty() ? exit_ok : exit_problems;
}

}  // namespace scaiflow::cli
