#include "libs/base/text.h"
#include "libs/base/free_names.h"

#include <gtest/gtest.h>

namespace scaiflow {
namespace {

TEST(Utf8, AcceptsWhatIsWellFormedAlone) {
  EXPECT_TRUE(is_utf8("aé€😀"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xe2\x82"));
  EXPECT_EQ(code_points("aé€😀"), 4u);
  EXPECT_EQ(cut("aé€😀", 2), "aé…");
  EXPECT_EQ(cut("aé", 2), "aé");
}

TEST(Utf8, DecodesWhatItEncodes) {
  for (const char32_t c : {U'a', U'é', U'€', U'😀', U'\x10ffff'}) {
    std::string text;
    append_code_point(text, c);
    std::size_t at = 0;
    EXPECT_EQ(next_code_point(text, at), c);
    EXPECT_EQ(at, text.size());
  }
}

TEST(Names, FollowTheirForms) {
  EXPECT_TRUE(is_identifier("_a9Z"));
  EXPECT_FALSE(is_identifier("A"));
  EXPECT_FALSE(is_identifier("9"));
  EXPECT_FALSE(is_identifier(""));
  EXPECT_TRUE(is_slug("a-1"));
  EXPECT_FALSE(is_slug("a--1"));
  EXPECT_FALSE(is_slug("-a"));
  EXPECT_FALSE(is_slug(std::string(64, 'a')));
  EXPECT_EQ(slug_of("Customer Support Agent!"), "customer-support-agent");
  EXPECT_EQ(slug_of("  é "), "");
  EXPECT_EQ(slug_of(std::string(62, 'a') + " b"), std::string(62, 'a'));
}

TEST(Semver, HasThreeNumbersAndSuffixes) {
  EXPECT_TRUE(is_semver("1.0.3"));
  EXPECT_TRUE(is_semver("1.0.3-rc.1+build-5"));
  EXPECT_FALSE(is_semver("1.0"));
  EXPECT_FALSE(is_semver("01.0.0"));
  EXPECT_FALSE(is_semver("1.0.0-"));
  EXPECT_FALSE(is_semver("1.0.0+"));
}

TEST(Durations, AreReadAndWritten) {
  EXPECT_EQ(duration_ms("90s"), 90'000);
  EXPECT_EQ(duration_ms("1w"), 604'800'000);
  EXPECT_EQ(duration_ms("365d"), 31'536'000'000);
  EXPECT_EQ(duration_ms("366d"), -1);
  EXPECT_EQ(duration_ms("99999999999999999999s"), -1);
  EXPECT_EQ(duration_ms("s"), -1);
  EXPECT_EQ(duration_ms("1.5h"), -1);
  EXPECT_EQ(duration_text(0), "0s");
  EXPECT_EQ(duration_text(172'800'000), "2d");
  EXPECT_EQ(duration_text(28'800'000), "8h");
  EXPECT_EQ(duration_text(1500), "1500ms");
}

TEST(Base64, IsStrict) {
  std::string out;
  for (const std::string text : {"", "f", "fo", "foo", "foob"}) {
    ASSERT_TRUE(base64_decode(base64_encode(text), out));
    EXPECT_EQ(out, text);
  }
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_FALSE(base64_decode("Zm8", out));
  EXPECT_FALSE(base64_decode("Zm9=", out));
  EXPECT_FALSE(base64_decode("Z===", out));
  EXPECT_FALSE(base64_decode("Zm=v", out));
}

TEST(FreeNames, counts_on_behind_what_is_taken) {
  FreeNames names;
  EXPECT_TRUE(names.keep("a_2"));
  EXPECT_FALSE(names.keep("a_2"));
  EXPECT_EQ(names.take("a"), "a");
  EXPECT_EQ(names.take("a"), "a_3");
  EXPECT_EQ(names.take("a_2"), "a_2_2");
}

}  // namespace
}  // namespace scaiflow
