#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/json.h"

/// Values inside an evaluation (03 §3): JSON, and dates, datetimes and durations, alone or in containers.
namespace scaiflow::expr {

/// In the order of `Json::Kind`, so that the first seven convert by number.
enum class ValueKind : std::uint8_t { Null, Bool, Int, Float, String, Array, Map, Date, Datetime, Duration };

/// The name that `type_of` gives.
std::string_view name_of(ValueKind kind);

/// JSON bytes and nesting of a value; a scalar has depth 0.
struct Size {
  std::size_t bytes = 0;
  int depth = 0;
};

struct List;
class Dict;

/// An immutable value, copied in O(1). Containers from the scope stay JSON; those made here are `List` or
/// `Dict`.
class Value {
 public:
  using ListPtr = std::shared_ptr<const List>;
  using DictPtr = std::shared_ptr<const Dict>;

  Value() = default;
  Value(Json json) : data_(std::move(json)) {}
  explicit Value(ListPtr list) : data_(std::move(list)) {}
  explicit Value(DictPtr dict) : data_(std::move(dict)) {}
  static Value date(std::int64_t days) { return Value(Temporal{ValueKind::Date, days}); }
  static Value datetime(std::int64_t ms) { return Value(Temporal{ValueKind::Datetime, ms}); }
  static Value duration(std::int64_t ms) { return Value(Temporal{ValueKind::Duration, ms}); }

  ValueKind kind() const;
  bool is(ValueKind wanted) const { return kind() == wanted; }
  bool is_null() const { return kind() == ValueKind::Null; }
  bool is_int() const { return kind() == ValueKind::Int; }
  bool is_string() const { return kind() == ValueKind::String; }
  bool is_array() const { return kind() == ValueKind::Array; }
  bool is_map() const { return kind() == ValueKind::Map; }
  bool is_number() const { return kind() == ValueKind::Int || kind() == ValueKind::Float; }
  bool is_temporal() const { return kind() >= ValueKind::Date; }

  /// Reads; the kind must fit.
  std::int64_t as_int() const { return json()->as_int(); }
  double as_double() const { return json()->as_double(); }
  const std::string& as_string() const { return json()->as_string(); }
  /// Days of a date, milliseconds of a datetime or duration.
  std::int64_t amount() const { return std::get<Temporal>(data_).amount; }

  /// The representation; nullptr when it is another.
  const Json* json() const { return std::get_if<Json>(&data_); }
  const List* list() const;
  const Dict* dict() const;

 private:
  struct Temporal {
    ValueKind kind;
    std::int64_t amount;
  };
  explicit Value(Temporal temporal) : data_(temporal) {}
  std::variant<Json, Temporal, ListPtr, DictPtr> data_;
};

struct List {
  std::vector<Value> items;
  Size size;
};

/// Members in order of insertion, with an index once they are many.
class Dict {
 public:
  struct Member {
    std::string key;
    Value value;
  };

  Dict() = default;
  Dict(const Dict& other) : size(other.size), members_(other.members_) { reindex(); }
  Dict(Dict&& other) noexcept = default;
  Dict& operator=(const Dict&) = delete;
  Dict& operator=(Dict&&) = delete;
  ~Dict() = default;

  const Value* find(std::string_view key) const;
  /// Sets or replaces; a replaced member keeps its place.
  void set(std::string_view key, Value value);
  const std::vector<Member>& members() const { return members_; }

  Size size;  ///< filled in by `Context::make_map`

 private:
  void reindex();
  std::vector<Member> members_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

/// Elements of an array value, whichever way it is represented. Valid as long as the value.
class Items {
 public:
  explicit Items(const Value& array);
  std::size_t size() const { return json_ ? json_->size() : list_->size(); }
  Value operator[](std::size_t i) const { return json_ ? Value((*json_)[i]) : (*list_)[i]; }

 private:
  const JsonArray* json_ = nullptr;
  const std::vector<Value>* list_ = nullptr;
};

/// Members of a map value, likewise.
class Members {
 public:
  explicit Members(const Value& map);
  std::size_t size() const { return json_ ? json_->size() : dict_->members().size(); }
  std::string_view key(std::size_t i) const {
    return json_ ? (*json_)[i].first.view() : std::string_view(dict_->members()[i].key);
  }
  Value value(std::size_t i) const { return json_ ? Value((*json_)[i].second) : dict_->members()[i].value; }
  bool has(std::string_view key) const;
  /// Null when there is no such member.
  Value find(std::string_view key) const;

 private:
  const JsonObject* json_ = nullptr;
  const Dict* dict_ = nullptr;
};

/// 03 §3.
bool is_truthy(const Value& value);
/// What leaves the expression.
Json to_json(const Value& value);
/// Appends the text form of 03 §3; in containers and for `json()` see `append_json`.
void append_text_form(std::string& out, const Value& value);
/// Appends compact JSON.
void append_json(std::string& out, const Value& value);

/// What an operation has read or written, for its cost (03 §12).
struct Work {
  std::size_t elements = 0;
  std::size_t bytes = 0;
};

/// Deep equality (03 §4).
bool are_equal(const Value& a, const Value& b, Work& work);
/// Exact comparison of two numbers: negative, 0 or positive.
int compare_numbers(const Value& a, const Value& b);
/// True for kinds that `<` orders among themselves.
bool is_ordered_kind(ValueKind kind);
/// Same ordered kind, or both numbers.
bool are_comparable(const Value& a, const Value& b);
/// Of two comparable values.
int compare(const Value& a, const Value& b, Work& work);

/// Bytes of a string as JSON, quotes included.
std::size_t quoted_bytes(std::string_view text);

}  // namespace scaiflow::expr
