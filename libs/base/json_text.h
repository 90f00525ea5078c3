#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/json.h"

namespace scaiflow {

/// How a number with a fraction or exponent, but an integral value, is read.
enum class IntegralFloat : std::uint8_t {
  Keep,   ///< `1.0` is a float (IR JSON form, 04 §7)
  ToInt,  ///< `1.0` is the integer 1 (flow documents, 01 §1)
};

struct JsonParseOptions {
  IntegralFloat integral_float = IntegralFloat::Keep;
  std::size_t depth_max = 64;
};

/// Why a text was refused. `line` and `column` count from 1, the column in bytes.
struct JsonProblem {
  enum class Kind : std::uint8_t { Syntax, DuplicateKey, TooDeep };
  Kind kind = Kind::Syntax;
  std::string reason;  ///< Syntax: what is wrong there; DuplicateKey: the key
  std::string path;    ///< DuplicateKey: path of the object, as in `nodes[2].config`
  std::size_t line = 0;
  std::size_t column = 0;
};

struct JsonParseResult {
  Json value;                         ///< null when there is a problem of kind Syntax or TooDeep
  std::vector<JsonProblem> problems;  ///< duplicate keys are all reported; the first value wins
  bool ok() const { return problems.empty(); }
};

/// Parses RFC 8259 JSON. Iterative: nesting is bounded by `depth_max`, never by the machine's stack.
/// Integers outside 64 bit become floats.
JsonParseResult parse_json(std::string_view text, const JsonParseOptions& options = {});

/// Parses trusted or already checked text; null when it is not JSON.
std::optional<Json> try_parse_json(std::string_view text);

/// Compact text without spaces, members in order. Floats are written in the shortest form that reads back
/// equal, with `.0` added if it would look like an integer (04 §7).
std::string to_text(const Json& value);
void append_text(std::string& out, const Json& value);

/// As `to_text`, but numbers as ECMAScript writes them (`1.0` gives `1`): flow documents (01 §9), the wire.
std::string to_ecma_text(const Json& value);

/// Decimal digits, appended.
void append_int(std::string& out, std::int64_t value);

/// A JSON string literal with quotes; escapes only `"`, `\` and control characters.
void append_quoted(std::string& out, std::string_view text);

/// Shortest round-trip form as ECMAScript writes it: `1`, `0.1`, `1e+21`, `1e-7`. Finite values only.
std::string number_text(double value);

}  // namespace scaiflow
