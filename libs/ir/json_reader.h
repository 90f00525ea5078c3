#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libs/base/json.h"
#include "libs/diag/diag.h"
#include "libs/ir/ir.h"

namespace scaiflow::ir {

/// Reads records from JSON by their field tables and keeps every problem with its JSON pointer.
/// The nesting of the JSON is checked by the caller: reading recurses with it.
class JsonReader {
 public:
  /// `pointer` is the place of what is read first: `` for a module.
  explicit JsonReader(std::string pointer = {}) : pointer_(std::move(pointer)) {}

  bool read(const Json& json, Module& out) { return read_record(json, out); }
  bool read(const Json& json, Block& out);
  bool read(const Json& json, Statement& out);

  /// Message of the first problem; empty when there was none.
  const std::string& first() const { return first_; }
  const diag::Diagnostics& diagnostics() const { return diagnostics_; }
  /// Role that a block without `llm_role` gets; in a module that of its first model.
  void set_default_role(std::string role) { default_role_ = std::move(role); }

 private:
  /// Appends a step to the pointer for its lifetime.
  class Below {
   public:
    Below(JsonReader& reader, std::string_view key);
    Below(JsonReader& reader, std::size_t index);
    ~Below() { reader_.pointer_.resize(length_); }
    Below(const Below&) = delete;
    Below& operator=(const Below&) = delete;

   private:
    JsonReader& reader_;
    std::size_t length_;
  };

  bool problem(std::string what);
  bool mismatch(std::string_view expected, const Json& found);
  bool report(diag::Code code, std::initializer_list<std::string_view> args);
  bool missing(std::string_view field);

  bool value(const Json& json, std::string& out);
  bool value(const Json& json, std::int64_t& out);
  bool value(const Json& json, double& out);
  bool value(const Json& json, bool& out);
  bool value(const Json& json, JsonMap& out);
  bool value(const Json& json, TextMap& out);
  bool value(const Json& json, OnFailure& out);
  bool value(const Json& json, Block& out) { return read(json, out); }
  bool value(const Json& json, Statement& out) { return read(json, out); }
  /// An element of `capabilities`, the only list of free values.
  bool value(const Json& json, Json& out);

  template <class T>
  bool value(const Json& json, std::optional<T>& out) {
    if (json.is_null()) return true;
    return value(json, out.emplace());
  }

  template <class T>
  bool value(const Json& json, std::vector<T>& out) {
    if (!json.is_array()) return mismatch("a list", json);
    bool ok = true;
    out.clear();  // a default may stand there
    out.reserve(json.size());
    for (const Json& item : json.as_array()) {
      const Below below(*this, out.size());
      ok &= value(item, out.emplace_back());
    }
    return ok;
  }

  template <class T>
  bool value(const Json& json, T& out) {
    if constexpr (std::is_enum_v<T>) {
      return choice(json, names_of(out), out);
    } else {
      return read_record(json, out);
    }
  }

  template <class T, std::size_t N>
  bool choice(const Json& json, const std::string_view (&names)[N], T& out) {
    if (!json.is_string()) return mismatch("text", json);
    std::string list;
    for (std::size_t i = 0; i < N; ++i) {
      if (names[i] == json.as_string()) return out = static_cast<T>(i), true;
      list += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    return problem("'" + json.as_string() + "' is not one of " + list);
  }

  template <class Record>
  bool read_record(const Json& json, Record& out) {
    if (!json.is_object()) return mismatch("a map", json);
    bool ok = true;
    Record::fields([&](const FieldInfo& info, auto member) { ok &= field(json, info, out.*member); });
    return finish(json, out) && ok;
  }

  template <class T>
  bool field(const Json& record, const FieldInfo& info, T& out) {
    const Json* json = record.find(info.name);
    if (!json) return info.presence != Presence::Required || missing(info.name);
    const Below below(*this, info.name);
    if constexpr (std::is_same_v<T, Json>) {
      if (info.field_class == FieldClass::Type) return type(*json, out, info.presence);
      out = *json;
      return true;
    } else {
      return value(*json, out);
    }
  }

  bool type(const Json& json, Json& out, Presence presence);
  bool text_goal(const Json& block, const Json& goal);

  /// What the field tables cannot say: defaults that depend on other fields, and narrower shapes.
  template <class Record>
  bool finish(const Json&, Record&) {
    return true;
  }
  bool finish(const Json& json, Trigger& out);
  bool finish(const Json& json, FlexibleBlock& out);
  bool finish(const Json& json, GuardedBlock& out);
  bool finish(const Json& json, Model& out);

  std::string pointer_;
  std::string first_;
  std::string default_role_;
  std::string block_id_;  ///< of the block whose statements are read
  diag::Diagnostics diagnostics_;
};

}  // namespace scaiflow::ir
