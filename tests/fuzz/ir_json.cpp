#include <cstdint>
#include <string>

#include "libs/ir/codec.h"
#include "libs/ir/verify.h"
#include "tests/fuzz/require.h"

/// Any text is a module or an error; a module's JSON form reads back to the same text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow::ir;
  const auto module = from_json_text({reinterpret_cast<const char*>(data), size});
  if (!module) return 0;
  verify(*module);
  const std::string canonical = to_json_text(*module);
  const auto again = from_json_text(canonical);
  require(again ? to_json_text(*again) == canonical : again.error().code == "SCIR_TOO_DEEP");
  return 0;
}
