// The border of the module: one buffer in, a JSON head and a body out. All pointers are offsets into the
// memory that the module exports; what was written stands until the next `call`.
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/compiler/wasm/calls.h"
#include "libs/base/json_text.h"

#define SCAIFLOW_EXPORT(name) extern "C" __attribute__((export_name(#name)))
#define SCAIFLOW_IMPORT(name) __attribute__((import_module("scaiflow"), import_name(#name)))

extern "C" {
/// Not 0 when a newer request waits, so that the running one is of no use.
SCAIFLOW_IMPORT(is_outdated) std::int32_t scaiflow_is_outdated();
/// Seconds that only grow, for the limit of a fixture (06 §8).
SCAIFLOW_IMPORT(seconds) double scaiflow_seconds();
}

namespace {

using namespace scaiflow;

std::string input;
std::string head;
compiler::Answer answer;

compiler::Session& session() {
  static compiler::Session the_one;
  return the_one;
}

}  // namespace

/// Room for the input of the next call.
SCAIFLOW_EXPORT(input_buffer) char* input_buffer(std::uint32_t size) {
  input.resize(size);
  return input.data();
}

/// Runs a function: the input buffer holds its name, `name_size` bytes, then its input.
SCAIFLOW_EXPORT(call) void call(std::uint32_t name_size) {
  const compiler::Surroundings around{[] { return scaiflow_is_outdated() != 0; }, scaiflow_seconds};
  const std::string_view text = input;
  answer = compiler::call(session(), around, text.substr(0, name_size), text.substr(name_size));
  head = to_ecma_text(answer.head);
}

SCAIFLOW_EXPORT(head) const char* head_data() { return head.data(); }
SCAIFLOW_EXPORT(head_size) std::uint32_t head_size() { return static_cast<std::uint32_t>(head.size()); }
SCAIFLOW_EXPORT(body) const char* body_data() { return answer.body.data(); }
SCAIFLOW_EXPORT(body_size) std::uint32_t body_size() {
  return static_cast<std::uint32_t>(answer.body.size());
}
