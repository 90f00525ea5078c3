#include "apps/cli/commands/specs.h"

#include <algorithm>

namespace scaiflow::cli {
namespace {

using Texts = std::string_view;

constexpr Texts formats[] = {"yaml", "ir", "scai"};
constexpr Texts color_modes[] = {"auto", "always", "never"};
constexpr Texts shells[] = {"bash", "zsh", "fish"};

constexpr Texts flow[] = {"FLOW"};
constexpr Texts flows[] = {"FLOW..."};
constexpr Texts file[] = {"FILE"};
constexpr Texts yaml[] = {"YAML"};
constexpr Texts two_flows[] = {"A", "B"};
constexpr Texts three_flows[] = {"BASE", "A", "B"};
constexpr Texts shell[] = {"SHELL"};

constexpr OptionSpec json{"--json", {}, {}, "one JSON value on standard output"};
constexpr OptionSpec strict{"--strict", {}, {}, "warnings are errors"};
constexpr OptionSpec color{"--color", "WHEN", color_modes, "coloured problems that quote their place"};
constexpr OptionSpec out_path{"--out", "PATH", {}, "file to write; - for standard output"};

constexpr OptionSpec config_file{"--config", "FILE", {}, "settings in TOML"};

constexpr OptionSpec config_options[] = {config_file};
constexpr OptionSpec serve_options[] = {config_file,
                                        {"--port", "N", {}, "port to listen on; 0 for any free one"},
                                        {"--host", "A", {}, "address to listen on"},
                                        {"--data-dir", "D", {}, "folder of everything that is kept"}};
constexpr OptionSpec validate_options[] = {json, strict, color};
constexpr OptionSpec compile_options[] = {{"--format", "FORMAT", formats, "what to write; yaml if not given"},
                                          out_path,
                                          {"--no-verify", {}, {}, "skip the verifier"},
                                          json,
                                          strict,
                                          color};
constexpr OptionSpec import_options[] = {out_path, strict, color};
constexpr OptionSpec inspect_options[] = {json, color};
constexpr OptionSpec run_tests_options[] = {{"--name", "NAME", {}, "run this test alone; may be repeated"},
                                            json};
constexpr OptionSpec diff_options[] = {json, color};
constexpr OptionSpec merge_options[] = {out_path, json, color};
constexpr OptionSpec fmt_options[] = {
    {"--check", {}, {}, "write nothing; exit code 1 if a file would change"}, color};
constexpr OptionSpec deploy_options[] = {
    {"--publish-as-model", {}, {}, "publish the Core as a model, whatever the flow says"},
    {"--no-publish-as-model", {}, {}, "do not, whatever the flow says"},
    {"--api-key", "KEY", {}, "key of ScaiGrid; SCAIGRID_API_KEY if not given"},
    {"--base-url", "URL", {}, "address of ScaiGrid; SCAIGRID_BASE_URL if not given"},
    json,
    color};
constexpr OptionSpec publish_options[] = {
    {"--package-id", "ID", {}, "slug of the package; that of its name if not given"},
    {"--name", "NAME", {}, "name of the package; that of the flow if not given"},
    {"--version", "VERSION", {}, "version of the package; 0.1.0 if not given"},
    {"--description", "TEXT", {}, "what the package is for"},
    {"--readme", "PATH", {}, "text file to put in as README.md"},
    out_path,
    json,
    color};

constexpr CommandSpec commands[] = {
    {.name = "serve", .options = serve_options, .help = "run the server"},
    {"validate", Operands::Files, flow, {}, validate_options, "check a flow"},
    {"compile", Operands::Files, flow, {}, compile_options, "write the manifest or the bundle of a flow"},
    {"import", Operands::Files, yaml, {}, import_options, "make a flow of a manifest"},
    {"inspect", Operands::Files, file, {}, inspect_options, "tell what is in a bundle or a manifest"},
    {"run-tests", Operands::Files, flow, {}, run_tests_options, "run the tests of a flow"},
    {"diff", Operands::Files, two_flows, {}, diff_options, "show what differs between two flows"},
    {"merge", Operands::Files, three_flows, {}, merge_options, "put the changes of two flows together"},
    {"fmt", Operands::Files, flows, {}, fmt_options, "write flows in canonical form"},
    {"deploy", Operands::Files, flow, {}, deploy_options, "make a running Core of a flow"},
    {"publish", Operands::Files, flow, {}, publish_options, "write the package of a flow"},
    {.name = "schema", .help = "print the JSON Schema of flows"},
    {.name = "config", .options = config_options, .help = "print every setting, its value and its source"},
    {.name = "completion",
     .operands = Operands::Choices,
     .operand_names = shell,
     .choices = shells,
     .help = "print the completion of a shell"},
    {.name = "help", .help = "print this text"},
};

}  // namespace

const OptionSpec* CommandSpec::option(std::string_view wanted) const {
  const auto is_wanted = [&](const OptionSpec& candidate) { return candidate.name == wanted; };
  const auto found = std::find_if(options.begin(), options.end(), is_wanted);
  return found == options.end() ? nullptr : &*found;
}

std::span<const CommandSpec> command_specs() { return commands; }

const CommandSpec* find_command(std::string_view name) {
  const auto is_wanted = [&](const CommandSpec& candidate) { return candidate.name == name; };
  const auto* found = std::find_if(std::begin(commands), std::end(commands), is_wanted);
  return found == std::end(commands) ? nullptr : found;
}

std::string usage_line(const CommandSpec& command) {
  std::string out(command.name);
  for (const std::string_view operand : command.operand_names) out.append(" ").append(operand);
  for (const OptionSpec& option : command.options) {
    out.append(" [").append(option.name);
    std::string values;
    for (const std::string_view choice : option.choices)
      values.append(values.empty() ? "" : "|").append(choice);
    if (!option.value.empty()) out.append(" ").append(values.empty() ? option.value : values);
    out.append("]");
  }
  return out;
}

}  // namespace scaiflow::cli
