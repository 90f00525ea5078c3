#include "libs/base/json.h"

#include <cassert>
#include <cstdlib>
#include <iterator>
#include <unordered_map>
#include <variant>

namespace scaiflow {

namespace {
const Json null_json;
constexpr std::size_t linear_members_max = 16;

/// What std::get does with the wrong alternative: the request ends there, not the process.
[[noreturn]] void refuse_kind() {
  (void)std::get<int>(std::variant<int, bool>(true));
  std::abort();
}

}  // namespace

struct JsonObject::Index {
  std::unordered_map<std::string_view, std::size_t> positions;
};

JsonObject::JsonObject() = default;
JsonObject::JsonObject(JsonObject&& other) noexcept = default;
JsonObject& JsonObject::operator=(JsonObject&& other) noexcept = default;
JsonObject::~JsonObject() = default;
JsonObject::JsonObject(const JsonObject& other) {
  reserve(other.size());
  for (const JsonMember& member : other.members_) append(member.first, member.second);
}

JsonObject::JsonObject(std::initializer_list<JsonMember> members) {
  members_.reserve(members.size());
  for (const JsonMember& member : members) set(member.first, member.second);
}

JsonObject& JsonObject::operator=(const JsonObject& other) {
  if (this != &other) *this = JsonObject(other);
  return *this;
}

std::ptrdiff_t JsonObject::position(std::string_view key) const {
  if (!index_) {
    const JsonKey::Probe probe(key);
    for (const JsonMember& member : members_) {
      if (probe.fits(member.first)) return &member - members_.data();
    }
    return -1;
  }
  const auto it = index_->positions.find(key);
  return it == index_->positions.end() ? -1 : static_cast<std::ptrdiff_t>(it->second);
}

const Json* JsonObject::find(std::string_view key) const {
  const std::ptrdiff_t at = position(key);
  return at < 0 ? nullptr : &members_[static_cast<std::size_t>(at)].second;
}

void JsonObject::set(std::string_view key, Json value) {
  const std::ptrdiff_t at = position(key);
  if (at >= 0) {
    members_[static_cast<std::size_t>(at)].second = std::move(value);
    return;
  }
  append(key, std::move(value));
}

void JsonObject::append(JsonKey key, Json value) {
  // The index holds views of the keys, so it is rebuilt when the members move.
  const bool moves = members_.size() == members_.capacity();
  members_.emplace_back(std::move(key), std::move(value));
  if (!index_ || moves) {
    reindex();
  } else {
    index_->positions.emplace(members_.back().first, members_.size() - 1);
  }
}

void JsonObject::reindex() {
  index_.reset();
  if (members_.size() <= linear_members_max) return;
  index_ = std::make_unique<Index>();
  for (std::size_t i = 0; i < members_.size(); ++i) index_->positions.emplace(members_[i].first, i);
}

JsonObject JsonObject::take_all() {
  JsonObject taken;
  taken.members_.assign(std::make_move_iterator(members_.begin()), std::make_move_iterator(members_.end()));
  taken.reindex();
  members_.clear();
  index_.reset();
  return taken;
}

bool JsonObject::erase(std::string_view key) {
  const std::ptrdiff_t at = position(key);
  if (at < 0) return false;
  index_.reset();
  members_.erase(members_.begin() + at);
  reindex();
  return true;
}

template <class T>
struct Json::Box : Shared {
  explicit Box(T given) : value(std::move(given)) {}
  T value;
};

Json::Json(std::string value) : kind_(Kind::String) { data_.shared = new Box(std::move(value)); }
Json::Json(JsonArray value) : kind_(Kind::Array) { data_.shared = new Box(std::move(value)); }
Json::Json(JsonObject value) : kind_(Kind::Object) { data_.shared = new Box(std::move(value)); }

void Json::let_go() noexcept {
  // A sole holder needs no locked instruction.
  Shared& shared = *data_.shared;
  if (shared.holders.load(std::memory_order_acquire) != 1 &&
      shared.holders.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  switch (kind_) {
    case Kind::String: delete static_cast<Box<std::string>*>(&shared); return;
    case Kind::Array: delete static_cast<Box<JsonArray>*>(&shared); return;
    case Kind::Object: delete static_cast<Box<JsonObject>*>(&shared); return;
    case Kind::Null:
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float: return;
  }
}

Json Json::object(std::initializer_list<JsonMember> members) { return Json(JsonObject(members)); }
Json Json::array(std::initializer_list<Json> items) { return Json(JsonArray(items)); }

bool Json::as_bool() const {
  if (!is_bool()) refuse_kind();
  return data_.truth;
}

std::int64_t Json::as_int() const {
  if (!is_int()) refuse_kind();
  return data_.whole;
}

double Json::as_double() const {
  if (is_int()) return static_cast<double>(data_.whole);
  if (!is_float()) refuse_kind();
  return data_.real;
}

template <class T>
const T& Json::content() const {
  return static_cast<const Box<T>*>(data_.shared)->value;
}

const std::string& Json::as_string() const {
  if (!is_string()) refuse_kind();
  return content<std::string>();
}

const JsonArray& Json::as_array() const {
  if (!is_array()) refuse_kind();
  return content<JsonArray>();
}

const JsonObject& Json::as_object() const {
  if (!is_object()) refuse_kind();
  return content<JsonObject>();
}

const Json* Json::find(std::string_view key) const { return is_object() ? as_object().find(key) : nullptr; }

const Json& Json::operator[](std::string_view key) const {
  const Json* member = find(key);
  return member ? *member : null_json;
}

const Json& Json::at(std::size_t index) const {
  if (!is_array() || index >= as_array().size()) return null_json;
  return as_array()[index];
}

std::size_t Json::size() const {
  if (is_array()) return as_array().size();
  return is_object() ? as_object().size() : 0;
}

std::string Json::string_or(std::string_view key, std::string_view fallback) const {
  const Json* member = find(key);
  return member && member->is_string() ? member->as_string() : std::string(fallback);
}

std::int64_t Json::int_or(std::string_view key, std::int64_t fallback) const {
  const Json* member = find(key);
  return member && member->is_int() ? member->as_int() : fallback;
}

bool Json::bool_or(std::string_view key, bool fallback) const {
  const Json* member = find(key);
  return member && member->is_bool() ? member->as_bool() : fallback;
}

/// The container of this handle, copied first when somebody else holds it too.
template <class T>
T& Json::unshared() {
  if (data_.shared->holders.load(std::memory_order_acquire) != 1) *this = Json(T(content<T>()));
  return static_cast<Box<T>*>(data_.shared)->value;
}

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) *this = Json(JsonObject());
  if (!is_object()) refuse_kind();
  unshared<JsonObject>().set(key, std::move(value));
  return *this;
}

Json& Json::erase(std::string_view key) {
  if (is_object()) unshared<JsonObject>().erase(key);
  return *this;
}

Json& Json::push_back(Json value) {
  if (is_null()) *this = Json(JsonArray());
  if (!is_array()) refuse_kind();
  unshared<JsonArray>().push_back(std::move(value));
  return *this;
}

namespace {

bool numbers_equal(const Json& a, const Json& b) {
  if (a.is_int() && b.is_int()) return a.as_int() == b.as_int();
  if (a.is_float() && b.is_float()) return a.as_double() == b.as_double();
  const double real = a.is_float() ? a.as_double() : b.as_double();
  const std::int64_t whole = a.is_int() ? a.as_int() : b.as_int();
  // Compared as integers: a double holds not every 64-bit integer.
  if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0)) return false;
  const auto truncated = static_cast<std::int64_t>(real);
  return static_cast<double>(truncated) == real && truncated == whole;
}

bool objects_equal(const JsonObject& a, const JsonObject& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a) {
    const Json* other = b.find(key);
    if (!other || !(value == *other)) return false;
  }
  return true;
}

}  // namespace

bool operator==(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return numbers_equal(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Json::Kind::Null: return true;
    case Json::Kind::Bool: return a.as_bool() == b.as_bool();
    case Json::Kind::Int:
    case Json::Kind::Float: return numbers_equal(a, b);
    case Json::Kind::String: return a.as_string() == b.as_string();
    case Json::Kind::Array: return &a.as_array() == &b.as_array() || a.as_array() == b.as_array();
    case Json::Kind::Object:
      return &a.as_object() == &b.as_object() || objects_equal(a.as_object(), b.as_object());
  }
  return false;
}

}  // namespace scaiflow
