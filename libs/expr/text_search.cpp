#include "libs/expr/text_search.h"

#include <algorithm>

#include "libs/base/text.h"

namespace scaiflow::expr {

namespace {

constexpr std::size_t short_needle = 16;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

Finder::Finder(std::string_view needle) : needle_(needle) {
  if (needle.size() <= short_needle) return;
  borders_.assign(needle.size(), 0);
  for (std::size_t i = 1, k = 0; i < needle.size(); ++i) {
    while (k > 0 && needle[i] != needle[k]) k = borders_[k - 1];
    if (needle[i] == needle[k]) ++k;
    borders_[i] = k;
  }
}

std::size_t Finder::find(std::string_view text, std::size_t from) const {
  if (borders_.empty()) return text.find(needle_, from);
  for (std::size_t i = from, k = 0; i < text.size(); ++i) {
    while (k > 0 && text[i] != needle_[k]) k = borders_[k - 1];
    if (text[i] == needle_[k]) ++k;
    if (k == needle_.size()) return i + 1 - k;
  }
  return std::string_view::npos;
}

std::size_t CodePoints::byte_of(std::size_t index) const {
  std::size_t at = 0;
  for (; at < text_.size(); ++at) {
    if (is_continuation(text_[at])) continue;
    if (index == 0) return at;
    --index;
  }
  return text_.size();
}

std::string_view CodePoints::slice(std::size_t begin, std::size_t end) const {
  if (begin >= end) return {};
  const std::size_t from = byte_of(begin);
  const std::string_view rest = text_.substr(from);
  return rest.substr(0, CodePoints(rest).byte_of(end - begin));
}

namespace {

/// One run of a pattern between two `*`.
class Piece {
 public:
  explicit Piece(std::string_view pattern) : pattern_(pattern), finder_(pattern) {
    has_joker_ = pattern.find('?') != std::string_view::npos;
  }

  /// Bytes of the text that the piece takes at `at`; npos when it does not fit there.
  std::size_t fit(std::string_view text, std::size_t at, Work& work) const {
    const std::size_t begin = at;
    for (const char c : pattern_) {
      ++work.bytes;
      if (at >= text.size()) return std::string_view::npos;
      if (c == '?') {
        next_code_point(text, at);
      } else if (text[at++] != c) {
        return std::string_view::npos;
      }
    }
    return at - begin;
  }

  /// First place from `at` on where it fits, with the bytes it takes.
  std::size_t find(std::string_view text, std::size_t at, Work& work, std::size_t bytes_max,
                   std::size_t& taken) const {
    if (!has_joker_) {
      taken = pattern_.size();
      return finder_.find(text, at);
    }
    for (; at < text.size() && work.bytes <= bytes_max; ++at) {
      if (is_continuation(text[at])) continue;
      taken = fit(text, at, work);
      if (taken != std::string_view::npos) return at;
    }
    return std::string_view::npos;
  }

  /// Where the piece must begin to end with the text; npos when the text is too short.
  std::size_t place_at_end(std::string_view text) const {
    std::size_t at = text.size();
    for (auto c = pattern_.rbegin(); c != pattern_.rend(); ++c) {
      if (at == 0) return std::string_view::npos;
      --at;
      while (*c == '?' && at > 0 && is_continuation(text[at])) --at;
    }
    return at;
  }

 private:
  std::string_view pattern_;
  Finder finder_;
  bool has_joker_ = false;
};

}  // namespace

bool matches_glob(std::string_view text, std::string_view pattern, Work& work, std::size_t bytes_max) {
  work.bytes += text.size() + pattern.size();
  const std::vector<std::string_view> parts = split(pattern, '*');
  const std::size_t head = Piece(parts.front()).fit(text, 0, work);
  if (head == std::string_view::npos) return false;
  if (parts.size() == 1) return head == text.size();
  std::size_t at = head;
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    std::size_t taken = 0;
    const std::size_t found = Piece(parts[i]).find(text, at, work, bytes_max, taken);
    if (found == std::string_view::npos) return false;
    at = found + taken;
  }
  const Piece tail(parts.back());
  const std::size_t place = tail.place_at_end(text);
  return place != std::string_view::npos && place >= at && tail.fit(text, place, work) == text.size() - place;
}

}  // namespace scaiflow::expr
