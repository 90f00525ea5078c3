#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scaiflow {

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);
/// Number of code points of well-formed UTF-8.
std::size_t code_points(std::string_view text);
/// The first `n` code points, `…` appended when something was cut.
std::string cut(std::string_view text, std::size_t n);
/// Decodes one code point at `at` (advanced past it); U+FFFD for a malformed byte.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& out, char32_t c);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
/// ASCII only.
std::string to_lower(std::string_view text);

/// `^[a-z_][a-zA-Z0-9_]*$` (01 §1); reserved names are checked by `expr::is_reserved`.
bool is_identifier(std::string_view text);
/// `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 63 characters.
bool is_slug(std::string_view text);
/// Lower case, every run of characters outside a-z0-9 becomes one `-`, cut to `max`, trimmed of `-` (05 §1).
std::string slug_of(std::string_view text, std::size_t max = 63);
/// Semver of 01 §1.
bool is_semver(std::string_view text);

/// Milliseconds of `90s`, `2h` … (`ms s m h d w`), -1 when it is no duration or above 365 days (01 §1).
std::int64_t duration_ms(std::string_view text);
/// Text in the largest unit of `ms s m h d` that divides it; `0s` for zero (05 §2).
std::string duration_text(std::int64_t ms);

std::string hex(std::string_view bytes);
std::string base64_encode(std::string_view bytes);
/// False when `text` is not strict, padded base64.
bool base64_decode(std::string_view text, std::string& out);

}  // namespace scaiflow
