#pragma once

#include <map>
#include <string>
#include <string_view>

#include "libs/base/json.h"
#include "libs/base/json_text.h"
#include "libs/expr/expr.h"

/// What the tests of this folder share.
namespace scaiflow::expr {

class MapScope : public Scope {
 public:
  MapScope() = default;
  explicit MapScope(std::string_view json) {
    const Json values = try_parse_json(json).value();
    for (const auto& [name, value] : values.as_object()) set(name, value);
  }
  void set(std::string_view name, Json value) {
    values_.insert_or_assign(std::string(name), std::move(value));
  }

  bool find(std::string_view name, Json& out) const override {
    const auto it = values_.find(name);
    if (it == values_.end()) return false;
    out = it->second;
    return true;
  }

 private:
  std::map<std::string, Json, std::less<>> values_;
};

/// The scope of 03 §13, as rows 2 to 9 of 03 §7 resolve it.
inline MapScope example_scope() {
  const Json trigger =
      try_parse_json(
          R"({"message":{"text":"Hello World","lang":"en"},"amount":120,"rate":0.25,"tags":["a","b","c"],)"
          R"("nothing":null,"empty":""})")
          .value();
  const Json input = try_parse_json(R"({"decision":"approve","score":7})").value();
  const Json classify = try_parse_json(R"({"category":"question","confidence":0.82})").value();
  const Json items =
      try_parse_json(R"([{"name":"pen","price":2.5,"qty":4},{"name":"book","price":10,"qty":1}])").value();
  MapScope scope;
  for (const auto& [name, value] : input.as_object()) scope.set(name, value);
  for (const auto& [name, value] : trigger.as_object()) scope.set(name, value);
  scope.set("trigger", trigger);
  scope.set("input", input);
  scope.set("classify", classify);
  scope.set("node_classify", classify);
  scope.set("items", items);
  scope.set("node_items", items);
  scope.set("review", Json());
  scope.set("node_review", Json());
  scope.set("counter", Json(3));
  return scope;
}

/// The result as JSON text, `error <code>` for a failed evaluation, or the code of the first parse problem.
inline std::string outcome(const Parsed& parsed, const Scope& scope, Fuel fuel = {}) {
  if (!parsed.problems.empty()) return diag::info(parsed.problems.front().code).code;
  const auto result = evaluate(parsed.expression, scope, fuel);
  return result ? to_text(*result) : "error " + result.error().code;
}

inline std::string run(std::string_view text, const Scope& scope = example_scope()) {
  return outcome(parse_expression(text), scope);
}

inline std::string render(std::string_view text, const Scope& scope = example_scope()) {
  return outcome(parse_template(text), scope);
}

/// Code and message of a failed evaluation.
inline std::string failure(std::string_view text, const Scope& scope = example_scope()) {
  Fuel fuel;
  const auto result = evaluate(parse_expression(text).expression, scope, fuel);
  return result ? "no error: " + to_text(*result) : result.error().code + ": " + result.error().message;
}

/// Messages of the problems, without `<where>`.
inline std::string problems_of(const Parsed& parsed) {
  std::string out;
  for (const Problem& problem : parsed.problems) {
    out.append(out.empty() ? "" : " | ")
        .append(diag::info(problem.code).code)
        .append(" ")
        .append(message_of(problem));
  }
  return out;
}

}  // namespace scaiflow::expr
