#include "libs/expr/unicode.h"

#include <gtest/gtest.h>

#include "libs/expr/unicode_tables.h"

namespace scaiflow::expr {
namespace {

TEST(Unicode, tables_agree_with_the_library_everywhere) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    ASSERT_EQ(lower_by_table(c), to_lower(c)) << std::hex << static_cast<unsigned>(c);
    ASSERT_EQ(upper_by_table(c), to_upper(c)) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(Unicode, maps_one_to_one) {
  EXPECT_EQ(to_upper(U'ß'), U'ß');
  EXPECT_EQ(to_upper(U'ÿ'), U'Ÿ');
  EXPECT_EQ(to_lower(U'Σ'), U'σ');
  EXPECT_EQ(to_upper(U'1'), U'1');
}

TEST(Unicode, knows_white_space) {
  for (const char32_t c : {U' ', U'\t', U'\u00a0', U'\u2003', U'\u3000', U'\u0085'})
    EXPECT_TRUE(is_white_space(c));
  for (const char32_t c : {U'a', U'\u200b', U'\0', U'\ufeff'}) EXPECT_FALSE(is_white_space(c));
}

}  // namespace
}  // namespace scaiflow::expr
