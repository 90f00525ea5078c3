#include "libs/expr/parser.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "libs/base/text.h"
#include "libs/expr/functions.h"
#include "libs/expr/lexer.h"

namespace scaiflow::expr {

namespace {

/// Precedences of 03 §2.
constexpr int ternary_precedence = 1;
constexpr int coalesce_precedence = 2;
constexpr int not_precedence = 5;
constexpr int equality_precedence = 6;
constexpr int relation_precedence = 7;
constexpr int prefix_precedence = 10;

struct Binary {
  TokenKind token;
  Op op;
  int precedence;
};

constexpr Binary binaries[] = {
    {TokenKind::QuestionQuestion, Op::Coalesce, coalesce_precedence},
    {TokenKind::Or, Op::Or, 3},
    {TokenKind::And, Op::And, 4},
    {TokenKind::Equal, Op::Equal, equality_precedence},
    {TokenKind::Unequal, Op::Unequal, equality_precedence},
    {TokenKind::Less, Op::Less, relation_precedence},
    {TokenKind::LessEqual, Op::LessEqual, relation_precedence},
    {TokenKind::Greater, Op::Greater, relation_precedence},
    {TokenKind::GreaterEqual, Op::GreaterEqual, relation_precedence},
    {TokenKind::In, Op::In, relation_precedence},
    {TokenKind::Not, Op::NotIn, relation_precedence},
    {TokenKind::Plus, Op::Add, 8},
    {TokenKind::Minus, Op::Subtract, 8},
    {TokenKind::Star, Op::Multiply, 9},
    {TokenKind::Slash, Op::Divide, 9},
    {TokenKind::Percent, Op::Remainder, 9},
};

const Binary* find_binary(TokenKind token) {
  const auto* it = std::find_if(std::begin(binaries), std::end(binaries),
                                [token](const Binary& b) { return b.token == token; });
  return it == std::end(binaries) ? nullptr : it;
}

/// What is open at a token: an operator that waits for its right side, or a bracket.
enum class FrameKind : std::uint8_t { Binary, Prefix, Then, Else, Paren, Index, Array, Object, Call, Lambda };

struct Frame {
  FrameKind kind{};
  Op op{};
  int precedence = 0;  ///< 0 for brackets, which stop a reduction
  std::uint32_t offset = 0;
  std::uint32_t node = 0;   ///< to patch: a jump, or the Lambda node
  std::uint32_t items = 0;  ///< of an array, object or call
  std::vector<std::string> keys;

  // Call only.
  std::string name;
  bool is_method = false;
  const MethodSpec* method = nullptr;
  const FunctionSpec* function = nullptr;
  ValueKind literal = ValueKind::Null;  ///< kind of a literal receiver
  std::uint32_t lambda = 0;             ///< node + 1
  bool is_lambda_misplaced = false;
};

/// An operator-precedence parser with its own stack; it writes nodes in postfix order as it goes.
class Parser {
 public:
  Parser(Program& program, std::size_t begin, std::size_t end, std::vector<Problem>& problems)
      : program_(program),
        problems_(problems),
        lexed_(lex(program.text, begin, end)),
        constants_base_(static_cast<std::uint32_t>(program.constants.size())) {}

  bool run() {
    const std::size_t nodes = program_.nodes.size();
    const std::size_t constants = program_.constants.size();
    std::move(lexed_.constants.begin(), lexed_.constants.end(), std::back_inserter(program_.constants));
    while (!failed_ && !done_) expects_operand_ ? read_operand() : read_operator();
    if (!failed_) return true;
    program_.nodes.resize(nodes);
    program_.constants.resize(constants);
    return false;
  }

 private:
  // Tokens.

  const Token& token(std::size_t ahead = 0) const {
    return lexed_.tokens[std::min(at_ + ahead, lexed_.tokens.size() - 1)];
  }
  TokenKind kind(std::size_t ahead = 0) const { return token(ahead).kind; }
  std::string_view text_of(const Token& t) const {
    return std::string_view(program_.text).substr(t.begin, t.end - t.begin);
  }
  /// Keywords may name members, keys and symbols.
  bool is_word(std::size_t ahead = 0) const {
    const Token& t = token(ahead);
    return t.kind >= TokenKind::Name && t.kind <= TokenKind::In && is_name_start(program_.text[t.begin]);
  }

  // Problems.

  void fail(std::string_view reason) {
    if (failed_) return;
    failed_ = true;
    const Token& t = token();
    const bool is_lexical = t.kind == TokenKind::Error;
    problems_.push_back(
        {diag::Code::F301,
         {is_lexical ? lexed_.reason : std::string(reason), std::to_string(t.begin), cut(program_.text, 200)},
         t.begin});
  }
  void fail_unexpected() {
    if (kind() == TokenKind::End) return fail("expected an expression");
    fail("unexpected '" + cut(text_of(token()), 40) + "'");
  }
  void report(diag::Code code, std::vector<std::string> args, std::size_t offset) {
    problems_.push_back({code, std::move(args), offset});
  }

  // Nodes.

  std::uint32_t next_node() const { return static_cast<std::uint32_t>(program_.nodes.size()); }
  void emit(Op op, std::uint32_t offset, std::uint32_t a = 0, std::uint32_t b = 0, std::size_t count = 0) {
    program_.nodes.push_back({op, static_cast<std::uint16_t>(count), offset, a, b});
  }
  void emit_constant(Value value, std::uint32_t offset) {
    program_.constants.push_back(std::move(value));
    emit(Op::Constant, offset, static_cast<std::uint32_t>(program_.constants.size() - 1));
  }
  std::uint32_t add_text(std::string_view text) {
    program_.texts.emplace_back(text);
    return static_cast<std::uint32_t>(program_.texts.size() - 1);
  }

  // Frames.

  Frame* top() { return frames_.empty() ? nullptr : &frames_.back(); }
  bool top_is(FrameKind wanted) const { return !frames_.empty() && frames_.back().kind == wanted; }
  Frame* push(FrameKind frame_kind, std::uint32_t offset, int precedence = 0) {
    if (frame_kind != FrameKind::Lambda && ++depth_ > parse_depth_max && !failed_) {
      failed_ = true;
      report(diag::Code::F310_Depth, {}, offset);
    }
    Frame& frame = frames_.emplace_back();
    frame.kind = frame_kind;
    frame.offset = offset;
    frame.precedence = precedence;
    expects_operand_ = true;
    return &frame;
  }
  Frame pop() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.kind != FrameKind::Lambda) --depth_;
    return frame;
  }
  /// Finishes the operators that bind at least as tightly as `precedence`.
  void reduce(int precedence) {
    while (!frames_.empty() && frames_.back().precedence >= std::max(precedence, 1)) finish_operator(pop());
  }
  void finish_operator(const Frame& frame) {
    const Op end = end_of(frame.op);
    emit(end, frame.offset);
    if (end != frame.op) program_.nodes[frame.node].a = next_node();
  }
  /// The node that ends an operator which may skip a part; any other operator is its own end.
  static Op end_of(Op op) {
    if (op == Op::Or) return Op::OrEnd;
    if (op == Op::And) return Op::AndEnd;
    if (op == Op::Coalesce) return Op::CoalesceEnd;
    return op == Op::Else ? Op::IfEnd : op;
  }

  // Operands.

  void read_operand() {
    const Token t = token();
    const TokenKind k = t.kind;
    if (k == TokenKind::Constant) return read_constant(t);
    if (k == TokenKind::True || k == TokenKind::False)
      return take_constant(Value(Json(k == TokenKind::True)));
    if (k == TokenKind::Null) return take_constant(Value());
    if (k == TokenKind::Name) return read_name(t);
    if (k == TokenKind::Colon) return read_symbol(t);
    if (k == TokenKind::LeftParen) return open(FrameKind::Paren);
    if (k == TokenKind::LeftBracket) return open_array();
    if (k == TokenKind::LeftBrace) return open_object();
    if (k == TokenKind::Bang) return read_prefix(Op::Not, prefix_precedence);
    if (k == TokenKind::Minus) return read_prefix(Op::Negate, prefix_precedence);
    const bool may_be_not = !top() || top()->precedence <= not_precedence;
    if (k == TokenKind::Not && may_be_not) return read_prefix(Op::Not, not_precedence);
    fail_unexpected();
  }

  void operand_read(std::size_t tokens) {
    at_ += tokens;
    expects_operand_ = false;
  }
  void open(FrameKind frame_kind) {
    push(frame_kind, token().begin);
    ++at_;
  }
  void take_constant(Value value) {
    emit_constant(std::move(value), token().begin);
    operand_read(1);
  }
  void read_constant(const Token& t) {
    const std::uint32_t constant = constants_base_ + t.constant;
    if (is_least_int(program_.constants[constant]) && !take_minus()) return fail("number out of range");
    emit(Op::Constant, t.begin, constant);
    operand_read(1);
  }
  /// -9223372036854775808 is one literal; takes back the minus sign before it.
  bool take_minus() {
    const TokenKind next = kind(1);
    const bool has_postfix =
        next == TokenKind::Dot || next == TokenKind::QuestionDot || next == TokenKind::LeftBracket;
    if (has_postfix || !top_is(FrameKind::Prefix) || frames_.back().op != Op::Negate) return false;
    pop();
    return true;
  }
  void read_symbol(const Token& colon) {
    if (!is_word(1) || token(1).begin != colon.end) return fail_unexpected();
    emit_constant(Value(Json(text_of(token(1)))), colon.begin);
    operand_read(2);
  }
  void read_prefix(Op op, int precedence) {
    push(FrameKind::Prefix, token().begin, precedence)->op = op;
    ++at_;
  }

  void read_name(const Token& t) {
    const std::string_view name = text_of(t);
    if (kind(1) == TokenKind::LeftParen) {
      Frame* frame = push(FrameKind::Call, t.begin);
      frame->name = name;
      frame->function = find_function(name);
      at_ += 2;
      return read_first_argument();
    }
    emit_name(name, t.begin);
    operand_read(1);
  }
  void emit_name(std::string_view name, std::uint32_t offset) {
    for (std::size_t level = lambdas_.size(); level-- > 0;) {
      const Node& lambda = program_.nodes[lambdas_[level]];
      for (std::uint32_t i = 0; i < lambda_params(lambda); ++i) {
        if (program_.params[lambda.b + i].name != name) continue;
        return emit(Op::Param, offset, lambda.b + i, static_cast<std::uint32_t>(level), i);
      }
    }
    emit(Op::Name, offset, add_text(name));
  }

  // Operators behind an operand.

  void read_operator() {
    const Token t = token();
    if (t.kind == TokenKind::Not && kind(1) != TokenKind::In) return fail_unexpected();
    if (const Binary* binary = find_binary(t.kind)) return read_binary(*binary, t);
    const TokenKind k = t.kind;
    if (k == TokenKind::Dot || k == TokenKind::QuestionDot) return read_member();
    if (k == TokenKind::LeftBracket) return open(FrameKind::Index);
    if (k == TokenKind::Question) return read_question(t);
    if (k == TokenKind::Colon) return read_colon();
    if (k == TokenKind::Comma) return read_comma();
    if (k == TokenKind::RightParen)
      return close(bracket_is(FrameKind::Call) ? FrameKind::Call : FrameKind::Paren);
    if (k == TokenKind::RightBracket) {
      return close(bracket_is(FrameKind::Index) ? FrameKind::Index : FrameKind::Array);
    }
    if (k == TokenKind::RightBrace) return close(FrameKind::Object);
    if (k == TokenKind::End) return finish();
    fail_unexpected();
  }

  void read_binary(const Binary& binary, const Token& t) {
    const bool chains = binary.precedence != equality_precedence && binary.precedence != relation_precedence;
    reduce(binary.precedence + (chains ? 0 : 1));
    if (!chains && top() && top()->precedence == binary.precedence) return fail("comparisons do not chain");
    const std::uint32_t node = next_node();
    const bool may_skip = binary.op == Op::Or || binary.op == Op::And || binary.op == Op::Coalesce;
    if (may_skip) emit(binary.op, t.begin);
    Frame* frame = push(FrameKind::Binary, t.begin, binary.precedence);
    frame->op = binary.op;
    frame->node = node;
    at_ += binary.op == Op::NotIn ? 2 : 1;
  }

  void read_question(const Token& t) {
    reduce(coalesce_precedence);
    const std::uint32_t node = next_node();
    emit(Op::If, t.begin);
    push(FrameKind::Then, t.begin)->node = node;
    ++at_;
  }
  void read_colon() {
    reduce(ternary_precedence);
    if (!top_is(FrameKind::Then)) return fail_unexpected();
    const Frame then = pop();
    const std::uint32_t node = next_node();
    emit(Op::Else, then.offset);
    program_.nodes[then.node].a = next_node();
    Frame* frame = push(FrameKind::Else, then.offset, ternary_precedence);
    frame->op = Op::Else;
    frame->node = node;
    ++at_;
  }

  void read_member() {
    ++at_;
    if (!is_word()) return fail("expected a name");
    const Token name = token();
    if (kind(1) != TokenKind::LeftParen) {
      emit(Op::Member, name.begin, add_text(text_of(name)));
      ++at_;
      return;
    }
    const ValueKind literal = literal_kind(program_.nodes.back());
    Frame* frame = push(FrameKind::Call, name.begin);
    frame->name = text_of(name);
    frame->is_method = true;
    frame->method = find_method(frame->name);
    frame->literal = literal;
    at_ += 2;
    read_first_argument();
  }
  ValueKind literal_kind(const Node& root) const {
    if (root.op == Op::Constant) return program_.constants[root.a].kind();
    if (root.op == Op::Array) return ValueKind::Array;
    return root.op == Op::Object ? ValueKind::Map : ValueKind::Null;
  }

  // Brackets.

  Frame* bracket() {
    const auto it = std::find_if(frames_.rbegin(), frames_.rend(), [](const Frame& f) {
      return f.precedence == 0 && f.kind != FrameKind::Lambda;
    });
    return it == frames_.rend() ? nullptr : &*it;
  }
  bool bracket_is(FrameKind wanted) { return bracket() && bracket()->kind == wanted; }

  /// Finishes what is open inside the innermost bracket, which must be of this kind.
  bool finish_inside(FrameKind wanted) {
    reduce(ternary_precedence);
    if (top_is(FrameKind::Lambda)) finish_lambda();
    if (top_is(wanted)) return true;
    fail_closing();
    return false;
  }
  /// Says which closing token the innermost open frame waits for.
  void fail_closing() {
    if (frames_.empty()) return fail_unexpected();
    switch (frames_.back().kind) {
      case FrameKind::Then: return fail("expected ':'");
      case FrameKind::Index:
      case FrameKind::Array: return fail("expected ']'");
      case FrameKind::Object: return fail("expected '}'");
      case FrameKind::Paren:
      case FrameKind::Call:
      case FrameKind::Lambda: return fail("expected ')'");
      case FrameKind::Binary:
      case FrameKind::Prefix:
      case FrameKind::Else: break;
    }
    fail_unexpected();
  }

  /// At the closing token.
  void close(FrameKind wanted) {
    const bool has_item = !expects_operand_;
    if (!finish_inside(wanted)) return;
    Frame frame = pop();
    if (has_item) ++frame.items;
    if (wanted == FrameKind::Index) emit(Op::Index, frame.offset);
    if (wanted == FrameKind::Array) emit(Op::Array, frame.offset, frame.items);
    if (wanted == FrameKind::Object) finish_object(frame);
    if (wanted == FrameKind::Call) finish_call(frame);
    operand_read(1);
  }

  void read_comma() {
    const Frame* innermost = bracket();
    const FrameKind wanted = innermost ? innermost->kind : FrameKind::Paren;
    if (wanted != FrameKind::Array && wanted != FrameKind::Object && wanted != FrameKind::Call) {
      return fail_unexpected();
    }
    if (!finish_inside(wanted)) return;
    ++frames_.back().items;
    ++at_;
    expects_operand_ = true;
    if (wanted == FrameKind::Call) return read_argument();
    if (wanted == FrameKind::Object) return kind() == TokenKind::RightBrace ? close(wanted) : read_key();
    if (kind() == TokenKind::RightBracket) close(wanted);
  }

  void open_array() {
    open(FrameKind::Array);
    if (kind() == TokenKind::RightBracket) close(FrameKind::Array);
  }
  void open_object() {
    open(FrameKind::Object);
    if (kind() == TokenKind::RightBrace) return close(FrameKind::Object);
    read_key();
  }
  void read_key() {
    const Token t = token();
    const bool is_string =
        t.kind == TokenKind::Constant && program_.constants[constants_base_ + t.constant].is_string();
    if (!is_string && !is_word()) return fail("expected a key");
    frames_.back().keys.emplace_back(is_string ? program_.constants[constants_base_ + t.constant].as_string()
                                               : std::string(text_of(t)));
    ++at_;
    if (kind() != TokenKind::Colon) return fail("expected ':'");
    ++at_;
  }
  void finish_object(Frame& frame) {
    const auto first = static_cast<std::uint32_t>(program_.keys.size());
    std::move(frame.keys.begin(), frame.keys.end(), std::back_inserter(program_.keys));
    emit(Op::Object, frame.offset, frame.items, first);
  }

  // Arguments and lambdas.

  void read_first_argument() {
    if (kind() == TokenKind::RightParen) return close(FrameKind::Call);
    read_argument();
  }
  void read_argument() {
    if (const std::size_t tokens = lambda_head_length()) read_lambda_head(tokens);
  }
  /// Tokens of `x =>` or `(x, i) =>` ahead; 0 when there is no such thing.
  std::size_t lambda_head_length() const {
    if (kind() == TokenKind::Name) return kind(1) == TokenKind::Arrow ? 2 : 0;
    if (kind() != TokenKind::LeftParen) return 0;
    std::size_t i = 1;
    while (kind(i) == TokenKind::Name && kind(i + 1) == TokenKind::Comma) i += 2;
    const bool ends = kind(i) == TokenKind::Name && kind(i + 1) == TokenKind::RightParen;
    return ends && kind(i + 2) == TokenKind::Arrow ? i + 3 : 0;
  }
  void read_lambda_head(std::size_t tokens) {
    Frame& call = frames_.back();
    const auto first = static_cast<std::uint32_t>(program_.params.size());
    for (const std::size_t end = at_ + tokens; at_ < end; ++at_) {
      if (kind() != TokenKind::Name) continue;
      const std::string name(text_of(token()));
      const bool is_known = std::any_of(program_.params.begin() + first, program_.params.end(),
                                        [&name](const Param& param) { return param.name == name; });
      if (is_known || is_reserved(name)) return fail_unexpected();
      program_.params.push_back({name, token().begin});
    }
    const std::size_t count = program_.params.size() - first;
    const auto node = next_node();
    const bool counts_fit =
        call.method && count >= call.method->params_min && count <= call.method->params_max;
    if (call.items == 0 && call.method && call.method->lambda != LambdaUse::None && counts_fit) {
      call.lambda = node + 1;
    } else {
      call.is_lambda_misplaced = true;
    }
    emit(Op::Lambda, program_.params[first].offset, 0, first, lambda_count(count, call.method));
    lambdas_.push_back(node);
    push(FrameKind::Lambda, program_.params[first].offset)->node = node;
  }
  void finish_lambda() {
    const Frame frame = pop();
    lambdas_.pop_back();
    emit(Op::LambdaEnd, frame.offset);
    program_.nodes[frame.node].a = next_node();
    // The lambda is no value on the stack: only plain arguments are counted by the call.
    ++frames_.back().node;
  }

  /// `frame.node` counts the lambdas among the `frame.items` arguments.
  void finish_call(const Frame& frame) {
    const std::uint32_t plain = frame.items - frame.node;
    if (!check_call(frame, static_cast<int>(plain))) {
      return emit(Op::Unknown, frame.offset, 0, 0, plain + (frame.is_method ? 1 : 0));
    }
    if (frame.is_method) {
      emit(Op::Method, frame.offset, static_cast<std::uint32_t>(frame.method->id), frame.lambda, plain);
    } else {
      emit(Op::Call, frame.offset, static_cast<std::uint32_t>(frame.function->id), 0, plain);
    }
  }

  bool check_call(const Frame& frame, int plain) {
    const auto refuse = [&](diag::Code code, std::vector<std::string> args) {
      report(code, std::move(args), frame.offset);
      return false;
    };
    if (!frame.is_method && is_non_deterministic(frame.name)) return refuse(diag::Code::F306, {frame.name});
    if (frame.is_method && !frame.method) return refuse(diag::Code::F302_Method, {frame.name});
    if (!frame.is_method && !frame.function) return refuse(diag::Code::F302_Function, {frame.name});
    if (frame.is_method && frame.literal != ValueKind::Null && !frame.method->takes(frame.literal)) {
      return refuse(diag::Code::F303_Method, {std::string(name_of(frame.literal)), frame.name});
    }
    const int min = frame.is_method ? frame.method->total_min() : frame.function->arguments_min;
    const int max = frame.is_method ? frame.method->total_max() : frame.function->arguments_max;
    const auto items = static_cast<int>(frame.items);
    if (items < min || items > max) {
      return refuse(diag::Code::F303_Count, {frame.name, count_text(min, max), std::to_string(items)});
    }
    const bool lacks_lambda =
        frame.is_method && frame.lambda == 0 &&
        (frame.method->lambda == LambdaUse::Required || plain > frame.method->arguments_max);
    if (frame.is_lambda_misplaced || lacks_lambda) return refuse(diag::Code::F303_Lambda, {frame.name});
    return true;
  }

  void finish() {
    reduce(ternary_precedence);
    if (!frames_.empty()) return fail_closing();
    done_ = true;
  }

  Program& program_;
  std::vector<Problem>& problems_;
  Lexed lexed_;
  std::uint32_t constants_base_;
  std::size_t at_ = 0;
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> lambdas_;  ///< nodes of the lambdas that are open
  int depth_ = 0;
  bool expects_operand_ = true;
  bool failed_ = false;
  bool done_ = false;
};

}  // namespace

bool parse_range(Program& program, std::size_t begin, std::size_t end, std::vector<Problem>& problems) {
  return Parser(program, begin, end, problems).run();
}

std::size_t find_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("{{", from); at != std::string_view::npos; at = text.find("{{", at + 2)) {
    if (at == 0 || text[at - 1] != '\\') return at;
  }
  return std::string_view::npos;
}

std::size_t find_placeholder_end(std::string_view text, std::size_t from) {
  static constexpr std::string_view opening = "([{";
  static constexpr std::string_view closing = ")]}";
  std::string open;  // the closing brackets that are due
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      std::string ignored;
      std::size_t behind = at;
      // A broken literal ends at its quote for this purpose; the lexer will say what is wrong with it.
      if (read_string_literal(text, text.size(), behind, ignored).empty()) at = behind - 1;
    } else if (open.empty() && c == '}' && at + 1 < text.size() && text[at + 1] == '}') {
      return at;
    } else if (const std::size_t i = opening.find(c); i != std::string_view::npos) {
      open.push_back(closing[i]);
    } else if (!open.empty() && c == open.back()) {
      open.pop_back();
    }
  }
  return std::string_view::npos;
}

}  // namespace scaiflow::expr
