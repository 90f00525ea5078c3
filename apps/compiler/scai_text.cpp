#include "apps/compiler/scai_text.h"

#include <variant>

namespace scaiflow::compiler {

void ScaiText::line(std::string_view text) {
  if (!text.empty()) out_.text.append(2 * depth_, ' ');
  out_.text += text;
  out_.text += '\n';
  ++lines_;
}

std::size_t ScaiText::open(std::string_view head) {
  line(std::string(head) + " {");
  ++depth_;
  return lines_;
}

std::size_t ScaiText::close(std::string_view comment) {
  --depth_;
  line('}' + std::string(comment));
  return lines_;
}

void ScaiText::mark(const std::string& node_id, std::size_t first_line, std::size_t last_line) {
  out_.ranges.push_back({node_id, first_line, last_line});
}

std::string quoted_text(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

std::string expression_line(const std::string& expression) {
  return expression.find_first_of("\n\r") == std::string::npos ? expression : quoted_text(expression);
}

namespace {

/// One statement per line (06 §9).
class StatementWriter {
 public:
  explicit StatementWriter(ScaiText& text) : text_(text) {}

  void operator()(const ir::AssignStatement& s) { text_.line(s.target + " = " + expression_line(s.value)); }
  void operator()(const ir::ExpressionStatement& s) { text_.line(expression_line(s.expression)); }

  void operator()(const ir::PluginCallStatement& s) {
    std::string args;
    for (const auto& [name, value] : s.args) {
      args += (args.empty() ? "" : ", ") + name + " = " + to_text(value);
    }
    std::string line = s.plugin + '.' + s.method + '(' + args + ')';
    if (s.result_binding) line.insert(0, *s.result_binding + " = ");
    if (s.timeout_ms) line += " timeout " + duration_text(*s.timeout_ms);
    if (s.idempotency == ir::Idempotency::AtMostOnce) line += " :at_most_once";
    text_.line(line);
  }

  void operator()(const ir::MemorySetStatement& s) {
    memory("set", s.field, s.key, " = " + expression_line(s.value));
  }
  void operator()(const ir::MemoryUpdateStatement& s) {
    memory("update", s.field, s.key, " = " + expression_line(s.value));
  }
  void operator()(const ir::MemoryDeleteStatement& s) { memory("delete", s.field, s.key, ""); }

  void operator()(const ir::IfStatement& s) {
    text_.open("if " + expression_line(s.condition));
    for (const ir::Statement& inner : s.then) write_statement(text_, inner);
    if (!s.else_.empty()) {
      text_.close();
      text_.open("else");
      for (const ir::Statement& inner : s.else_) write_statement(text_, inner);
    }
    text_.close();
  }

  void operator()(const ir::EmitStatement& s) {
    text_.line("emit " + s.event + (s.payload.is_null() ? "" : ' ' + to_text(s.payload)));
  }
  void operator()(const ir::ReturnStatement& s) { text_.line("return " + to_text(s.value)); }
  void operator()(const ir::BreakStatement&) { text_.line("break"); }
  void operator()(const ir::ContinueStatement&) { text_.line("continue"); }

 private:
  void memory(const std::string& verb, const std::string& field, const std::optional<std::string>& key,
              const std::string& rest) {
    const std::string index = key ? '[' + expression_line(*key) + ']' : "";
    text_.line(verb + " memory." + field + index + rest);
  }

  ScaiText& text_;
};

}  // namespace

void write_statement(ScaiText& text, const ir::Statement& statement) {
  std::visit(StatementWriter(text), statement.detail);
}

}  // namespace scaiflow::compiler
