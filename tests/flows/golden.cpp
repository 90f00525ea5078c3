#include "tests/flows/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/compiler/compile.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::golden {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mark = "--- ";

/// Indented, with floats kept apart from integers as in the IR.
void append_pretty(std::string& out, const Json& value, std::size_t depth) {
  const bool is_array = value.is_array();
  if ((!is_array && !value.is_object()) || value.size() == 0) return append_text(out, value);
  const auto line = [&](std::size_t level) { out.append("\n").append(2 * level, ' '); };
  char separator = is_array ? '[' : '{';
  for (std::size_t i = 0; i < value.size(); ++i) {
    out.push_back(separator);
    line(depth + 1);
    if (!is_array) {
      append_quoted(out, value.as_object()[i].first);
      out += ": ";
    }
    append_pretty(out, is_array ? value.at(i) : value.as_object()[i].second, depth + 1);
    separator = ',';
  }
  line(depth);
  out.push_back(is_array ? ']' : '}');
}

std::string module_text(const ir::Module& module) {
  const std::string bytes = ir::encode(module);
  std::string out = std::to_string(bytes.size()) + " bytes, sha256 " + ir::address(bytes) + '\n';
  append_pretty(out, ir::to_json(module), 0);
  return out + '\n';
}

std::string diagnostics_text(const diag::Diagnostics& diagnostics) {
  std::string out;
  for (const diag::Diagnostic& diagnostic : diagnostics) {
    out += diagnostic.severity == diag::Severity::Error ? "error[" : "warning[";
    out += diagnostic.code + "]: " + diagnostic.message;
    if (diagnostic.path) out += " (" + *diagnostic.path + ')';
    if (diagnostic.node_id) out += " node=" + *diagnostic.node_id;
    if (diagnostic.edge_id) out += " edge=" + *diagnostic.edge_id;
    if (diagnostic.fix) out += " fix: " + *diagnostic.fix;
    out += '\n';
  }
  return out;
}

compiler::CompileOptions options_of(const Case& input) {
  compiler::CompileOptions options;
  const std::string* text = input.find("options");
  const Json json = text ? try_parse_json(*text).value_or(Json()) : Json();
  if (!json.bool_or("verify", true)) options.verify = compiler::Verify::No;
  options.target = json.string_or("target", options.target);
  if (json.contains("source_id")) options.source_id = json["source_id"].as_string();
  return options;
}

/// Sets an output section if the file has it, or if it is one of those a new file gets.
void show(Case& out, const std::string& name, const std::string& text) {
  if (out.find(name)) out.set(name, text);
}

bool is_new(const Case& input) { return input.find("diagnostics") == nullptr; }

void run_flow(Case& out, const std::string& flow) {
  const compiler::CompileOptions options = options_of(out);
  const bool fresh = is_new(out);
  const compiler::CompileResult yaml = compiler::compile(flow, compiler::Format::Yaml, options);
  const compiler::CompileResult ir = compiler::compile(flow, compiler::Format::Ir, options);
  const compiler::CompileResult scai = compiler::compile(flow, compiler::Format::Scai, options);
  out.set("diagnostics", diagnostics_text(options.verify == compiler::Verify::Yes ? yaml.diagnostics
                                                                                  : ir.diagnostics));
  std::string fixes;
  for (const std::string& fix : yaml.fixes) fixes += fix + '\n';
  if (fresh && !fixes.empty()) out.set("fixes", "");
  show(out, "fixes", fixes);
  if (fresh && ir.module) {
    for (const char* name : {"yaml", "ir", "scai"}) out.set(name, "");
  }
  show(out, "yaml", yaml.body.value_or(""));
  show(out, "ir", ir.module ? module_text(*ir.module) : "");
  show(out, "scai", scai.body.value_or(""));
}

void run_manifest(Case& out, const std::string& manifest) {
  const bool fresh = is_new(out);
  const bool only_load = out.find("options") && out.find("options")->find("load") != std::string::npos;
  compiler::ImportResult imported;
  if (!only_load) imported = compiler::import_manifest(manifest, "flow_fresh");
  const compiler::LoadManifestResult loaded = compiler::load_manifest(manifest);
  std::string text;
  if (!only_load) text += "import:\n" + diagnostics_text(imported.diagnostics);
  text += "load:\n" + diagnostics_text(loaded.diagnostics);
  out.set("diagnostics", text);
  if (fresh && imported.flow) out.set("imported", "");
  if (fresh && loaded.module) out.set("loaded", "");
  show(out, "imported", imported.flow.value_or(""));
  show(out, "loaded", loaded.module ? module_text(*loaded.module) : "");
}

}  // namespace

const std::string* Case::find(const std::string& name) const {
  for (const auto& [key, text] : sections) {
    if (key == name) return &text;
  }
  return nullptr;
}

void Case::set(const std::string& name, std::string text) {
  for (auto& [key, old] : sections) {
    if (key != name) continue;
    old = std::move(text);
    return;
  }
  sections.emplace_back(name, std::move(text));
}

Case parse_case(std::string path, const std::string& text) {
  Case out;
  out.path = std::move(path);
  std::string* section = &out.comment;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string line = text.substr(at, end - at);
    at = end;
    if (line.starts_with(mark)) {
      const std::size_t length = line.find_last_not_of(" \n") + 1;
      out.sections.emplace_back(line.substr(mark.size(), length - mark.size()), "");
      section = &out.sections.back().second;
    } else {
      *section += line;
    }
  }
  return out;
}

std::string write_case(const Case& input) {
  std::string out = input.comment;
  for (const auto& [name, text] : input.sections) out += std::string(mark) + name + '\n' + text;
  return out;
}

Case run_case(const Case& input) {
  Case out = input;
  if (const std::string* flow = input.find("flow")) run_flow(out, *flow);
  if (const std::string* manifest = input.find("manifest")) run_manifest(out, *manifest);
  return out;
}

bool should_fail(const std::string& path) { return fs::path(path).filename().string().starts_with("fail_"); }

bool has_errors(const Case& run) {
  const std::string* diagnostics = run.find("diagnostics");
  return diagnostics &&
         (diagnostics->starts_with("error[") || diagnostics->find("\nerror[") != std::string::npos);
}

std::string broken_promise(const Case& input) {
  const std::string* flow = input.find("flow");
  if (!flow) return {};
  compiler::CompileOptions options = options_of(input);
  if (options.verify == compiler::Verify::No || options.source_id) return {};
  const auto yaml = compiler::compile(*flow, compiler::Format::Yaml, options);
  const auto ir = compiler::compile(*flow, compiler::Format::Ir, options);
  if (!yaml.body || !ir.body) return {};
  if (compiler::compile(*flow, compiler::Format::Yaml, options).body != yaml.body)
    return "second run differs";
  const auto decoded = ir::decode(*ir.body);
  if (!decoded || ir::encode(*decoded) != *ir.body) return "decode(encode(m)) differs";
  const auto loaded = compiler::load_manifest(*yaml.body);
  if (!loaded.module) return "load(emit(f)) failed:\n" + diagnostics_text(loaded.diagnostics);
  if (ir::encode(*loaded.module) != *ir.body) {
    return "load(emit(f)) differs:\n" + module_text(*loaded.module) + "compiled:\n" + module_text(*ir.module);
  }
  const auto imported = compiler::import_manifest(*yaml.body, "flow_fresh");
  if (!imported.flow) return "import(emit(f)) failed:\n" + diagnostics_text(imported.diagnostics);
  const auto canonical = compiler::canonical(*flow);
  if (imported.flow != canonical.text) return "import(emit(f)) differs:\n" + *imported.flow + *canonical.text;
  return {};
}

std::vector<std::string> find_cases() {
  const fs::path root = SCAIFLOW_SOURCE_DIR;
  std::vector<std::string> found;
  for (const char* folder : {"kinds", "tests/flows"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() == ".flowtest") found.push_back(entry.path().string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace scaiflow::golden
