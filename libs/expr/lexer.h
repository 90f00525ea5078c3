#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/expr/value.h"

namespace scaiflow::expr {

enum class TokenKind : std::uint8_t {
  End,
  Error,
  Name,
  True,
  False,
  Null,
  And,
  Or,
  Not,
  In,
  Constant,
  QuestionQuestion,
  QuestionDot,
  Question,
  Colon,
  Bang,
  Equal,
  Unequal,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Plus,
  Minus,
  Star,
  Slash,
  Percent,
  Dot,
  Comma,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Arrow,
};

/// Offsets are those of the whole text, also for a placeholder.
struct Token {
  TokenKind kind{};
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t constant = 0;  ///< Constant: index into `Lexed::constants`
};

struct Lexed {
  std::vector<Token> tokens;  ///< ends with End or Error
  std::vector<Value> constants;
  std::string reason;  ///< of the Error token
};

/// Splits text[begin, end) into tokens (03 §1), up to the first error.
Lexed lex(std::string_view text, std::size_t begin, std::size_t end);

/// True for letters and `_`, and for these and digits.
bool is_name_start(char c);
bool is_name_part(char c);
bool is_name(std::string_view text);

/// An int literal whose magnitude is 2^63: it stands only behind a minus sign. Kept as this constant.
bool is_least_int(const Value& constant);

/// Reads the string literal whose quote stands at `at`; advances past it. Empty when it is well-formed, else
/// the reason, with `at` at the place.
std::string read_string_literal(std::string_view text, std::size_t end, std::size_t& at, std::string& out);

}  // namespace scaiflow::expr
