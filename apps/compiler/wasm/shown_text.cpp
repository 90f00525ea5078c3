#include "apps/compiler/wasm/shown_text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace scaiflow::compiler {
namespace {

/// Bytes compared at once: a key press compares megabytes.
using Word = std::uint64_t;

Word word_at(std::string_view text, std::size_t at) {
  Word word;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t room = std::min(a.size(), b.size());
  std::size_t at = 0;
  while (at + sizeof(Word) <= room && word_at(a, at) == word_at(b, at)) at += sizeof(Word);
  while (at < room && a[at] == b[at]) ++at;
  return at;
}

std::size_t common_suffix(std::string_view a, std::string_view b) {
  const std::size_t room = std::min(a.size(), b.size());
  std::size_t size = 0;
  while (size + sizeof(Word) <= room &&
         word_at(a, a.size() - size - sizeof(Word)) == word_at(b, b.size() - size - sizeof(Word)))
    size += sizeof(Word);
  while (size < room && a[a.size() - size - 1] == b[b.size() - size - 1]) ++size;
  return size;
}

/// Bytes of whole lines that both texts begin with.
std::size_t same_start(std::string_view a, std::string_view b) {
  const std::size_t end = common_prefix(a, b);
  const std::size_t line_break = end == 0 ? std::string_view::npos : a.rfind('\n', end - 1);
  return line_break == std::string_view::npos ? 0 : line_break + 1;
}

/// Bytes of whole lines that both texts end with. A line counts when the break before it is common too.
std::size_t same_end(std::string_view a, std::string_view b) {
  const std::size_t size = common_suffix(a, b);
  const std::string_view common = a.substr(a.size() - size);
  return size - (common.find('\n') == std::string_view::npos ? size : common.find('\n') + 1);
}

std::size_t lines_in(std::string_view text) {
  std::size_t lines = 0;
  for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) ++lines;
  return lines;
}

}  // namespace

std::optional<LineEdit> line_edit(std::string_view before, std::string_view after) {
  if (!before.ends_with('\n') || !after.ends_with('\n')) return std::nullopt;
  const std::size_t start = same_start(before, after);
  const std::size_t end = same_end(before.substr(start), after.substr(start));
  const std::size_t from = lines_in(before.substr(0, start));
  const std::size_t gone = lines_in(before.substr(start, before.size() - start - end));
  return LineEdit{from, from + gone, after.substr(start, after.size() - start - end)};
}

std::optional<LineEdit> ShownTexts::show(Format format, std::string text, std::int64_t base,
                                         std::int64_t serial) {
  if (base == last_.serial) shown_ = std::move(last_);
  last_ = {format, serial, std::move(text)};
  const bool has_base = base != 0 && base == shown_.serial && format == shown_.format;
  return has_base ? line_edit(shown_.text, last_.text) : std::nullopt;
}

}  // namespace scaiflow::compiler
