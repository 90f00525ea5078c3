#include "libs/flow/alignment.h"

#include <algorithm>
#include <optional>

#include "libs/base/json_text.h"

namespace scaiflow::flow {
namespace {

enum class CharClass : std::uint8_t { Word, Blank, Other };

CharClass class_of(char c) {
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return CharClass::Blank;
  const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '_' || static_cast<unsigned char>(c) >= 0x80;
  return is_word ? CharClass::Word : CharClass::Other;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where the token that starts at `from` ends. The point of a number is part of it: 0.7 is one word.
std::size_t token_end(std::string_view text, std::size_t from) {
  const CharClass is = class_of(text[from]);
  if (is == CharClass::Other) return from + 1;
  std::size_t to = from + 1;
  const auto is_point = [&] {
    return text[to] == '.' && is_digit(text[from]) && to + 1 < text.size() && is_digit(text[to + 1]);
  };
  while (to < text.size() && (class_of(text[to]) == is || is_point())) ++to;
  return to;
}

/// A part of the grid whose axes are the two sequences.
struct Box {
  std::int64_t left, top, right, bottom;

  std::int64_t width() const { return right - left; }
  std::int64_t height() const { return bottom - top; }
};

/// A point on a shortest way through a box, with the diagonal that it lies on: from (x, y) to (u, v).
struct Snake {
  std::int64_t x, y, u, v;
};

class Aligner {
 public:
  Aligner(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b)
      : a_(a), b_(b), steps_left_(1'000 + 128 * static_cast<std::int64_t>(a.size() + b.size())) {}

  std::vector<Match> run() {
    std::vector<Box> open{{0, 0, static_cast<std::int64_t>(a_.size()), static_cast<std::int64_t>(b_.size())}};
    while (!open.empty()) {
      Box box = open.back();
      open.pop_back();
      trim(box);
      if (box.width() == 0 || box.height() == 0) continue;
      const std::optional<Snake> middle = middle_of(box);
      if (!middle) continue;
      keep(middle->x, middle->y, middle->u - middle->x);
      open.push_back({middle->u, middle->v, box.right, box.bottom});
      open.push_back({box.left, box.top, middle->x, middle->y});
    }
    return joined();
  }

 private:
  bool equal(std::int64_t x, std::int64_t y) const {
    return a_[static_cast<std::size_t>(x)] == b_[static_cast<std::size_t>(y)];
  }

  void keep(std::int64_t x, std::int64_t y, std::int64_t length) {
    if (length == 0) return;
    matches_.push_back(
        {static_cast<std::size_t>(x), static_cast<std::size_t>(y), static_cast<std::size_t>(length)});
  }

  void trim(Box& box) {
    const Box whole = box;
    while (box.left < box.right && box.top < box.bottom && equal(box.left, box.top)) ++box.left, ++box.top;
    keep(whole.left, whole.top, box.left - whole.left);
    while (box.left < box.right && box.top < box.bottom && equal(box.right - 1, box.bottom - 1)) {
      --box.right, --box.bottom;
    }
    keep(box.right, box.bottom, whole.right - box.right);
  }

  std::int64_t& at(std::vector<std::int64_t>& reach, std::int64_t k) const {
    return reach[static_cast<std::size_t>(k + offset_)];
  }

  /// Searches from both corners at once until the ways meet; none when the steps are used up.
  std::optional<Snake> middle_of(const Box& box) {
    const std::int64_t most = (box.width() + box.height() + 1) / 2;
    offset_ = most + 1;
    const auto size = static_cast<std::size_t>(2 * most + 3);
    if (forward_.size() < size) forward_.resize(size), backward_.resize(size);
    at(forward_, 1) = box.left;
    at(backward_, 1) = box.bottom;
    for (std::int64_t d = 0; d <= most; ++d) {
      steps_left_ -= 2 * d + 2;
      if (steps_left_ < 0) return std::nullopt;
      if (const auto found = step_forward(box, d)) return found;
      if (const auto found = step_backward(box, d)) return found;
    }
    return std::nullopt;
  }

  std::optional<Snake> step_forward(const Box& box, std::int64_t d) {
    const std::int64_t delta = box.width() - box.height();
    for (std::int64_t k = -d; k <= d; k += 2) {
      const bool goes_down = k == -d || (k != d && at(forward_, k - 1) < at(forward_, k + 1));
      const std::int64_t before = goes_down ? at(forward_, k + 1) : at(forward_, k - 1);
      std::int64_t x = goes_down ? before : before + 1;
      std::int64_t y = box.top + (x - box.left) - k;
      const std::int64_t start = x;
      while (x < box.right && y < box.bottom && equal(x, y)) ++x, ++y;
      steps_left_ -= x - start;
      at(forward_, k) = x;
      const std::int64_t c = k - delta;
      const bool meets = delta % 2 != 0 && c >= 1 - d && c <= d - 1 && y >= at(backward_, c);
      if (meets) return Snake{start, y - (x - start), x, y};
    }
    return std::nullopt;
  }

  std::optional<Snake> step_backward(const Box& box, std::int64_t d) {
    const std::int64_t delta = box.width() - box.height();
    for (std::int64_t c = -d; c <= d; c += 2) {
      const bool goes_left = c == -d || (c != d && at(backward_, c - 1) > at(backward_, c + 1));
      const std::int64_t before = goes_left ? at(backward_, c + 1) : at(backward_, c - 1);
      std::int64_t y = goes_left ? before : before - 1;
      const std::int64_t k = c + delta;
      std::int64_t x = box.left + (y - box.top) + k;
      const std::int64_t end = y;
      while (x > box.left && y > box.top && equal(x - 1, y - 1)) --x, --y;
      steps_left_ -= end - y;
      at(backward_, c) = y;
      const bool meets = delta % 2 == 0 && k >= -d && k <= d && x <= at(forward_, k);
      if (meets) return Snake{x, y, x + (end - y), end};
    }
    return std::nullopt;
  }

  std::vector<Match> joined() {
    const auto by_place = [](const Match& one, const Match& other) { return one.a < other.a; };
    std::sort(matches_.begin(), matches_.end(), by_place);
    std::vector<Match> out;
    for (const Match& match : matches_) {
      const bool goes_on = !out.empty() && out.back().a + out.back().length == match.a &&
                           out.back().b + out.back().length == match.b;
      if (goes_on) {
        out.back().length += match.length;
      } else {
        out.push_back(match);
      }
    }
    return out;
  }

  std::span<const std::uint32_t> a_;
  std::span<const std::uint32_t> b_;
  std::int64_t steps_left_;
  std::int64_t offset_ = 0;
  std::vector<std::int64_t> forward_;   ///< how far right a way on each diagonal has come
  std::vector<std::int64_t> backward_;  ///< how far up, from the other corner
  std::vector<Match> matches_;
};

}  // namespace

std::uint32_t TokenTable::number(std::string_view token) {
  const auto [at, is_new] = numbers_.emplace(std::string(token), static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(&at->first);
  return at->second;
}

Tokens TokenTable::words(std::string_view text) {
  Tokens out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = token_end(text, from);
    out.push_back(number(text.substr(from, to - from)));
    from = to;
  }
  return out;
}

Tokens TokenTable::items(const Json& list) {
  Tokens out;
  out.reserve(list.size());
  for (const Json& item : list.as_array()) out.push_back(number(to_text(item)));
  return out;
}

std::string TokenTable::text(std::span<const std::uint32_t> tokens) const {
  std::string out;
  for (const std::uint32_t token : tokens) out += *texts_[token];
  return out;
}

bool TokenTable::is_blank(std::uint32_t token) const {
  return class_of(texts_[token]->front()) == CharClass::Blank;
}

std::vector<Match> align(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  return Aligner(a, b).run();
}

std::vector<Hunk> hunks_of(const std::vector<Match>& matches, std::size_t a_size, std::size_t b_size) {
  std::vector<Hunk> out;
  Hunk open;
  const auto close = [&](std::size_t a, std::size_t b) {
    open.a_to = a;
    open.b_to = b;
    if (open.a_from != a || open.b_from != b) out.push_back(open);
  };
  for (const Match& match : matches) {
    close(match.a, match.b);
    open.a_from = match.a + match.length;
    open.b_from = match.b + match.length;
  }
  close(a_size, b_size);
  return out;
}

std::vector<Hunk> word_hunks(const TokenTable& table, const Tokens& a, const Tokens& b) {
  std::vector<Hunk> out;
  for (const Hunk& hunk : hunks_of(align(a, b), a.size(), b.size())) {
    // Two tokens of blanks never stand side by side, so one look is enough.
    const bool joins =
        !out.empty() && hunk.a_from == out.back().a_to + 1 && table.is_blank(a[out.back().a_to]);
    if (joins) {
      out.back().a_to = hunk.a_to;
      out.back().b_to = hunk.b_to;
    } else {
      out.push_back(hunk);
    }
  }
  return out;
}

namespace {

class HunkMerger {
 public:
  HunkMerger(const Sides& sides, const TokenTable& table, Nearness nearness)
      : sides_(sides), table_(table), nearness_(nearness) {}

  std::optional<std::vector<Piece>> run(const std::vector<Hunk>& in_a, const std::vector<Hunk>& in_b) {
    std::size_t i = 0, j = 0;
    while (i < in_a.size() || j < in_b.size()) {
      const Hunk* next_a = i < in_a.size() ? &in_a[i] : nullptr;
      const Hunk* next_b = j < in_b.size() ? &in_b[j] : nullptr;
      if (next_a != nullptr && next_b != nullptr && are_equal(*next_a, *next_b)) {
        take(Piece::Of::A, *next_a);
        ++i, ++j;
      } else if (next_b == nullptr || (next_a != nullptr && is_before(*next_a, *next_b))) {
        if (j > 0 && is_near(in_b[j - 1], *next_a)) return std::nullopt;
        take(Piece::Of::A, *next_a);
        ++i;
      } else {
        if (i > 0 && is_near(in_a[i - 1], *next_b)) return std::nullopt;
        take(Piece::Of::B, *next_b);
        ++j;
      }
    }
    add(Piece::Of::Base, done_, sides_.base.size());
    return std::move(pieces_);
  }

 private:
  static bool is_before(const Hunk& one, const Hunk& other) {
    return one.a_from != other.a_from ? one.a_from < other.a_from : one.a_to < other.a_to;
  }

  bool are_equal(const Hunk& in_a, const Hunk& in_b) const {
    if (in_a.a_from != in_b.a_from || in_a.a_to != in_b.a_to) return false;
    const auto text = [](const Tokens& tokens, const Hunk& hunk) {
      return std::span(tokens).subspan(hunk.b_from, hunk.b_to - hunk.b_from);
    };
    const auto a = text(sides_.a, in_a);
    const auto b = text(sides_.b, in_b);
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

  /// `first` begins no later than `second`.
  bool is_near(const Hunk& first, const Hunk& second) const {
    if (second.a_from < first.a_to) return true;
    if (nearness_ == Nearness::SameItems) {
      const bool is_addition = first.a_from == first.a_to || second.a_from == second.a_to;
      return second.a_from == first.a_to && is_addition;
    }
    for (std::size_t i = first.a_to; i < second.a_from; ++i) {
      if (!table_.is_blank(sides_.base[i])) return false;
    }
    return true;
  }

  void take(Piece::Of side, const Hunk& hunk) {
    add(Piece::Of::Base, done_, hunk.a_from);
    add(side, hunk.b_from, hunk.b_to);
    done_ = hunk.a_to;
  }

  void add(Piece::Of of, std::size_t from, std::size_t to) {
    if (from < to) pieces_.push_back({of, from, to});
  }

  const Sides& sides_;
  const TokenTable& table_;
  Nearness nearness_;
  std::size_t done_ = 0;  ///< of the base
  std::vector<Piece> pieces_;
};

}  // namespace

std::optional<std::vector<Piece>> merge_hunks(const Sides& sides, const std::vector<Hunk>& in_a,
                                              const std::vector<Hunk>& in_b, const TokenTable& table,
                                              Nearness nearness) {
  return HunkMerger(sides, table, nearness).run(in_a, in_b);
}

}  // namespace scaiflow::flow
