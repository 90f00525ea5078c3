#include <cstdint>
#include <string>

#include "libs/ir/codec.h"
#include "libs/ir/verify.h"
#include "tests/fuzz/require.h"

/// Any bytes behind the header are a module or an error; a module's canonical form stays as it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow::ir;
  std::string bytes("SCIR\0\1", 6);
  bytes.append(reinterpret_cast<const char*>(data), size);
  const auto module = decode(bytes);
  if (!module) return 0;
  verify(*module);
  const std::string canonical = encode(*module);
  const auto again = decode(canonical);
  // Types in text form may be deeper as trees: then the canonical form is too deep, and E419 or E421 says so.
  require(again ? encode(*again) == canonical : again.error().code == "SCIR_TOO_DEEP");
  return 0;
}
