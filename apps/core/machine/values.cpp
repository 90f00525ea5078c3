#include "apps/core/machine/values.h"

#include "libs/base/json_text.h"

namespace scaiflow::machine {

Usage& Usage::operator+=(const Usage& other) {
  input_tokens += other.input_tokens;
  output_tokens += other.output_tokens;
  cached_tokens += other.cached_tokens;
  cost_micros += other.cost_micros;
  model_calls += other.model_calls;
  plugin_calls += other.plugin_calls;
  retries += other.retries;
  return *this;
}

Json wire_of(const ErrorValue& error) {
  JsonObject out;
  out.append("type", error.type);
  out.append("message", error.message);
  out.append("code", error.code);
  if (error.location) {
    const Location& at = *error.location;
    out.append("location", Json::object({{"flow", at.flow},
                                         {"block_id", at.block_id},
                                         {"node_id", at.node_id ? Json(*at.node_id) : Json()},
                                         {"occurrence", at.occurrence}}));
  } else {
    out.append("location", nullptr);
  }
  return out;
}

namespace {

/// What a character of a JSON text takes beside its own byte: `\\n` one more, `\\u0001` five. Without
/// branches.
constexpr std::uint8_t escape_bytes(char c) {
  const auto is = [c](char other) { return static_cast<std::uint8_t>(c == other); };
  const auto control = static_cast<std::uint8_t>(static_cast<unsigned char>(c) < 0x20);
  const int short_ones = is('\n') + is('\t') + is('\r') + is('\b') + is('\f');
  return static_cast<std::uint8_t>(is('"') + is('\\') + 5 * control - 4 * short_ones);
}

/// In blocks of a fixed size, whose sum fits a byte: compilers make vectors of that.
std::size_t quoted_bytes(std::string_view text) {
  constexpr std::size_t block = 32;
  std::size_t n = text.size() + 2;
  for (; text.size() >= block; text.remove_prefix(block)) {
    std::uint8_t sum = 0;
    for (std::size_t at = 0; at < block; ++at) sum = static_cast<std::uint8_t>(sum + escape_bytes(text[at]));
    n += sum;
  }
  for (const char c : text) n += escape_bytes(c);
  return n;
}

std::size_t scalar_bytes(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null: return 4;
    case Json::Kind::Bool: return value.as_bool() ? 4 : 5;
    case Json::Kind::Int: return std::to_string(value.as_int()).size();
    case Json::Kind::Float: return to_text(value).size();
    case Json::Kind::String: return quoted_bytes(value.as_string());
    case Json::Kind::Array:
    case Json::Kind::Object: return 0;
  }
  return 0;
}

}  // namespace

std::size_t json_bytes(const Json& value, std::size_t enough) {
  std::size_t total = 0;
  std::vector<const Json*> open{&value};
  while (!open.empty() && total <= enough) {
    const Json& next = *open.back();
    open.pop_back();
    if (next.is_array()) {
      total += 2 + (next.size() > 1 ? next.size() - 1 : 0);
      for (const Json& item : next.as_array()) open.push_back(&item);
    } else if (next.is_object()) {
      total += 2 + (next.size() > 1 ? next.size() - 1 : 0);
      for (const auto& [name, item] : next.as_object()) {
        total += quoted_bytes(name) + 1;
        open.push_back(&item);
      }
    } else {
      total += scalar_bytes(next);
    }
  }
  return total;
}

}  // namespace scaiflow::machine
