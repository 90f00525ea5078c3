#include <algorithm>

#include "libs/base/text.h"
#include "libs/expr/expr.h"
#include "libs/expr/methods.h"
#include "libs/expr/text_search.h"
#include "libs/expr/unicode.h"

namespace scaiflow::expr {

namespace {

constexpr auto npos = std::string_view::npos;

/// The receiver, counted as read.
std::string_view read_self(const Call& call) {
  call.cx.work.bytes += call.self.as_string().size();
  return call.self.as_string();
}

Value text_value(const Call& call, std::string_view text) { return call.cx.make_string(std::string(text)); }

template <char32_t (*mapping)(char32_t)>
Value map_case(const Call& call) {
  const std::string_view text = read_self(call);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_code_point(out, mapping(next_code_point(text, at)));
  return call.cx.make_string(std::move(out));
}

Value capitalize(const Call& call) {
  const std::string_view text = read_self(call);
  if (text.empty()) return call.self;
  std::size_t at = 0;
  std::string out;
  append_code_point(out, to_upper(next_code_point(text, at)));
  out += text.substr(at);
  return call.cx.make_string(std::move(out));
}

std::size_t white_space_at_start(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_white_space(next_code_point(text, next))) break;
    at = next;
  }
  return at;
}

std::size_t end_without_white_space(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    std::size_t at = end - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
    std::size_t next = at;
    if (!is_white_space(next_code_point(text, next))) break;
    end = at;
  }
  return end;
}

Value trim_start(const Call& call) {
  const std::string_view text = read_self(call);
  return text_value(call, text.substr(white_space_at_start(text)));
}

Value trim_end(const Call& call) {
  const std::string_view text = read_self(call);
  return text_value(call, text.substr(0, end_without_white_space(text)));
}

Value trim_both(const Call& call) {
  const std::string_view text = read_self(call);
  const std::string_view head = text.substr(0, end_without_white_space(text));
  return text_value(call, head.substr(white_space_at_start(head)));
}

Value contains(const Call& call) {
  const std::string* sub = call.text(0);
  if (!sub) return {};
  return Value(Json(Finder(*sub).find(read_self(call), 0) != npos));
}

Value starts_with(const Call& call) {
  const std::string* prefix = call.text(0);
  if (!prefix) return {};
  call.cx.work.bytes += prefix->size();
  return Value(Json(std::string_view(call.self.as_string()).substr(0, prefix->size()) == *prefix));
}

Value ends_with(const Call& call) {
  const std::string* suffix = call.text(0);
  if (!suffix) return {};
  call.cx.work.bytes += suffix->size();
  const std::string_view text = call.self.as_string();
  return Value(Json(text.size() >= suffix->size() && text.substr(text.size() - suffix->size()) == *suffix));
}

enum class Occurrences : std::uint8_t { All, First };

template <Occurrences which>
Value replace(const Call& call) {
  const std::string* from = call.text(0);
  const std::string* to = from ? call.text(1) : nullptr;
  if (!to) return {};
  if (from->empty()) return call.bad_argument("the text to replace is empty");
  const std::string_view text = read_self(call);
  const Finder finder(*from);
  std::string out;
  std::size_t begin = 0;
  for (std::size_t at = finder.find(text, 0); at != npos; at = finder.find(text, begin)) {
    out.append(text.substr(begin, at - begin)).append(*to);
    begin = at + from->size();
    if (out.size() > value_bytes_max) return call.cx.too_large();
    if (which == Occurrences::First) break;
  }
  out += text.substr(begin);
  return call.cx.make_string(std::move(out));
}

Value split_into(const Call& call) {
  const std::string* separator = call.text(0);
  if (!separator) return {};
  const std::string_view text = read_self(call);
  std::vector<Value> parts;
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    parts.push_back(text_value(call, text.substr(begin, end - begin)));
    return parts.size() <= array_length_max;
  };
  if (separator->empty()) {
    for (std::size_t at = 0; at < text.size(); begin = at) {
      next_code_point(text, at);
      if (!add(at)) return call.cx.too_large();
    }
    return call.cx.make_array(std::move(parts));
  }
  const Finder finder(*separator);
  for (std::size_t at = finder.find(text, 0); at != npos; at = finder.find(text, begin)) {
    if (!add(at)) return call.cx.too_large();
    begin = at + separator->size();
  }
  add(text.size());
  return call.cx.make_array(std::move(parts));
}

Value lines(const Call& call) {
  const std::string_view text = read_self(call);
  std::vector<Value> parts;
  std::size_t begin = 0;
  for (std::size_t at = text.find('\n'); at != npos; at = text.find('\n', begin)) {
    const std::size_t end = at > begin && text[at - 1] == '\r' ? at - 1 : at;
    parts.push_back(text_value(call, text.substr(begin, end - begin)));
    if (parts.size() > array_length_max) return call.cx.too_large();
    begin = at + 1;
  }
  parts.push_back(text_value(call, text.substr(begin)));
  return call.cx.make_array(std::move(parts));
}

/// A bound that may count from the end, clamped to [0, length].
std::size_t clamped(std::int64_t bound, std::int64_t length) {
  if (bound < 0) bound = bound < -length ? 0 : bound + length;
  return static_cast<std::size_t>(std::min(bound, length));
}

Value slice(const Call& call) {
  const std::string_view text = read_self(call);
  const auto length = static_cast<std::int64_t>(code_points(text));
  const auto begin = call.integer(0);
  const auto end = begin && call.has(1) ? call.integer(1) : begin ? std::optional(length) : std::nullopt;
  if (!end) return {};
  return text_value(call, CodePoints(text).slice(clamped(*begin, length), clamped(*end, length)));
}

Value index_of(const Call& call) {
  const std::string* sub = call.text(0);
  if (!sub) return {};
  const std::string_view text = read_self(call);
  const std::size_t at = Finder(*sub).find(text, 0);
  if (at == npos) return {};
  return Value(Json(static_cast<std::int64_t>(code_points(text.substr(0, at)))));
}

/// `count` code points of `fill`, repeated as often as needed; false when that is too much.
bool fill_text(std::string_view fill, std::size_t count, std::string& out) {
  const std::size_t width = code_points(fill);
  if (count / width * fill.size() > value_bytes_max) return false;
  for (std::size_t i = 0; i < count / width; ++i) out += fill;
  out += CodePoints(fill).slice(0, count % width);
  return true;
}

enum class Side : std::uint8_t { Start, End };

template <Side side>
Value pad(const Call& call) {
  static const std::string blank = " ";
  const auto length = call.integer(0);
  const std::string* fill = !length ? nullptr : call.has(1) ? call.text(1) : &blank;
  if (!fill) return {};
  if (fill->empty()) return call.bad_argument("the fill is empty");
  const std::string_view text = read_self(call);
  const auto present = static_cast<std::int64_t>(code_points(text));
  if (*length <= present) return call.self;
  std::string padding;
  if (!fill_text(*fill, static_cast<std::size_t>(*length - present), padding)) return call.cx.too_large();
  return call.cx.make_string(side == Side::Start ? padding.append(text) : std::string(text) + padding);
}

Value repeat(const Call& call) {
  const auto times = call.integer(0);
  if (!times) return {};
  if (*times < 0) return call.bad_argument("the count is negative");
  const std::string_view text = read_self(call);
  if (text.empty() || *times == 0) return text_value(call, "");
  if (static_cast<std::uint64_t>(*times) > value_bytes_max / text.size()) return call.cx.too_large();
  std::string out;
  out.reserve(text.size() * static_cast<std::size_t>(*times));
  for (std::int64_t i = 0; i < *times; ++i) out += text;
  return call.cx.make_string(std::move(out));
}

Value matches(const Call& call) {
  const std::string* pattern = call.text(0);
  if (!pattern) return {};
  const std::size_t bytes_max = call.cx.bytes_left();
  return Value(Json(matches_glob(call.self.as_string(), *pattern, call.cx.work, bytes_max)));
}

Value truncate(const Call& call) {
  static const std::string ellipsis = "…";
  const auto length = call.integer(0);
  const std::string* suffix = !length ? nullptr : call.has(1) ? call.text(1) : &ellipsis;
  if (!suffix) return {};
  if (*length < 0) return call.bad_argument("the length is negative");
  const std::string_view text = read_self(call);
  const auto limit = static_cast<std::size_t>(*length);
  if (code_points(text) <= limit) return call.self;
  const std::size_t suffix_length = code_points(*suffix);
  if (suffix_length >= limit) return text_value(call, CodePoints(*suffix).slice(0, limit));
  return text_value(call, std::string(CodePoints(text).slice(0, limit - suffix_length)) + *suffix);
}

constexpr MethodEntry entries[] = {
    {Method::Lower, map_case<to_lower>},
    {Method::Upper, map_case<to_upper>},
    {Method::Capitalize, capitalize},
    {Method::Trim, trim_both},
    {Method::TrimStart, trim_start},
    {Method::TrimEnd, trim_end},
    {Method::Contains, contains},
    {Method::StartsWith, starts_with},
    {Method::EndsWith, ends_with},
    {Method::Replace, replace<Occurrences::All>},
    {Method::ReplaceFirst, replace<Occurrences::First>},
    {Method::Split, split_into},
    {Method::Lines, lines},
    {Method::Slice, slice},
    {Method::IndexOf, index_of},
    {Method::PadStart, pad<Side::Start>},
    {Method::PadEnd, pad<Side::End>},
    {Method::Repeat, repeat},
    {Method::Matches, matches},
    {Method::Truncate, truncate},
};

}  // namespace

constinit const MethodTable string_methods = method_table(entries);

}  // namespace scaiflow::expr
