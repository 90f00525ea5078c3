#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/compiler/cancel.h"
#include "libs/base/json.h"
#include "libs/diag/diag.h"
#include "libs/ir/ir.h"
#include "libs/manifest/yaml_writer.h"

/// The compiler as a library (06 §2). All functions are pure, keep no state and may run in several threads.
namespace scaiflow::compiler {

enum class Format : std::uint8_t { Yaml, Ir, Scai };
enum class Verify : std::uint8_t { No, Yes };

std::string_view name_of(Format format);
std::optional<Format> format_of(std::string_view name);

struct CompileOptions {
  Verify verify = Verify::Yes;  ///< `No` counts for Format::Ir alone
  std::string target = "0.2";   ///< another one is F006
  std::optional<std::string> source_id;  ///< in place of the flow's `id`
  Cancelled cancelled;
};

struct CompileResult {
  Format format = Format::Yaml;
  std::optional<std::string> body;   ///< YAML or `.scai` text, or SCIR bytes; absent when there is an error
  diag::Diagnostics diagnostics;     ///< sorted by place (06 §3)
  std::vector<std::string> fixes;    ///< what was filled in (06 §4)
  std::optional<ir::Module> module;  ///< absent when there is an error
  std::vector<manifest::NodeRange> ranges;  ///< lines of each node in a text body
  bool is_cancelled = false;                ///< then the rest means nothing
};

/// All stages. The document is given as bytes, or as a JSON value whose size and nesting the caller has
/// bounded and whose whole numbers are integers (`IntegralFloat::ToInt`).
CompileResult compile(std::string_view flow_json, Format format, const CompileOptions& options = {});
CompileResult compile_document(const Json& flow, Format format, const CompileOptions& options = {});

/// Stages 1 to 4.
diag::Diagnostics validate(std::string_view flow_json, const Cancelled& cancelled = {});
diag::Diagnostics validate_document(const Json& flow, const Cancelled& cancelled = {});

struct ImportResult {
  std::optional<std::string> flow;  ///< canonical bytes; absent when there is an error
  diag::Diagnostics diagnostics;
};

/// Manifest to flow document (05 §6). `fresh_id` is used where the manifest names no source; the caller
/// draws it, because the compiler has no randomness.
ImportResult import_manifest(std::string_view yaml_text, const std::string& fresh_id);

struct LoadManifestResult {
  std::optional<ir::Module> module;  ///< absent when there is an error
  diag::Diagnostics diagnostics;     ///< verifier messages with their prefix
};

/// Manifest to IR, verified (05 §5).
LoadManifestResult load_manifest(std::string_view yaml_text);

struct CanonicalResult {
  std::optional<std::string> text;  ///< absent when the bytes are no JSON (F001 to F003, F012)
  diag::Diagnostics diagnostics;
};

/// Canonical bytes of a document (01 §9).
CanonicalResult canonical(std::string_view flow_json);

}  // namespace scaiflow::compiler
