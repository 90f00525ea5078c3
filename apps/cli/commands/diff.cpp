#include "libs/flow/diff.h"

#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/flows.h"
#include "apps/cli/commands/report.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::cli {
namespace {

constexpr std::size_t value_chars_max = 100;

std::string shown(const Json& value) { return printable(cut(to_ecma_text(value), value_chars_max)); }

/// The words of a text, those of one version alone in `[-…-]` and `{+…+}`.
void print_words(const Json& hunks, const Paint& paint, std::ostream& out) {
  for (const Json& hunk : hunks.as_array()) {
    if (const Json* removed = hunk.find("remove")) {
      out << paint.removed << "[-" << printable(removed->as_string()) << "-]" << paint.off;
    } else if (const Json* added = hunk.find("add")) {
      out << paint.added << "{+" << printable(added->as_string()) << "+}" << paint.off;
    } else {
      out << printable(hunk["keep"].as_string());
    }
  }
  out << '\n';
}

void print_field(const Json& field, const Paint& paint, std::ostream& out) {
  const std::string change = field.string_or("change", "");
  out << "    " << printable(field.string_or("path", "")) << ": ";
  if (const Json* hunks = field.find("text")) {
    print_words(*hunks, paint, out);
  } else if (change == "reordered") {
    out << "moved\n";
  } else {
    if (const Json* before = field.find("before"))
      out << paint.removed << "- " << shown(*before) << paint.off << ' ';
    if (const Json* after = field.find("after")) out << paint.added << "+ " << shown(*after) << paint.off;
    out << '\n';
  }
}

void print_change(const Json& change, const Paint& paint, std::ostream& out) {
  const std::string kind = change.string_or("change", "");
  const bool is_added = kind == "added";
  const bool is_removed = kind == "removed";
  out << (is_added     ? paint.added
          : is_removed ? paint.removed
                       : paint.changed)
      << (is_added     ? '+'
          : is_removed ? '-'
                       : '~')
      << ' ' << change.string_or("entity", "");
  if (change["id"].is_string()) out << ' ' << printable(change["id"].as_string());
  if (change.contains("label")) out << ' ' << shown(change["label"]);
  out << paint.off << (change.contains("behind") && !is_added ? " (moved in its list)" : "") << '\n';
  const Json& fields = change["fields"];
  for (std::size_t i = 0; i < fields.size(); ++i) print_field(fields.at(i), paint, out);
}

}  // namespace

int run_diff(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "diff", err);
  if (!options) return exit_usage;
  const FlowRead before = read_flow(options->operands[0], *options, in, err);
  const FlowRead after = read_flow(options->operands[1], *options, in, err);
  // Exit code 1 says that they differ, so here what cannot be read is 2.
  if (!before.flow || !after.flow) return exit_usage;
  const Json difference = flow::diff(before.flow->document, after.flow->document);
  if (options->has("--json")) {
    out << to_ecma_text(difference) << '\n';
  } else {
    const Paint paint = Paint::of(*options);
    for (const Json& change : difference["changes"].as_array()) print_change(change, paint, out);
  }
  return difference["equal"].as_bool() ? exit_ok : exit_problems;
}

}  // namespace scaiflow::cli
