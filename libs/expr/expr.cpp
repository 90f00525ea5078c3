#include "libs/expr/expr.h"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "libs/base/text.h"
#include "libs/expr/parser.h"
#include "libs/expr/program.h"

namespace scaiflow::expr {

namespace {

constexpr std::string_view reserved[] = {
    "true",    "false",      "null",      "and",    "or",        "not",    "in",     "else",   "input",
    "trigger", "entry_name", "execution", "memory", "reference", "config", "result", "output", "error",
};

std::shared_ptr<const Program> null_program() {
  Program program;
  program.text = "null";
  [[maybe_unused]] std::vector<Problem> problems;
  [[maybe_unused]] const bool parsed = parse_range(program, 0, program.text.size(), problems);
  assert(parsed);
  program.segments.push_back({true, {}, 0, 1, 0, 4});
  return std::make_shared<const Program>(std::move(program));
}

/// The text with malformed bytes replaced, fit for a message.
std::string well_formed(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) append_code_point(out, next_code_point(text, at));
  return out;
}

Problem broken(std::string reason, std::size_t offset, std::string_view text) {
  return {diag::Code::F301, {std::move(reason), std::to_string(offset), cut(text, 200)}, offset};
}

/// Builds the program of one text.
class Builder {
 public:
  explicit Builder(std::string_view text) { program_.text = text; }

  Parsed expression() {
    if (check_text(expression_bytes_max, diag::Code::F310_Expression)) {
      add_placeholder(0, program_.text.size());
    }
    return finish();
  }

  Parsed text_with_placeholders() {
    program_.is_template = true;
    if (check_text(template_bytes_max, diag::Code::F310_Template)) read_segments();
    return finish();
  }

 private:
  bool check_text(std::size_t bytes_max, diag::Code too_long) {
    if (program_.text.size() > bytes_max) {
      problems_.push_back({too_long, {}, 0});
      return false;
    }
    if (is_utf8(program_.text)) return true;
    problems_.push_back(broken("expected UTF-8 text", 0, well_formed(program_.text)));
    return false;
  }

  void read_segments() {
    const std::string_view text = program_.text;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t open = find_placeholder(text, at);
      add_literal(text.substr(at, std::min(open, text.size()) - at));
      if (open == std::string_view::npos) return;
      const std::size_t end = find_placeholder_end(text, open + 2);
      if (end == std::string_view::npos) {
        problems_.push_back(broken("unterminated placeholder", open, text));
        return;
      }
      read_placeholder(open, end);
      at = end + 2;
    }
  }

  void add_literal(std::string_view raw) {
    std::string text;
    std::size_t from = 0;
    for (std::size_t at = raw.find("\\{{"); at != std::string_view::npos; at = raw.find("\\{{", from)) {
      text += raw.substr(from, at - from);
      text += "{{";
      from = at + 3;
    }
    text += raw.substr(from);
    if (!text.empty()) program_.segments.push_back({false, std::move(text), 0, 0, 0, 0});
  }

  void read_placeholder(std::size_t open, std::size_t end) {
    const std::string_view inner = std::string_view(program_.text).substr(open + 2, end - open - 2);
    if (trim(inner).empty()) {
      problems_.push_back(broken("empty placeholder", open, program_.text));
    } else if (inner.size() > expression_bytes_max) {
      problems_.push_back({diag::Code::F310_Expression, {}, open});
    } else {
      add_placeholder(open + 2, end);
    }
  }

  void add_placeholder(std::size_t begin, std::size_t end) {
    const std::size_t first_node = program_.nodes.size();
    if (!parse_range(program_, begin, end, problems_)) return;
    const std::string_view inner = trim(std::string_view(program_.text).substr(begin, end - begin));
    const auto text_begin = static_cast<std::size_t>(inner.data() - program_.text.data());
    program_.segments.push_back({true,
                                 {},
                                 static_cast<std::uint32_t>(first_node),
                                 static_cast<std::uint32_t>(program_.nodes.size()),
                                 static_cast<std::uint32_t>(text_begin),
                                 static_cast<std::uint32_t>(text_begin + inner.size())});
  }

  Parsed finish() {
    program_.is_valid = problems_.empty();
    return {Expression(std::make_shared<const Program>(std::move(program_))), std::move(problems_)};
  }

  Program program_;
  std::vector<Problem> problems_;
};

/// The part of a path that follows the node at `at`: members and constant keys.
std::vector<std::string> members_behind(const Program& program, std::size_t at, std::size_t end) {
  std::vector<std::string> members;
  while (++at < end) {
    const Node& node = program.nodes[at];
    if (node.op == Op::Member) {
      members.push_back(program.texts[node.a]);
      continue;
    }
    const bool is_key = node.op == Op::Constant && program.constants[node.a].is_string() && at + 1 < end &&
                        program.nodes[at + 1].op == Op::Index;
    if (!is_key) break;
    members.push_back(program.constants[node.a].as_string());
    ++at;
  }
  return members;
}

}  // namespace

bool is_reserved(std::string_view name) {
  return std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved);
}

diag::Diagnostic to_diagnostic(const Problem& problem, std::string_view where, diag::Place place) {
  const auto& args = problem.args;
  switch (args.size()) {
    case 0: return diag::make(problem.code, {where}, std::move(place));
    case 1: return diag::make(problem.code, {where, args[0]}, std::move(place));
    case 2: return diag::make(problem.code, {where, args[0], args[1]}, std::move(place));
    default: return diag::make(problem.code, {where, args[0], args[1], args[2]}, std::move(place));
  }
}

std::string message_of(const Problem& problem) { return to_diagnostic(problem, "").message.substr(2); }

Expression::Expression() {
  static const std::shared_ptr<const Program> null = null_program();
  program_ = null;
}
Expression::Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

const std::string& Expression::text() const { return program_->text; }
bool Expression::is_valid() const { return program_->is_valid; }
bool Expression::is_template() const { return program_->is_template; }

bool Expression::has_placeholder() const {
  const auto& segments = program_->segments;
  return is_template() && std::any_of(segments.begin(), segments.end(),
                                      [](const Segment& segment) { return segment.is_placeholder; });
}

bool Expression::is_lone_placeholder() const { return is_template() && yields_value(*program_); }

std::vector<std::string> Expression::path() const {
  if (!is_valid() || !yields_value(*program_)) return {};
  const Segment& whole = program_->segments.front();
  if (program_->nodes[whole.begin].op != Op::Name) return {};
  std::vector<std::string> parts = {program_->texts[program_->nodes[whole.begin].a]};
  for (std::size_t at = whole.begin + 1; at < whole.end; ++at) {
    const Node& node = program_->nodes[at];
    if (node.op != Op::Member) return {};
    parts.push_back(program_->texts[node.a]);
  }
  return parts;
}

std::vector<FreeName> Expression::free_names() const {
  std::vector<FreeName> names;
  for (const Segment& segment : program_->segments) {
    for (std::size_t at = segment.begin; at < segment.end; ++at) {
      const Node& node = program_->nodes[at];
      if (node.op != Op::Name) continue;
      names.push_back({program_->texts[node.a], members_behind(*program_, at, segment.end), node.offset});
    }
  }
  return names;
}

Parsed parse_expression(std::string_view text) { return Builder(text).expression(); }
Parsed parse_template(std::string_view text) { return Builder(text).text_with_placeholders(); }

Parsed parse_e(std::string_view text) {
  return find_placeholder(text, 0) == std::string_view::npos ? parse_expression(text) : parse_template(text);
}

}  // namespace scaiflow::expr
