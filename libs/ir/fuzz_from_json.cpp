#include <cstdint>
#include <cstdlib>

#include "libs/ir/codec.h"
#include "libs/ir/verify.h"

/// Any text is a module or an error; a module's JSON form reads back to the same text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scaiflow::ir;
  const auto module = from_json_text({reinterpret_cast<const char*>(data), size});
  if (!module) return 0;
  verify(*module);
  const std::string canonical = to_json_text(*module);
  const auto again = from_json_text(canonical);
  if (!again ? again.error().code != "SCIR_TOO_DEEP" : to_json_text(*again) != canonical) std::abort();
  return 0;
}
