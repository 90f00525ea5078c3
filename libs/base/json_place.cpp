#include "libs/base/json_place.h"

#include <algorithm>
#include <charconv>

namespace scaiflow {
namespace {

class Finder {
 public:
  Finder(std::string_view text, std::string_view path) : text_(text), rest_(path) {}

  JsonPlace run() {
    skip_blanks();
    JsonPlace found{at_, at_};
    do {
      found.from = at_;
    } while (!rest_.empty() && enter());
    at_ = found.from;
    skip_value();
    found.to = at_;
    return found;
  }

 private:
  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }

  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  void skip_value() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return;
        --depth;
        ++at_;
      } else if (depth == 0) {
        at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
      } else {
        ++at_;
      }
      if (depth == 0) return;
    }
  }

  /// Goes to the part that the path names next. False when there is none.
  bool enter() {
    if (peek('{')) return enter_member();
    return peek('[') && enter_item();
  }

  /// Goes to the next member or item; false at the end.
  bool step() {
    ++at_;  // the bracket, or the comma
    skip_blanks();
    return at_ < text_.size() && !peek('}') && !peek(']');
  }

  /// Keys may have dots in them, so the longest one that the path begins with is meant.
  bool enter_member() {
    std::size_t value = 0;
    std::string_view name;
    bool is_found = false;
    while (step() && peek('"')) {
      const std::size_t from = at_ + 1;
      skip_string();
      const std::string_view key = text_.substr(from, at_ - std::min(at_, from + 1));
      skip_blanks();
      if (!peek(':')) break;
      ++at_;
      skip_blanks();
      if (leads_on(key) && (!is_found || key.size() > name.size())) {
        is_found = true;
        value = at_;
        name = key;
      }
      skip_value();
      skip_blanks();
      if (!peek(',')) break;
    }
    if (!is_found) return false;
    at_ = value;
    rest_.remove_prefix(name.size());
    if (rest_.starts_with('.')) rest_.remove_prefix(1);
    return true;
  }

  bool leads_on(std::string_view key) const {
    if (!rest_.starts_with(key)) return false;
    const std::string_view behind = rest_.substr(key.size());
    return behind.empty() || behind.front() == '.' || behind.front() == '[';
  }

  bool enter_item() {
    const std::size_t end = rest_.find(']');
    std::size_t wanted = 0;
    const bool is_index =
        rest_.starts_with('[') && end != std::string_view::npos &&
        std::from_chars(rest_.data() + 1, rest_.data() + end, wanted).ptr == rest_.data() + end;
    if (!is_index) return false;
    for (std::size_t i = 0; step(); ++i) {
      if (i == wanted) {
        rest_.remove_prefix(end + 1);
        if (rest_.starts_with('.')) rest_.remove_prefix(1);
        return true;
      }
      skip_value();
      skip_blanks();
      if (!peek(',')) return false;
    }
    return false;
  }

  std::string_view text_;
  std::string_view rest_;  ///< of the path
  std::size_t at_ = 0;
};

}  // namespace

JsonPlace find_place(std::string_view text, std::string_view path) { return Finder(text, path).run(); }

}  // namespace scaiflow
