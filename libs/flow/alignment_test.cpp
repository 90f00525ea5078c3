#include "libs/flow/alignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace scaiflow::flow {
namespace {

std::size_t common_length(const Tokens& a, const Tokens& b) {
  std::vector<std::size_t> row(b.size() + 1, 0);
  for (const std::uint32_t token : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = token == b[j] ? diagonal + 1 : std::max(row[j], row[j + 1]);
      diagonal = above;
    }
  }
  return row.back();
}

/// The matches are in order, do not overlap and match what is equal. Gives their length in all.
std::size_t checked_length(const std::vector<Match>& matches, const Tokens& a, const Tokens& b) {
  std::size_t length = 0, a_from = 0, b_from = 0;
  for (const Match& match : matches) {
    EXPECT_GE(match.a, a_from);
    EXPECT_GE(match.b, b_from);
    a_from = match.a + match.length;
    b_from = match.b + match.length;
    if (a_from > a.size() || b_from > b.size()) {
      ADD_FAILURE() << "a match leaves its sequence";
      return 0;
    }
    for (std::size_t i = 0; i < match.length; ++i) EXPECT_EQ(a[match.a + i], b[match.b + i]);
    length += match.length;
  }
  return length;
}

TEST(Alignment, is_as_long_as_the_longest_common_subsequence) {
  std::mt19937 random(20261125);
  for (int round = 0; round < 20'000; ++round) {
    const auto sequence = [&](std::uint32_t letters) {
      Tokens out(random() % 14);
      for (std::uint32_t& token : out) token = static_cast<std::uint32_t>(random() % letters);
      return out;
    };
    const auto letters = static_cast<std::uint32_t>(1 + random() % 5);
    const Tokens a = sequence(letters);
    const Tokens b = sequence(letters);
    ASSERT_EQ(checked_length(align(a, b), a, b), common_length(a, b)) << "round " << round;
  }
}

TEST(Alignment, stops_searching_in_long_sequences_without_likeness) {
  Tokens a(100'000), b(100'000);
  std::mt19937 random(1);
  for (std::uint32_t& token : a) token = static_cast<std::uint32_t>(random() % 3);
  for (std::uint32_t& token : b) token = static_cast<std::uint32_t>(random() % 3 + 1);
  a.front() = b.front() = 9;
  a.back() = b.back() = 9;
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t length = checked_length(align(a, b), a, b);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_GE(length, 2u) << "what is equal at both ends is found in any case";
}

TEST(Alignment, words_are_runs_of_letters_blanks_and_single_signs) {
  TokenTable table;
  const Tokens words = table.words("Say: »ja«,  {{ name }}!");
  EXPECT_EQ(table.text(words), "Say: »ja«,  {{ name }}!");
  EXPECT_EQ(words.size(), 14u);
  EXPECT_TRUE(table.is_blank(words[2]));
}

TEST(Alignment, a_number_is_one_word) {
  TokenTable table;
  EXPECT_EQ(table.words("x > 0.7").size(), 5u);
  EXPECT_EQ(table.words("1.0.12").size(), 1u);
  EXPECT_EQ(table.words("7.").size(), 2u);
  EXPECT_EQ(table.words("a.5").size(), 3u);
  EXPECT_EQ(table.words("7.b").size(), 3u);
}

TEST(Alignment, changed_phrases_are_one_hunk) {
  TokenTable table;
  const Tokens a = table.words("the quick brown fox jumps");
  const Tokens b = table.words("the slow red fox jumps");
  const std::vector<Hunk> hunks = word_hunks(table, a, b);
  ASSERT_EQ(hunks.size(), 1u);
  EXPECT_EQ(table.text(std::span(a).subspan(hunks[0].a_from, hunks[0].a_to - hunks[0].a_from)),
            "quick brown");
  EXPECT_EQ(table.text(std::span(b).subspan(hunks[0].b_from, hunks[0].b_to - hunks[0].b_from)), "slow red");
}

}  // namespace
}  // namespace scaiflow::flow
