#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/ir/ir.h"
#include "libs/manifest/yaml_writer.h"

namespace scaiflow::compiler {

/// Lines of `.scai` text, two spaces per level.
class ScaiText {
 public:
  void line(std::string_view text = {});
  /// `<head> {`; the lines up to `close` stand one level deeper. Gives the number of the line.
  std::size_t open(std::string_view head);
  /// `}` and what follows it.
  std::size_t close(std::string_view comment = {});
  void mark(const std::string& node_id, std::size_t first_line, std::size_t last_line);
  manifest::YamlText take() { return std::move(out_); }

 private:
  manifest::YamlText out_;
  std::size_t depth_ = 0;
  std::size_t lines_ = 0;
};

std::string quoted_text(std::string_view text);
/// An expression as it was written; with line breaks as a JSON string, so that it stays one line.
std::string expression_line(const std::string& expression);
void write_statement(ScaiText& text, const ir::Statement& statement);

/// A record as one line of JSON, without its defaults and the field `without`.
template <class Record>
std::string record_text(const Record& record, std::string_view without = {});

namespace scai_detail {

template <class T>
std::optional<std::string> value_text(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return ':' + std::string(name_of(value));
  } else if constexpr (std::is_constructible_v<Json, T>) {
    const Json json(value);
    return json.is_null() ? std::nullopt : std::optional(to_text(json));
  } else {
    return record_text(value);
  }
}

template <class T>
std::optional<std::string> value_text(const std::optional<T>& value) {
  return value ? value_text(*value) : std::nullopt;
}

template <class T>
std::optional<std::string> value_text(const std::vector<T>& value) {
  std::string out;
  for (const T& item : value) out += (out.empty() ? "[" : ",") + value_text(item).value_or("null");
  return out.empty() ? std::nullopt : std::optional(out + ']');
}

}  // namespace scai_detail

template <class Record>
std::string record_text(const Record& record, std::string_view without) {
  std::string out;
  const Record fresh{};
  Record::fields([&](const ir::FieldInfo& info, auto member) {
    if (info.name == without) return;
    auto value = scai_detail::value_text(record.*member);
    const auto fallback = scai_detail::value_text(fresh.*member);
    if (!value || (info.presence == ir::Presence::Defaulted && value == fallback)) return;
    if constexpr (std::is_same_v<std::decay_t<decltype(record.*member)>, std::optional<std::int64_t>>) {
      if (info.field_class == ir::FieldClass::Ms) value = duration_text(*(record.*member));
    }
    out += (out.empty() ? "{" : ", ") + std::string(info.name) + ": " + *value;
  });
  return out.empty() ? "{}" : out + '}';
}

}  // namespace scaiflow::compiler
