#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "apps/compiler/compile.h"

/// Any bytes as a manifest: diagnostics, or a document that can be read; loading never fails silently.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow::compiler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ImportResult imported = import_manifest(text, "flow_fresh");
  if (imported.flow && canonical(*imported.flow).text != imported.flow) std::abort();
  const LoadManifestResult loaded = load_manifest(text);
  if (loaded.module.has_value() == scaiflow::diag::has_errors(loaded.diagnostics)) std::abort();
  return 0;
}
