#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libs/expr/value.h"

namespace scaiflow::expr {

/// 03 §11, in its order.
enum class ErrorCode : std::uint8_t {
  None,
  UnknownName,
  UnknownMember,
  UnknownMethod,
  NullValue,
  TypeMismatch,
  ArgumentError,
  ConversionError,
  DivisionByZero,
  Overflow,
  FuelExhausted,
  TooLarge,
};

std::string_view name_of(ErrorCode code);

/// What one evaluated string has spent and whether it has failed; every operation works through it.
/// Failing functions return null, and the machine looks at `failed()` after each operation.
class Context {
 public:
  explicit Context(std::int64_t fuel_limit) : limit_(fuel_limit) {}

  /// One tree node; false when the fuel is used up.
  bool step() { return ++steps_ <= limit_ || exhaust(); }
  /// What the running operation reads or writes; `settle` turns it into steps when the operation is done.
  Work work;
  /// False when the fuel is used up.
  bool settle();
  /// As `settle`, for the middle of a long operation.
  bool is_exhausted();
  /// What may still be read or written until the fuel is used up.
  std::size_t bytes_left() const;
  std::int64_t steps() const { return steps_; }

  bool failed() const { return code_ != ErrorCode::None; }
  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  Value fail(ErrorCode code, std::string message);
  Value null_value(std::string_view operation);
  Value type_mismatch(std::string_view operation, std::string_view expected, const Value& found);
  Value bad_argument(std::string_view name, std::string_view reason);
  Value overflow() { return fail(ErrorCode::Overflow, "number out of range"); }
  Value too_large() { return fail(ErrorCode::TooLarge, "value larger than 4194304 bytes"); }

  /// New values, counted as written and held against the limits of 03 §12.
  Value make_string(std::string text);
  Value make_array(std::vector<Value> items);
  Value make_map(Dict members);
  /// Checks a value that came from elsewhere.
  Value admit(Value value);
  /// An infinite float is `Overflow`.
  Value make_float(double value);

  Size size_of(const Value& value);

 private:
  bool exhaust();
  std::size_t string_bytes(const Json& text);
  Size json_size(const Json& json);
  Size remember(const Json& json, Size size);

  std::int64_t limit_;
  std::int64_t steps_ = 0;
  ErrorCode code_ = ErrorCode::None;
  std::string message_;

  /// Sizes of long strings and of JSON containers, by address; the value is kept so that the address stays
  /// its own.
  struct Known {
    Json value;
    Size size;
  };
  std::unordered_map<const void*, Known> known_;
};

}  // namespace scaiflow::expr
