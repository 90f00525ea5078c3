#include <algorithm>
#include <string>
#include <vector>

#include "libs/expr/context.h"
#include "libs/expr/expr.h"
#include "libs/expr/program.h"

namespace scaiflow::expr {

namespace {

/// One step of rebuilding the value with a stack: push a literal or a string's value, or build a container.
struct Build {
  enum class Kind : std::uint8_t { Literal, String, Array, Object };
  Kind kind{};
  Json literal;           ///< Literal: the value; Object: the source, for its keys
  std::size_t item = 0;   ///< String: index into the items
  std::size_t count = 0;  ///< Array, Object: members
};

}  // namespace

struct TemplateValue::Data {
  Json source;
  std::vector<Item> items;
  std::vector<Build> program;
};

namespace {

/// A container that is being walked.
struct Open {
  const Json* value = nullptr;
  std::size_t next = 0;
  std::size_t first_step = 0;  ///< where its part of the program begins
  std::size_t path_size = 0;   ///< of the path to the container
  bool has_template = false;
};

/// Walks a JSON value in order of text with its own stack and writes the steps.
class TemplateParser {
 public:
  TemplateParser(std::vector<TemplateValue::Item>& items, std::vector<Build>& program,
                 std::vector<TemplateProblem>& problems)
      : items_(items), program_(program), problems_(problems) {}

  void run(const Json& root) {
    visit(root);
    while (!open_.empty()) step();
  }

 private:
  void step() {
    Open& top = open_.back();
    path_.resize(top.path_size);
    if (top.next == top.value->size()) return close();
    const std::size_t i = top.next++;
    if (top.value->is_array()) {
      path_ += '[' + std::to_string(i) + ']';
      visit(top.value->as_array()[i]);
    } else {
      const JsonMember& member = top.value->as_object()[i];
      path_ += '.' + member.first;
      visit(member.second);
    }
  }

  void visit(const Json& value) {
    if (value.is_array() || value.is_object()) {
      open_.push_back({&value, 0, program_.size(), path_.size(), false});
    } else if (value.is_string()) {
      add_string(value);
    } else {
      program_.push_back({Build::Kind::Literal, value, 0, 0});
    }
  }

  void add_string(const Json& value) {
    if (value.as_string().find("{{") == std::string::npos) {
      program_.push_back({Build::Kind::Literal, value, 0, 0});
      return;
    }
    expr::Parsed parsed = parse_template(value.as_string());
    for (Problem& problem : parsed.problems) problems_.push_back({path_, std::move(problem)});
    program_.push_back({Build::Kind::String, {}, items_.size(), 0});
    items_.push_back({path_, std::move(parsed.expression)});
    if (!open_.empty()) open_.back().has_template = true;
  }

  /// A container without templates becomes one literal.
  void close() {
    const Open closed = open_.back();
    open_.pop_back();
    if (!closed.has_template) {
      program_.resize(closed.first_step);
      program_.push_back({Build::Kind::Literal, *closed.value, 0, 0});
      return;
    }
    if (!open_.empty()) open_.back().has_template = true;
    const auto kind = closed.value->is_array() ? Build::Kind::Array : Build::Kind::Object;
    program_.push_back({kind, *closed.value, 0, closed.value->size()});
  }

  std::vector<TemplateValue::Item>& items_;
  std::vector<Build>& program_;
  std::vector<TemplateProblem>& problems_;
  std::vector<Open> open_;
  std::string path_;
};

/// Replaces the uppermost `step.count` values by the container that holds them.
void build_container(const Build& step, std::vector<Json>& stack) {
  const auto first = stack.end() - static_cast<std::ptrdiff_t>(step.count);
  Json out;
  if (step.kind == Build::Kind::Array) {
    out = Json(JsonArray(first, stack.end()));
  } else {
    JsonObject members;
    members.reserve(step.count);
    for (std::size_t i = 0; i < step.count; ++i) {
      members.append(step.literal.as_object()[i].first, first[static_cast<std::ptrdiff_t>(i)]);
    }
    out = Json(std::move(members));
  }
  stack.erase(first, stack.end());
  stack.push_back(std::move(out));
}

}  // namespace

TemplateValue::TemplateValue() : data_(std::make_shared<const Data>()) {}

TemplateValue::Parsed TemplateValue::parse(const Json& value) {
  Data data;
  Parsed parsed;
  data.source = value;
  TemplateParser(data.items, data.program, parsed.problems).run(data.source);
  parsed.value.data_ = std::make_shared<const Data>(std::move(data));
  return parsed;
}

const Json& TemplateValue::source() const { return data_->source; }
const std::vector<TemplateValue::Item>& TemplateValue::items() const { return data_->items; }

bool TemplateValue::has_placeholder() const {
  return std::any_of(data_->items.begin(), data_->items.end(),
                     [](const Item& item) { return item.expression.has_placeholder(); });
}

tl::expected<Json, EvalError> TemplateValue::evaluate(const Scope& scope, Fuel& fuel) const {
  if (data_->items.empty()) return data_->source;
  std::vector<Json> stack;
  for (const Build& step : data_->program) {
    if (step.kind == Build::Kind::Literal) {
      stack.push_back(step.literal);
    } else if (step.kind == Build::Kind::String) {
      auto value = expr::evaluate(data_->items[step.item].expression, scope, fuel);
      if (!value) return value;
      stack.push_back(std::move(*value));
    } else {
      build_container(step, stack);
    }
  }
  // Many strings may each be within the limits and the whole not.
  Context cx(fuel.limit);
  if (cx.admit(Value(stack.back())); cx.failed()) {
    return tl::unexpected(
        EvalError{std::string(name_of(cx.code())), cx.message(), data_->items.front().expression.text(), 0});
  }
  return std::move(stack.back());
}

namespace {

Json renamed(const Json& value, const Renames& names) {
  if (value.is_string()) {
    if (value.as_string().find("{{") == std::string::npos) return value;
    return Json(rename(parse_template(value.as_string()).expression, names));
  }
  if (value.is_array()) {
    JsonArray out;
    for (const Json& item : value.as_array()) out.push_back(renamed(item, names));
    return Json(std::move(out));
  }
  if (!value.is_object()) return value;
  JsonObject out;
  for (const auto& [key, member] : value.as_object()) out.append(key, renamed(member, names));
  return Json(std::move(out));
}

}  // namespace

// Recursive over a document, whose nesting is bounded when it is read.
Json rename_template_value(const Json& t_value, const Renames& names) { return renamed(t_value, names); }

}  // namespace scaiflow::expr
