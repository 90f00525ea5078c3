#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/core/machine/record.h"
#include "generated/cpp/limits.h"
#include "libs/base/json.h"

namespace scaiflow::machine {

/// What an execution has spent (07 §2 counters). Cost in millionths of the currency unit.
struct Usage {
  std::int64_t input_tokens = 0, output_tokens = 0, cached_tokens = 0, cost_micros = 0;
  std::int64_t model_calls = 0, plugin_calls = 0, retries = 0;

  Usage& operator+=(const Usage& other);
  std::int64_t tokens() const { return input_tokens + output_tokens; }

  template <class V>
  static void fields(V&& v) {
    v(1, "input_tokens", &Usage::input_tokens);
    v(2, "output_tokens", &Usage::output_tokens);
    v(3, "cached_tokens", &Usage::cached_tokens);
    v(4, "cost_micros", &Usage::cost_micros);
    v(5, "model_calls", &Usage::model_calls);
    v(6, "plugin_calls", &Usage::plugin_calls);
    v(7, "retries", &Usage::retries);
  }
};

/// Where an error arose (07 §8.1).
struct Location {
  std::string flow;
  std::string block_id;
  std::optional<std::string> node_id;
  std::int64_t occurrence = 0;

  template <class V>
  static void fields(V&& v) {
    v(1, "flow", &Location::flow);
    v(2, "block_id", &Location::block_id);
    v(3, "node_id", &Location::node_id);
    v(4, "occurrence", &Location::occurrence);
  }
};

/// The error value of 07 §8.1. `message` holds neither secrets nor prompt text.
struct ErrorValue {
  std::string type;
  std::string message;
  std::string code;
  bool retryable = false;
  std::optional<Location> location;
  Json data;

  template <class V>
  static void fields(V&& v) {
    v(1, "type", &ErrorValue::type);
    v(2, "message", &ErrorValue::message);
    v(3, "code", &ErrorValue::code);
    v(4, "retryable", &ErrorValue::retryable);
    v(5, "location", &ErrorValue::location);
    v(6, "data", &ErrorValue::data);
  }
};

inline ErrorValue make_error(std::string type, std::string code, std::string message) {
  ErrorValue error;
  error.type = std::move(type);
  error.code = std::move(code);
  error.message = std::move(message);
  return error;
}

/// The wire form with every member present: `{type, message, code, location}`, as results and events show it.
Json wire_of(const ErrorValue& error);

/// Bytes of the compact JSON text of `value`, without building it; stops counting above `enough`.
std::size_t json_bytes(const Json& value, std::size_t enough);

/// One result or binding may be this large as JSON (07 §21).
inline constexpr std::size_t value_bytes_max = limits::result_bytes_max;

}  // namespace scaiflow::machine
