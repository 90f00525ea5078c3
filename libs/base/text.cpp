#include "libs/base/text.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace scaiflow {

namespace {

constexpr std::int64_t duration_ms_max = 31'536'000'000;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }

/// Bytes of the sequence that starts with `lead`; 0 when no sequence starts so.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/// Decodes one well-formed sequence; false for a malformed or cut one.
bool decode(std::string_view text, std::size_t at, char32_t& c, std::size_t& length) {
  const auto lead = static_cast<unsigned char>(text[at]);
  length = sequence_length(lead);
  if (length == 0 || at + length > text.size()) return false;
  static constexpr std::array<unsigned, 5> lead_mask = {0, 0x7f, 0x1f, 0x0f, 0x07};
  c = lead & lead_mask[length];
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xc0) != 0x80) return false;
    c = c << 6 | (next & 0x3f);
  }
  static constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  return c >= least[length] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

/// Eight bytes at `at`, none of them beyond ASCII.
bool is_ascii_word(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  if (at + sizeof word > text.size()) return false;
  std::memcpy(&word, text.data() + at, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  char32_t c = 0;
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size(); at += length) {
    if (is_ascii_word(text, at)) {
      length = sizeof(std::uint64_t);
      continue;
    }
    if (!decode(text, at, c, length)) return false;
  }
  return true;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string cut(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < n && at < text.size(); ++i) next_code_point(text, at);
  if (at >= text.size()) return std::string(text);
  return std::string(text.substr(0, at)) + "…";
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return ++at, lead;
  char32_t c = 0;
  std::size_t length = 0;
  if (!decode(text, at, c, length)) {
    ++at;
    return 0xfffd;
  }
  at += length;
  return c;
}

void append_code_point(std::string& out, char32_t c) {
  const auto push = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xc0 | c >> 6);
    push(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    push(0xe0 | c >> 12);
    push(0x80 | (c >> 6 & 0x3f));
    push(0x80 | (c & 0x3f));
  } else {
    push(0xf0 | c >> 18);
    push(0x80 | (c >> 12 & 0x3f));
    push(0x80 | (c >> 6 & 0x3f));
    push(0x80 | (c & 0x3f));
  }
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator, from)) {
    parts.push_back(text.substr(from, at - from));
    from = at + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) out += separator;
    out += part;
  }
  return out;
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool is_identifier(std::string_view text) {
  if (text.empty() || !(is_lower(text[0]) || text[0] == '_')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

bool is_slug(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

std::string slug_of(std::string_view text, std::size_t max) {
  std::string out;
  for (const char c : to_lower(text)) {
    if (is_lower(c) || is_digit(c)) {
      out.push_back(c);
    } else if (out.empty() || out.back() != '-') {
      out.push_back('-');
    }
  }
  out.resize(std::min(out.size(), max));
  while (!out.empty() && out.back() == '-') out.pop_back();
  while (!out.empty() && out.front() == '-') out.erase(out.begin());
  return out;
}

namespace {

bool is_number_without_leading_zero(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  return std::all_of(text.begin(), text.end(), is_digit);
}

bool is_semver_suffix(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

}  // namespace

bool is_semver(std::string_view text) {
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (!is_semver_suffix(text.substr(plus + 1))) return false;
    text = text.substr(0, plus);
  }
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    if (!is_semver_suffix(text.substr(dash + 1))) return false;
    text = text.substr(0, dash);
  }
  const auto parts = split(text, '.');
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), is_number_without_leading_zero);
}

namespace {
struct DurationUnit {
  std::string_view suffix;
  std::int64_t ms;
};
constexpr DurationUnit duration_units[] = {{"ms", 1},        {"s", 1000},       {"m", 60'000},
                                           {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}};
}  // namespace

std::int64_t duration_ms(std::string_view text) {
  std::size_t digits = 0;
  std::int64_t value = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits) {
    value = value * 10 + (text[digits] - '0');
    if (value > duration_ms_max) return -1;
  }
  if (digits == 0) return -1;
  for (const DurationUnit& unit : duration_units) {
    if (text.substr(digits) != unit.suffix) continue;
    return value * unit.ms <= duration_ms_max ? value * unit.ms : -1;
  }
  return -1;
}

std::string duration_text(std::int64_t ms) {
  if (ms == 0) return "0s";
  for (const std::size_t i : {4, 3, 2, 1}) {
    const DurationUnit& unit = duration_units[i];
    if (ms % unit.ms == 0) return std::to_string(ms / unit.ms).append(unit.suffix);
  }
  return std::to_string(ms) + "ms";
}

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

namespace {
constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (is_lower(c)) return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}
}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < n ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out.push_back(i <= n ? base64_digits[group >> (18 - 6 * i) & 63] : '=');
    }
  }
  return out;
}

bool base64_decode(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const bool last = at + 4 == text.size();
    const std::size_t digits = last ? 4 - padding : 4;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const int value = i < digits ? base64_value(text[at + i]) : 0;
      if (value < 0) return false;
      group = group << 6 | static_cast<std::uint32_t>(value);
    }
    // Bits that no byte takes must be zero, so that each byte string has one encoding.
    if (last && padding > 0 && (group & ((1u << (8 * padding)) - 1)) != 0) return false;
    for (std::size_t i = 0; i + 1 < digits; ++i) out.push_back(static_cast<char>(group >> (16 - 8 * i)));
  }
  return true;
}

}  // namespace scaiflow
