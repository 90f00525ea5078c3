#include <algorithm>
#include <map>

#include "libs/expr/expr.h"
#include "libs/expr/near_name.h"
#include "libs/expr/program.h"

/// Static checks (03 §8): a walk over the nodes with a stack of types instead of values.
namespace scaiflow::expr {

namespace {

/// Named types may name each other; a chain longer than this is taken for open.
constexpr int named_depth_max = 32;

/// What is known of a value: its type, unless open, and the path that names it, "" for a computed one.
struct Known {
  std::optional<Type> type;
  std::string path;
};

Known of(Primitive primitive) { return {Type::primitive(primitive), ""}; }

bool is_text(const Type& type) {
  if (type.kind() == Type::Kind::Enum) return true;
  if (type.kind() == Type::Kind::Literal) return type.value().is_string();
  return type.is(Primitive::String) || type.is(Primitive::Date) || type.is(Primitive::Datetime) ||
         type.is(Primitive::Email) || type.is(Primitive::Url) || type.is(Primitive::Uuid);
}
bool is_integer(const Type& type) { return type.is(Primitive::Int) || type.is(Primitive::Duration); }
bool is_number(const Type& type) {
  return is_integer(type) || type.is(Primitive::Float) || type.is(Primitive::Money);
}

/// Outcome of looking a member up in a type.
struct Lookup {
  enum class Result : std::uint8_t { Open, Found, Lacks };
  Result result = Result::Open;
  std::optional<Type> type;
};
Lookup found(Type type) { return {Lookup::Result::Found, std::move(type)}; }
Lookup found_if(bool holds, Type type) {
  return holds ? found(std::move(type)) : Lookup{Lookup::Result::Lacks, {}};
}

class Walk {
 public:
  Walk(const Program& program, const StaticScope& scope, std::vector<Problem>& problems)
      : program_(program), scope_(scope), problems_(problems) {}

  /// What is known of the value of one expression.
  Known run(const Segment& segment) {
    stack_.clear();
    for (std::uint32_t at = segment.begin; at < segment.end; ++at) visit(program_.nodes[at], at);
    return stack_.empty() ? Known{} : std::move(stack_.back());
  }

 private:
  void push(Known known) { stack_.push_back(std::move(known)); }
  Known pop() {
    if (stack_.empty()) return {};
    Known known = std::move(stack_.back());
    stack_.pop_back();
    return known;
  }
  void replace(std::size_t count, Known known) {
    for (std::size_t i = 0; i < count; ++i) pop();
    push(std::move(known));
  }

  void visit(const Node& node, std::uint32_t at) {
    switch (node.op) {
      case Op::Constant: return push(constant(program_.constants[node.a]));
      case Op::Name: return push(name(program_.texts[node.a], node.offset));
      case Op::Param: return push(node.b < params_.size() ? params_[node.b][node.count] : Known{});
      case Op::Member: return push(member(pop(), program_.texts[node.a], node.offset));
      case Op::Index: return index(at);
      case Op::Array: return array(node);
      case Op::Object: return object(node);
      case Op::Call: return replace(node.count, function(static_cast<Function>(node.a)));
      case Op::Method: return method(node);
      case Op::Unknown: return replace(node.count, {});
      case Op::Negate:
      case Op::Add:
      case Op::Subtract:
      case Op::Multiply:
      case Op::Divide:
      case Op::Remainder: return arithmetic(node.op);
      case Op::Not: return replace(1, of(Primitive::Bool));
      case Op::Equal:
      case Op::Unequal:
      case Op::Less:
      case Op::LessEqual:
      case Op::Greater:
      case Op::GreaterEqual:
      case Op::In:
      case Op::NotIn:
      case Op::OrEnd:
      case Op::AndEnd: return replace(2, of(Primitive::Bool));
      case Op::CoalesceEnd: return choose(2);
      case Op::IfEnd: return choose(3);
      case Op::Lambda: return open_lambda(node);
      case Op::LambdaEnd: return close_lambda(at);
      case Op::Or:
      case Op::And:
      case Op::Coalesce:
      case Op::If:
      case Op::Else: return;
    }
  }

  static Known constant(const Value& value) {
    if (value.is_string()) return of(Primitive::String);
    if (value.is_int()) return of(Primitive::Int);
    if (value.is(ValueKind::Float)) return of(Primitive::Float);
    return value.is(ValueKind::Bool) ? of(Primitive::Bool) : Known{};
  }

  // Names.

  void report(diag::Code code, std::vector<std::string> args, std::size_t offset) {
    problems_.push_back({code, std::move(args), offset});
  }

  Known name(const std::string& text, std::size_t offset) {
    const StaticName known = scope_.find(text);
    switch (known.state) {
      case StaticName::State::Known: return {known.type ? std::optional(*known.type) : std::nullopt, text};
      case StaticName::State::NotBefore: report(diag::Code::F305, {text, known.node}, offset); return {};
      case StaticName::State::Unknown: break;
    }
    if (!scope_.input_is_open()) {
      report(diag::Code::F307, {text}, offset);
    } else if (const auto near = nearest_name(text, scope_.candidates())) {
      report(diag::Code::F304, {text, *near}, offset);
    }
    return {};
  }

  // Members.

  /// The type behind optionals and declared names; nullopt when it is open.
  std::optional<Type> resolve(std::optional<Type> type) const {
    for (int i = 0; type && i < named_depth_max; ++i) {
      if (type->is_optional()) {
        type = Type(type->item());
      } else if (type->kind() == Type::Kind::Named) {
        const Type* declared = scope_.named_type(type->name());
        type = declared ? std::optional(*declared) : std::nullopt;
      } else {
        return type;
      }
    }
    return std::nullopt;
  }

  Lookup look_up(const std::optional<Type>& unresolved, const std::string& name, int depth = 0) const {
    const std::optional<Type> type = resolve(unresolved);
    if (!type || depth > named_depth_max) return {};
    if (is_text(*type)) return found_if(name == "length" || name == "text", text_member(name));
    switch (type->kind()) {
      case Type::Kind::Primitive:
        if (type->is(Primitive::Json) || type->is(Primitive::Object)) return {};
        if (type->is(Primitive::Array)) return array_member(Type(), name);
        return found_if(false, Type());
      case Type::Kind::Array: return array_member(type->item(), name);
      case Type::Kind::Map: return name == "length" ? Lookup{} : found(Type::optional(type->item()));
      case Type::Kind::Object:
        if (const Type::Field* field = type->field(name)) return found(field->type);
        return found_if(name == "length", Type::primitive(Primitive::Int));
      case Type::Kind::Union: return union_member(type->members(), name, depth);
      case Type::Kind::Named:
      case Type::Kind::Enum:
      case Type::Kind::Literal:
      case Type::Kind::Optional: break;
    }
    return {};
  }
  static Type text_member(const std::string& name) {
    return Type::primitive(name == "length" ? Primitive::Int : Primitive::String);
  }
  static Lookup array_member(const Type& item, const std::string& name) {
    if (name == "length") return found(Type::primitive(Primitive::Int));
    return found_if(name == "first" || name == "last", Type::optional(item));
  }
  /// A union lacks a member when each of its types does.
  Lookup union_member(const std::vector<Type>& members, const std::string& name, int depth) const {
    const bool all_lack = std::all_of(members.begin(), members.end(), [&](const Type& member) {
      return look_up(member, name, depth + 1).result == Lookup::Result::Lacks;
    });
    return all_lack ? found_if(false, Type()) : Lookup{};
  }

  Known member(const Known& owner, const std::string& name, std::size_t offset) {
    Lookup lookup = look_up(owner.type, name);
    if (lookup.result == Lookup::Result::Lacks && !owner.path.empty()) {
      report(diag::Code::F308, {owner.path, name}, offset);
    }
    return {std::move(lookup.type), owner.path.empty() ? "" : owner.path + '.' + name};
  }

  /// The node before `at` is the root of the index.
  void index(std::uint32_t at) {
    pop();
    const Known owner = pop();
    const Node& key = program_.nodes[at - 1];
    if (key.op == Op::Constant && program_.constants[key.a].is_string()) {
      const std::optional<Type> type = resolve(owner.type);
      const bool has_members = type && type->kind() == Type::Kind::Object;
      return push(has_members ? member(owner, program_.constants[key.a].as_string(), key.offset) : Known{});
    }
    push({item_of(owner), owner.path.empty() ? "" : owner.path + "[…]"});
  }

  /// Type of the elements of an array or the values of a map.
  std::optional<Type> item_of(const Known& container) const {
    const std::optional<Type> type = resolve(container.type);
    const bool has_items = type && (type->kind() == Type::Kind::Array || type->kind() == Type::Kind::Map);
    return has_items ? std::optional(Type(type->item())) : std::nullopt;
  }

  // Literals, operators and calls.

  void array(const Node& node) {
    std::optional<Type> item;
    bool is_uniform = node.a > 0;
    for (std::uint32_t i = 0; i < node.a; ++i) {
      const Known known = pop();
      if (i == 0) item = known.type;
      is_uniform = is_uniform && known.type && item && *known.type == *item;
    }
    push({is_uniform ? Type::array(*item) : Type::primitive(Primitive::Array), ""});
  }

  void object(const Node& node) {
    std::vector<Type::Field> fields(node.a);
    for (std::uint32_t i = node.a; i-- > 0;) {
      fields[i] = {program_.keys[node.b + i], pop().type.value_or(Type()), {}};
    }
    push({Type::object(std::move(fields)), ""});
  }

  static Known function(Function function) {
    switch (function) {
      case Function::Len:
      case Function::Int: return of(Primitive::Int);
      case Function::Float: return of(Primitive::Float);
      case Function::Bool: return of(Primitive::Bool);
      case Function::TypeOf:
      case Function::String:
      case Function::Json:
      case Function::UrlEncode:
      case Function::UrlDecode:
      case Function::Base64Encode:
      case Function::Base64Decode:
      case Function::Sha256: return of(Primitive::String);
      case Function::Range: return {Type::array(Type::primitive(Primitive::Int)), ""};
      case Function::Date:
      case Function::Datetime:
      case Function::Duration:
      case Function::ParseJson:
      case Function::Min:
      case Function::Max:
      case Function::Coalesce: return {};
    }
    return {};
  }

  void method(const Node& node) {
    for (std::uint16_t i = 0; i < node.count; ++i) pop();
    const Known self = pop();
    const auto lambda = node.b == 0 ? lambda_results_.end() : lambda_results_.find(node.b - 1);
    const Known result = lambda == lambda_results_.end() ? Known{} : lambda->second;
    push(method_result(static_cast<Method>(node.a), self, result));
  }

  Known method_result(Method method, const Known& self, const Known& lambda) const {
    if (method == Method::Map && lambda.type) return {Type::array(*lambda.type), ""};
    switch (spec_of(method).result) {
      case ResultType::Open: return {};
      case ResultType::Same: return {self.type, ""};
      case ResultType::Item: {
        const auto item = item_of(self);
        return {item ? std::optional(Type::optional(*item)) : std::nullopt, ""};
      }
      case ResultType::ArrayOfOpen: return of(Primitive::Array);
      case ResultType::Bool: return of(Primitive::Bool);
      case ResultType::Int: return of(Primitive::Int);
      case ResultType::Number: return {};
      case ResultType::String: return of(Primitive::String);
      case ResultType::Strings: return {Type::array(Type::primitive(Primitive::String)), ""};
    }
    return {};
  }

  void arithmetic(Op op) {
    const Known right = pop();
    const Known left = op == Op::Negate ? right : pop();
    if (!left.type || !right.type) return push({});
    const bool is_joined = op == Op::Add && (is_text(*left.type) || is_text(*right.type));
    if (is_joined) return push(of(Primitive::String));
    if (!is_number(*left.type) || !is_number(*right.type)) return push({});
    if (!is_integer(*left.type) || !is_integer(*right.type)) return push(of(Primitive::Float));
    // Whether the quotient of two ints is one shows when they are known.
    push(op == Op::Divide ? Known{} : of(Primitive::Int));
  }

  /// One of the two uppermost of `count` values.
  void choose(std::size_t count) {
    const Known second = pop();
    const Known first = pop();
    if (count == 3) pop();
    const bool is_coalesce = count == 2;
    const std::optional<Type> left = is_coalesce && first.type && first.type->is_optional()
                                         ? std::optional(Type(first.type->item()))
                                         : first.type;
    const bool agree = left && second.type && *left == *second.type;
    push({agree ? left : std::nullopt, ""});
  }

  // Lambdas: the receiver is on the stack when its lambda begins.

  void open_lambda(const Node& node) {
    const Known receiver = stack_.empty() ? Known{} : stack_.back();
    const MethodSpec* method = lambda_method(node);
    std::vector<Known> params(std::max<std::size_t>(lambda_params(node), lambda_params_max));
    const bool is_reduce = method && method->id == Method::Reduce;
    const std::size_t item = std::min<std::size_t>(is_reduce ? 1 : 0, lambda_params(node) - 1);
    params[item] = {item_of(receiver), program_.params[node.b + item].name};
    params_.push_back(std::move(params));
  }
  void close_lambda(std::uint32_t at) {
    params_.pop_back();
    Known result = pop();
    // The Lambda node whose end this is jumps behind it.
    std::uint32_t begin = at;
    while (program_.nodes[begin].op != Op::Lambda || program_.nodes[begin].a != at + 1) --begin;
    lambda_results_[begin] = std::move(result);
  }

  const Program& program_;
  const StaticScope& scope_;
  std::vector<Problem>& problems_;
  std::vector<Known> stack_;
  std::vector<std::vector<Known>> params_;
  std::map<std::uint32_t, Known> lambda_results_;
};

}  // namespace

void check_names(const Expression& expression, const StaticScope& scope, std::vector<Problem>& problems) {
  Walk walk(expression.program(), scope, problems);
  for (const Segment& segment : expression.program().segments) {
    if (segment.is_placeholder) walk.run(segment);
  }
}

std::optional<Type> type_of(const Expression& expression, const StaticScope& scope) {
  if (!expression.is_valid()) return std::nullopt;
  if (!yields_value(expression.program())) return Type::primitive(Primitive::String);
  std::vector<Problem> ignored;
  return Walk(expression.program(), scope, ignored).run(expression.program().segments.front()).type;
}

std::vector<Problem> check_condition(const Expression& expression) {
  if (!expression.is_template() || expression.is_lone_placeholder()) return {};
  return {{diag::Code::F311, {}, 0}};
}

}  // namespace scaiflow::expr
