#include <cstdint>
#include <cstdlib>

#include "libs/ir/codec.h"
#include "libs/ir/verify.h"
#include "libs/manifest/manifest.h"

/// Any bytes are a manifest or diagnostics; a module that was read can be verified and encoded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow;
  const manifest::LoadResult result = manifest::load_module({reinterpret_cast<const char*>(data), size});
  if (!result.module) {
    if (result.diagnostics.empty()) std::abort();
    return 0;
  }
  ir::verify(*result.module);
  ir::encode(*result.module);
  return 0;
}
