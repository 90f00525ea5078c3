#include <cstdint>
#include <string_view>

#include "apps/compiler/compile.h"
#include "libs/ir/codec.h"
#include "tests/fuzz/require.h"

/// Any bytes as a manifest: diagnostics, or a document that can be read and a module that can be encoded. An
/// error is said exactly where there is no module.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow::compiler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ImportResult imported = import_manifest(text, "flow_fresh");
  if (imported.flow) require(canonical(*imported.flow).text == imported.flow);
  const LoadManifestResult loaded = load_manifest(text);
  require(loaded.module.has_value() != scaiflow::diag::has_errors(loaded.diagnostics));
  if (!loaded.module) return 0;
  const std::string bundle = scaiflow::ir::encode(*loaded.module);
  const auto decoded = scaiflow::ir::decode(bundle);
  require(decoded && scaiflow::ir::encode(*decoded) == bundle);
  return 0;
}
