#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/json_key.h"

namespace scaiflow {

class Json;
class JsonObject;
using JsonArray = std::vector<Json>;
using JsonMember = std::pair<JsonKey, Json>;

/// An immutable JSON value in 16 bytes: copying is O(1), containers and strings are shared. Integers (64 bit)
/// and floats are kept apart (spec 04 §6.10) and the order of object members is kept (01 §1).
/// Changing functions (`set`, `push_back`) act on this handle alone: they copy a shared container first.
class Json {
 public:
  enum class Kind : std::uint8_t { Null, Bool, Int, Float, String, Array, Object };

  Json() noexcept = default;
  Json(std::nullptr_t) noexcept {}
  Json(bool value) noexcept : kind_(Kind::Bool) { data_.truth = value; }
  Json(int value) noexcept : Json(static_cast<long long>(value)) {}
  Json(unsigned value) noexcept : Json(static_cast<long long>(value)) {}
  Json(long value) noexcept : Json(static_cast<long long>(value)) {}
  Json(unsigned long value) noexcept : Json(static_cast<long long>(value)) {}
  Json(long long value) noexcept : kind_(Kind::Int) { data_.whole = value; }
  Json(unsigned long long value) noexcept : Json(static_cast<long long>(value)) {}
  Json(double value) noexcept : kind_(Kind::Float) { data_.real = value; }
  Json(const char* value) : Json(std::string(value)) {}
  Json(std::string_view value) : Json(std::string(value)) {}
  Json(const JsonKey& value) : Json(value.view()) {}
  Json(std::string value);
  Json(JsonArray value);
  Json(JsonObject value);

  Json(const Json& other) noexcept : data_(other.data_), kind_(other.kind_) {
    if (is_shared()) data_.shared->holders.fetch_add(1, std::memory_order_relaxed);
  }
  Json(Json&& other) noexcept : data_(other.data_), kind_(std::exchange(other.kind_, Kind::Null)) {}
  Json& operator=(Json other) noexcept {
    std::swap(data_, other.data_);
    std::swap(kind_, other.kind_);
    return *this;
  }
  ~Json() {
    if (is_shared()) let_go();
  }

  /// `Json::object({{"a", 1}, {"b", "x"}})`, `Json::array({1, 2})`.
  static Json object(std::initializer_list<JsonMember> members = {});
  static Json array(std::initializer_list<Json> items = {});

  Kind kind() const { return kind_; }
  bool is_null() const { return kind() == Kind::Null; }
  bool is_bool() const { return kind() == Kind::Bool; }
  bool is_int() const { return kind() == Kind::Int; }
  bool is_float() const { return kind() == Kind::Float; }
  bool is_number() const { return is_int() || is_float(); }
  bool is_string() const { return kind() == Kind::String; }
  bool is_array() const { return kind() == Kind::Array; }
  bool is_object() const { return kind() == Kind::Object; }

  /// Typed reads; the kind must fit (assertion), except `as_double`, which takes any number.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;
  const std::string& as_string() const;
  const JsonArray& as_array() const;
  const JsonObject& as_object() const;

  /// Member of an object; null when this is no object or has no such member.
  const Json& operator[](std::string_view key) const;
  /// Pointer to the member, or nullptr when this is no object or lacks it.
  const Json* find(std::string_view key) const;
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// Element of an array; null outside.
  const Json& at(std::size_t index) const;
  /// Members or elements; 0 for anything else.
  std::size_t size() const;

  /// Member as text, or `fallback` when it is absent or no string. Likewise below.
  std::string string_or(std::string_view key, std::string_view fallback) const;
  std::int64_t int_or(std::string_view key, std::int64_t fallback) const;
  bool bool_or(std::string_view key, bool fallback) const;

  /// Sets or replaces a member in place of order; makes an object out of null.
  Json& set(std::string_view key, Json value);
  Json& erase(std::string_view key);
  /// Appends; makes an array out of null.
  Json& push_back(Json value);

  /// Deep equality; int and float compare by value (03 §4), member order does not matter.
  friend bool operator==(const Json& a, const Json& b);

 private:
  struct Shared {
    std::atomic<std::uint32_t> holders{1};
  };
  template <class T>
  struct Box;
  union Data {
    bool truth;
    std::int64_t whole;
    double real;
    Shared* shared;
  };

  bool is_shared() const { return kind_ >= Kind::String; }
  template <class T>
  const T& content() const;
  template <class T>
  T& unshared();
  void let_go() noexcept;

  Data data_{};
  Kind kind_ = Kind::Null;
};

static_assert(sizeof(Json) == 16);

/// Members of an object in order of insertion; look-up is linear for small objects and hashed for large ones.
class JsonObject {
 public:
  JsonObject();
  JsonObject(std::initializer_list<JsonMember> members);
  JsonObject(const JsonObject& other);
  JsonObject(JsonObject&& other) noexcept;
  JsonObject& operator=(const JsonObject& other);
  JsonObject& operator=(JsonObject&& other) noexcept;
  ~JsonObject();

  const Json* find(std::string_view key) const;
  /// Sets or replaces; a replaced member keeps its place.
  void set(std::string_view key, Json value);
  /// Appends without looking for the key: the caller knows that it is new.
  void append(JsonKey key, Json value);
  bool erase(std::string_view key);
  /// Moves the members out into an object of their exact size; this one is empty then, and keeps its room.
  JsonObject take_all();
  void reserve(std::size_t n) { members_.reserve(n); }

  std::size_t size() const { return members_.size(); }
  bool empty() const { return members_.empty(); }
  auto begin() const { return members_.begin(); }
  auto end() const { return members_.end(); }
  const JsonMember& operator[](std::size_t i) const { return members_[i]; }

 private:
  struct Index;
  std::ptrdiff_t position(std::string_view key) const;
  void reindex();
  std::vector<JsonMember> members_;
  std::unique_ptr<Index> index_;
};

}  // namespace scaiflow
