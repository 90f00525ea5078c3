#include <cstdint>
#include <cstdlib>
#include <string>

#include "apps/compiler/compile.h"
#include "libs/ir/codec.h"

/// Any bytes as a document: diagnostics, or a module that its manifest gives back (06 §12).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const compiler::CompileResult yaml = compiler::compile(bytes, compiler::Format::Yaml);
  const compiler::CompileResult scai = compiler::compile(bytes, compiler::Format::Scai);
  if (yaml.body.has_value() != scai.body.has_value()) std::abort();
  if (!yaml.body) {
    if (!diag::has_errors(yaml.diagnostics)) std::abort();
    return 0;
  }
  const compiler::LoadManifestResult loaded = compiler::load_manifest(*yaml.body);
  if (!loaded.module || ir::encode(*loaded.module) != ir::encode(*yaml.module)) std::abort();
  const compiler::ImportResult imported = compiler::import_manifest(*yaml.body, "flow_fresh");
  if (imported.flow != compiler::canonical(bytes).text) std::abort();
  return 0;
}
