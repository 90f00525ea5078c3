#include <utility>
#include <vector>

#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "libs/ir/json_reader.h"
#include "libs/ir/msgpack.h"

namespace scaiflow::ir {
namespace {

constexpr std::string_view magic = "SCIR";
constexpr int container_version = 1;
constexpr std::size_t header_bytes = 6;

tl::unexpected<LoadError> refuse(std::string code, std::string message) {
  return tl::unexpected<LoadError>(LoadError{std::move(code), std::move(message), {}});
}

tl::unexpected<LoadError> too_large(std::size_t bytes) {
  return refuse("SCIR_TOO_LARGE", "bundle is " + std::to_string(bytes) + " bytes; the limit is " +
                                      std::to_string(bundle_bytes_max));
}

tl::unexpected<LoadError> too_deep(std::size_t at) {
  return refuse("SCIR_TOO_DEEP",
                "nesting deeper than " + std::to_string(depth_max) + " at offset " + std::to_string(at));
}

tl::unexpected<LoadError> bad_value(std::size_t at) {
  return refuse("SCIR_BAD_VALUE", "unsupported or invalid value at offset " + std::to_string(at));
}

tl::unexpected<LoadError> refuse(const PackProblem& problem) {
  switch (problem.kind) {
    case PackProblem::Kind::Truncated:
      return refuse("SCIR_TRUNCATED", "bundle ends inside a value at offset " + std::to_string(problem.at));
    case PackProblem::Kind::Trailing:
      return refuse("SCIR_TRAILING_BYTES", std::to_string(problem.at) + " bytes after the module");
    case PackProblem::Kind::TooDeep: return too_deep(problem.at);
    case PackProblem::Kind::BadValue: break;
  }
  return bad_value(problem.at);
}

/// Byte offset of a place in a text; line and column count from 1.
std::size_t offset_of(std::string_view text, std::size_t line, std::size_t column) {
  std::size_t at = 0;
  for (std::size_t i = 1; i < line && at != std::string_view::npos; ++i) at = text.find('\n', at) + 1;
  return at + (column > 0 ? column - 1 : 0);
}

tl::unexpected<LoadError> refuse(std::string_view text, const JsonProblem& problem) {
  const std::size_t at = offset_of(text, problem.line, problem.column);
  switch (problem.kind) {
    case JsonProblem::Kind::Syntax: break;
    case JsonProblem::Kind::DuplicateKey: return bad_value(at);
    case JsonProblem::Kind::TooDeep: return too_deep(at);
  }
  return refuse("SCIR_BAD_MAGIC", "not a SCIR bundle and not JSON: " + problem.reason + " at line " +
                                      std::to_string(problem.line) + ", column " +
                                      std::to_string(problem.column));
}

/// True when arrays and objects of `root` are nested deeper than `limit`; explicit stack.
bool deeper_than(const Json& root, std::size_t limit) {
  std::vector<std::pair<const Json*, std::size_t>> open{{&root, 0}};
  while (!open.empty()) {
    const auto [json, outside] = open.back();
    open.pop_back();
    if (!json->is_array() && !json->is_object()) continue;
    if (outside == limit) return true;
    if (json->is_array()) {
      for (const Json& item : json->as_array()) open.emplace_back(&item, outside + 1);
    } else {
      for (const auto& [key, member] : json->as_object()) open.emplace_back(&member, outside + 1);
    }
  }
  return false;
}

tl::expected<Module, LoadError> read_module(const Json& json) {
  Module module;
  JsonReader reader;
  if (reader.read(json, module)) return module;
  return tl::unexpected<LoadError>(LoadError{"SCIR_SCHEMA", reader.first(), reader.diagnostics()});
}

}  // namespace

std::string encode(const Module& module) {
  std::string out(magic);
  out += '\0';
  out += static_cast<char>(container_version);
  pack(out, to_json(module));
  return out;
}

tl::expected<Module, LoadError> decode(std::string_view bytes) {
  if (bytes.size() > bundle_bytes_max) return too_large(bytes.size());
  if (bytes.substr(0, magic.size()) != magic) return refuse("SCIR_BAD_MAGIC", "not a SCIR bundle");
  if (bytes.size() < header_bytes) return refuse(PackProblem{PackProblem::Kind::Truncated, magic.size()});
  const int version = static_cast<std::uint8_t>(bytes[4]) << 8 | static_cast<std::uint8_t>(bytes[5]);
  if (version != container_version) {
    return refuse("SCIR_BAD_VERSION", "unsupported container version " + std::to_string(version));
  }
  Json json;
  if (const auto problem = unpack(bytes, header_bytes, depth_max, json)) return refuse(*problem);
  return read_module(json);
}

tl::expected<Module, LoadError> from_json(const Json& json) {
  if (deeper_than(json, depth_max)) {
    return refuse("SCIR_TOO_DEEP", "nesting deeper than " + std::to_string(depth_max));
  }
  return read_module(json);
}

tl::expected<Module, LoadError> from_json_text(std::string_view text) {
  if (text.size() > bundle_bytes_max) return too_large(text.size());
  const JsonParseResult parsed =
      parse_json(text, {.integral_float = IntegralFloat::Keep, .depth_max = depth_max});
  if (!parsed.ok()) return refuse(text, parsed.problems.front());
  return read_module(parsed.value);
}

tl::expected<Module, LoadError> decode_any(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && bytes[first] == '{';
  return json ? from_json_text(bytes) : decode(bytes);
}

std::string address(std::string_view bundle) { return sha256_hex(bundle); }

}  // namespace scaiflow::ir
