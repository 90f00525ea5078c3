#include <cstdint>
#include <string_view>

#include "apps/compiler/compile.h"
#include "libs/ir/codec.h"
#include "tests/fuzz/require.h"

/// Any bytes as a document: diagnostics, or a module that its manifest gives back (06 §12).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const compiler::CompileResult yaml = compiler::compile(bytes, compiler::Format::Yaml);
  const compiler::CompileResult scai = compiler::compile(bytes, compiler::Format::Scai);
  require(yaml.body.has_value() == scai.body.has_value());
  require(yaml.body.has_value() != diag::has_errors(yaml.diagnostics));
  if (!yaml.body) return 0;
  const compiler::LoadManifestResult loaded = compiler::load_manifest(*yaml.body);
  require(loaded.module && ir::encode(*loaded.module) == ir::encode(*yaml.module));
  require(compiler::import_manifest(*yaml.body, "flow_fresh").flow == compiler::canonical(bytes).text);
  return 0;
}
