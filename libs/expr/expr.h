#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "libs/base/json.h"
#include "libs/diag/diag.h"
#include "libs/expr/type.h"

/// Expressions and templates (spec 03): parse, check, evaluate. Pure.
namespace scaiflow::expr {

inline constexpr std::size_t expression_bytes_max = 16'384;
inline constexpr std::size_t template_bytes_max = 262'144;
inline constexpr int parse_depth_max = 64;
inline constexpr std::int64_t fuel_max = 1'000'000;
inline constexpr std::size_t value_bytes_max = 4'194'304;
inline constexpr std::size_t array_length_max = 100'000;
inline constexpr int value_depth_max = 64;

/// Reserved names (03 §1): never a binding, variable, loop or lambda name.
bool is_reserved(std::string_view name);

/// What is wrong with an expression. `args` are those of the diagnostic after `<where>`, in placeholder
/// order.
struct Problem {
  diag::Code code{};
  std::vector<std::string> args;
  std::size_t offset = 0;  ///< in bytes, within the whole text
};

diag::Diagnostic to_diagnostic(const Problem& problem, std::string_view where, diag::Place place = {});
/// The message without `<where>: `, as E416 quotes it.
std::string message_of(const Problem& problem);

/// One use of a name that no lambda binds: `memory.a.b` gives name `memory`, members `a`, `b`.
struct FreeName {
  std::string name;
  std::vector<std::string> members;
  std::size_t offset = 0;
};

struct Program;

/// A parsed expression or template; immutable, copied in O(1). The default one is `null`.
class Expression {
 public:
  Expression();
  explicit Expression(std::shared_ptr<const Program> program);

  const std::string& text() const;
  /// False when parsing found a problem; evaluating such an expression is an error.
  bool is_valid() const;
  bool is_template() const;
  bool has_placeholder() const;
  /// Exactly one placeholder with nothing around it: the value keeps its type (03 §6.2).
  bool is_lone_placeholder() const;
  /// A name or dotted path, as itself or as lone placeholder.
  bool is_path() const { return !path().empty(); }
  /// Its parts, `{"memory", "a"}`; empty when it is no path.
  std::vector<std::string> path() const;
  /// All uses in order of text.
  std::vector<FreeName> free_names() const;

  const Program& program() const { return *program_; }

 private:
  std::shared_ptr<const Program> program_;
};

struct Parsed {
  Expression expression;
  std::vector<Problem> problems;  ///< F301, F302, F303, F306, F310
};

Parsed parse_expression(std::string_view text);
Parsed parse_template(std::string_view text);
/// Class E (04 §1): a template when it holds an unescaped `{{`, else an expression.
Parsed parse_e(std::string_view text);

/// The text with free names replaced; members, keys and lambda parameters stay (a parameter that would
/// capture a new name is renamed). Unchanged when the expression is not valid.
using Renames = std::map<std::string, std::string, std::less<>>;
std::string rename(const Expression& expression, const Renames& names);

/// The scope below the lambda parameters: rows 2-9 of 03 §7.
class Scope {
 public:
  virtual ~Scope() = default;
  /// False: `UnknownName`.
  virtual bool find(std::string_view name, Json& out) const = 0;
};

/// 03 §11.
struct EvalError {
  std::string code;  ///< `TypeMismatch`
  std::string message;
  std::string expression;  ///< the whole text
  std::size_t offset = 0;
};

/// Steps (03 §12). The limit holds for each evaluated string; `used` adds up.
struct Fuel {
  std::int64_t limit = fuel_max;
  std::int64_t used = 0;
};

tl::expected<Json, EvalError> evaluate(const Expression& expression, const Scope& scope, Fuel& fuel);

/// 03 §3.
bool is_truthy(const Json& value);
/// Text form (03 §3).
std::string text_form(const Json& value);

/// A problem within a T value; `path` as in `.items[0].title`, "" for a plain string.
struct TemplateProblem {
  std::string path;
  Problem problem;
};

/// Class T (04 §1): any JSON value whose strings are templates. Immutable, copied in O(1). The default is
/// null.
class TemplateValue {
 public:
  struct Parsed;
  struct Item {
    std::string path;
    Expression expression;  ///< always a template
  };

  TemplateValue();
  static Parsed parse(const Json& value);

  const Json& source() const;
  /// The strings inside that have placeholders or escapes, in order of the document.
  const std::vector<Item>& items() const;
  bool has_placeholder() const;
  tl::expected<Json, EvalError> evaluate(const Scope& scope, Fuel& fuel) const;

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

struct TemplateValue::Parsed {
  TemplateValue value;
  std::vector<TemplateProblem> problems;
};

/// `rename` for every string of a T value.
Json rename_template_value(const Json& t_value, const Renames& names);

/// A pattern of `match` (03 §9). The default fits nothing.
class Pattern {
 public:
  struct Parsed;
  static Parsed parse(std::string_view text);

  bool matches(const Json& subject) const;
  /// True for `_`, `else`, or an alternative that is one of them.
  bool is_catch_all() const { return is_catch_all_; }
  /// The values it names, catch-alls left out.
  const std::vector<Json>& values() const { return values_; }

 private:
  std::vector<Json> values_;
  bool is_catch_all_ = false;
};

struct Pattern::Parsed {
  Pattern pattern;
  std::vector<Problem> problems;  ///< F309, F310
};

inline Pattern::Parsed parse_pattern(std::string_view text) { return Pattern::parse(text); }

/// What is known of a name where an expression stands (03 §8).
struct StaticName {
  enum class State : std::uint8_t {
    Known,
    NotBefore,  ///< declared by node `node`, which can never have run before: F305
    Unknown,
  };
  State state = State::Unknown;
  const Type* type = nullptr;  ///< nullptr: open, not checked; must outlive the check
  std::string node;
};

class StaticScope {
 public:
  virtual ~StaticScope() = default;
  /// Rows 2-8 of 03 §7, as far as they can be known.
  virtual StaticName find(std::string_view name) const = 0;
  /// True when an unknown name may still be a member of the input (03 §8, F304 and F307).
  virtual bool input_is_open() const = 0;
  /// All known bindings, variables and params, for F304.
  virtual std::vector<std::string> candidates() const = 0;
  /// A declared type; nullptr leaves it open.
  virtual const Type* named_type(std::string_view) const { return nullptr; }
};

/// F304, F305, F307, F308.
void check_names(const Expression& expression, const StaticScope& scope, std::vector<Problem>& problems);
/// Type of the value where it is known.
std::optional<Type> type_of(const Expression& expression, const StaticScope& scope);
/// F311: a condition that is a template other than one lone placeholder.
std::vector<Problem> check_condition(const Expression& expression);

/// A T value as expression text (06 §5.9), for `on_validation_failure`.
std::string to_expression_text(const Json& t_value);
/// A literal of a class E field as expression text (03 §6.6): strings are text even with `{{`.
std::string to_literal_text(const Json& literal);
/// A string literal that reads back as `text`; `{{` inside is escaped, so that class E keeps it an
/// expression.
std::string quoted(std::string_view text);

}  // namespace scaiflow::expr
