#include <istream>
#include <map>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/cli/commands/report.h"
#include "apps/compiler/compile.h"
#include "libs/ir/codec.h"

namespace scaiflow::cli {
namespace {

/// A bundle, the JSON form, or else a manifest.
std::optional<ir::Module> read_module(const std::string& bytes, const Reporter& reporter, std::ostream& err) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string::npos && bytes[first] == '{';
  if (bytes.starts_with("SCIR") || is_json) {
    auto module = ir::decode_any(bytes);
    if (module) return std::move(*module);
    err << "error[" << module.error().code << "]: " << module.error().message << '\n';
    reporter.print(module.error().diagnostics, err);
    return std::nullopt;
  }
  compiler::LoadManifestResult loaded = compiler::load_manifest(bytes);
  reporter.print(loaded.diagnostics, err);
  return std::move(loaded.module);
}

template <class List, class Line>
void print_list(std::ostream& out, const char* title, const List& list, Line line) {
  out << title << ':' << (list.empty() ? " none\n" : "\n");
  for (const auto& item : list) out << "  " << line(item) << '\n';
}

void print_summary(std::ostream& out, const ir::Module& module) {
  out << module.name << ' ' << module.version << '\n';
  out << "address: " << ir::address(ir::encode(module)) << '\n';
  print_list(out, "flows", module.flows, [](const ir::Flow& flow) {
    std::string params;
    for (const ir::Param& param : flow.params) params += (params.empty() ? "" : ", ") + param.name;
    return flow.name + '(' + params + ')';
  });
  print_list(out, "triggers", module.triggers, [](const ir::Trigger& trigger) {
    const std::string rest = trigger.cron ? *trigger.cron + ' ' + trigger.timezone.value_or("UTC")
                                          : trigger.method.value_or("") + ' ' + trigger.path.value_or("");
    return trigger.name + ": " + trigger.kind + ' ' + rest;
  });
  print_list(out, "roles", module.models,
             [](const ir::Model& model) { return model.role + ": " + model.provider + '/' + model.model; });
  print_list(out, "plugins", module.plugins,
             [](const ir::Plugin& plugin) { return plugin.alias + ": " + plugin.endpoint; });
  std::map<std::string_view, int> counts;
  int total = 0;
  ir::for_each_block(module, [&](const ir::Block& block) {
    ++counts[ir::name_of(block.kind())];
    ++total;
  });
  out << "blocks: " << total << '\n';
  for (const auto& [kind, count] : counts) out << "  " << kind << ": " << count << '\n';
}

}  // namespace

int run_inspect(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "inspect", err);
  if (!options) return exit_usage;
  const auto bytes = read_input(options->file(), in, err);
  if (!bytes) return exit_usage;
  const std::optional<ir::Module> module = read_module(*bytes, Reporter(*options), err);
  if (!module) return exit_problems;
  if (options->has("--json")) {
    out << ir::to_json_text(*module) << '\n';
  } else {
    print_summary(out, *module);
  }
  return exit_ok;
}

}  // namespace scaiflow::cli
