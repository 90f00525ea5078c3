#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libs/base/json_text.h"
#include "libs/ir/field.h"
#include "libs/ir/ir.h"

namespace scaiflow::ir {

/// What a record says about a value, by its field class. `label` names the field within the record: `guard`,
/// `input_bindings.a`, `arms[1].when`; `pointer` is its JSON pointer below the record.
struct FieldSink {
  virtual ~FieldSink() = default;
  virtual void expression(const std::string& text, const std::string& label) = 0;
  virtual void template_value(const Json& value, const std::string& label) = 0;
  virtual void type(const Json& tree, const std::string& pointer) = 0;
  /// `value` must lie between `lowest` and `highest`, which are shown as they stand.
  virtual void number(double value, const std::string& shown, std::string_view field,
                      const std::string& pointer) = 0;
};

/// Walks the fields of records by their tables and hands each checked value to a sink. Bodies are left out:
/// their blocks are checked one by one.
class FieldWalker {
 public:
  explicit FieldWalker(FieldSink& sink, std::string label = {}, std::string pointer = {})
      : sink_(sink), label_(std::move(label)), pointer_(std::move(pointer)) {}

  template <class Record>
  void record(const Record& value) {
    Record::fields([&](const FieldInfo& info, auto member) {
      below(info.name, [&] { field(info, value.*member); });
    });
  }

 private:
  /// Visits the member `name`, or the element of that number.
  template <class Visit>
  void below(std::string_view name, Visit visit) {
    const std::size_t label_size = label_.size();
    if (!label_.empty()) label_ += '.';
    label_ += name;
    with_pointer(name, visit);
    label_.resize(label_size);
  }

  template <class Visit>
  void below(std::size_t index, Visit visit) {
    const std::size_t label_size = label_.size();
    const std::string number = std::to_string(index);
    label_.append("[").append(number).append("]");
    with_pointer(number, visit);
    label_.resize(label_size);
  }

  template <class Visit>
  void with_pointer(std::string_view part, Visit visit) {
    const std::size_t pointer_size = pointer_.size();
    pointer_ += '/';
    pointer_ += part;
    visit();
    pointer_.resize(pointer_size);
  }

  void field(const FieldInfo& info, const std::string& value) {
    if (info.field_class == FieldClass::Expression) sink_.expression(value, label_);
  }
  void field(const FieldInfo& info, const Json& value) {
    if (info.field_class == FieldClass::Template) sink_.template_value(value, label_);
    if (info.field_class == FieldClass::Type && !value.is_null()) sink_.type(value, pointer_);
  }
  void field(const FieldInfo& info, std::int64_t value) {
    const bool is_ms = info.field_class == FieldClass::Ms;
    sink_.number(static_cast<double>(value), std::to_string(value), is_ms ? "ms" : info.name, pointer_);
  }
  void field(const FieldInfo& info, double value) {
    sink_.number(value, number_text(value), info.name, pointer_);
  }
  void field(const FieldInfo&, bool) {}
  void field(const FieldInfo& info, const JsonMap& values) {
    if (info.field_class != FieldClass::TemplateMap) return;
    for (const auto& [key, value] : values) {
      below(key, [&] { sink_.template_value(value, label_); });
    }
  }
  void field(const FieldInfo&, const TextMap& values) {
    for (const auto& [key, text] : values) {
      below(key, [&] { sink_.expression(text, label_); });
    }
  }
  void field(const FieldInfo& info, const OnFailure& causes) {
    for (const auto& [cause, actions] : causes) {
      below(cause, [&] { field(info, actions); });
    }
  }
  void field(const FieldInfo&, const Body&) {}
  void field(const FieldInfo&, const Statement& statement) {
    std::visit([this](const auto& detail) { record(detail); }, statement.detail);
  }

  template <class T>
  void field(const FieldInfo& info, const std::optional<T>& value) {
    if (value) field(info, *value);
  }

  template <class T>
  void field(const FieldInfo& info, const std::vector<T>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      below(i, [&] { field(info, items[i]); });
    }
  }

  template <class T>
  void field(const FieldInfo&, const T& value) {
    if constexpr (!std::is_enum_v<T>) record(value);
  }

  FieldSink& sink_;
  std::string label_;
  std::string pointer_;
};

}  // namespace scaiflow::ir
