#include <type_traits>
#include <utility>

#include "libs/base/json_text.h"
#include "libs/ir/codec.h"

namespace scaiflow::ir {
namespace {

/// Turns records into JSON by their field tables; one overload per shape a member can have.
struct JsonWriter {
  Json operator()(const Json& value) const { return value; }
  Json operator()(const JsonMap& value) const { return Json(value); }
  Json operator()(const std::string& value) const { return Json(value); }
  Json operator()(std::int64_t value) const { return Json(value); }
  Json operator()(double value) const { return Json(value); }
  Json operator()(bool value) const { return Json(value); }

  Json operator()(const TextMap& value) const {
    JsonObject members;
    members.reserve(value.size());
    for (const auto& [key, text] : value) members.append(key, Json(text));
    return Json(std::move(members));
  }

  Json operator()(const OnFailure& value) const {
    JsonObject members;
    for (const auto& [cause, actions] : value) members.append(cause, (*this)(actions));
    return Json(std::move(members));
  }

  template <class T>
  Json operator()(const std::optional<T>& value) const {
    return value ? (*this)(*value) : Json();
  }

  template <class T>
  Json operator()(const std::vector<T>& items) const {
    JsonArray out;
    out.reserve(items.size());
    for (const T& item : items) out.push_back((*this)(item));
    return Json(std::move(out));
  }

  Json operator()(const Block& block) const {
    JsonObject out;
    out.reserve(4 + std::visit([](const auto& detail) { return field_count(detail); }, block.detail));
    out.append("kind", Json(name_of(block.kind())));
    out.append("id", Json(block.id));
    out.append("result_binding", (*this)(block.result_binding));
    out.append("source_location", (*this)(block.source_location));
    std::visit([&](const auto& detail) { append_fields(out, detail); }, block.detail);
    return Json(std::move(out));
  }

  Json operator()(const Statement& statement) const {
    JsonObject out;
    out.append("kind", Json(name_of(statement.kind())));
    std::visit([&](const auto& detail) { append_fields(out, detail); }, statement.detail);
    return Json(std::move(out));
  }

  /// Any other record, or an enum.
  template <class T>
  Json operator()(const T& value) const {
    if constexpr (std::is_enum_v<T>) {
      return Json(name_of(value));
    } else {
      JsonObject out;
      append_fields(out, value);
      return Json(std::move(out));
    }
  }

  template <class Record>
  static std::size_t field_count(const Record&) {
    std::size_t count = 0;
    Record::fields([&](const FieldInfo&, auto) { ++count; });
    return count;
  }

  template <class Record>
  void append_fields(JsonObject& out, const Record& record) const {
    out.reserve(out.size() + field_count(record));
    Record::fields([&](const FieldInfo& field, auto member) {
      out.append(std::string(field.name), (*this)(record.*member));
    });
  }
};

}  // namespace

Json to_json(const Module& module) { return JsonWriter{}(module); }
Json to_json(const Block& block) { return JsonWriter{}(block); }
Json to_json(const Statement& statement) { return JsonWriter{}(statement); }

std::string to_json_text(const Module& module) { return to_text(to_json(module)); }

}  // namespace scaiflow::ir
