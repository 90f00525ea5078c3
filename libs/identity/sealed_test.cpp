#include "libs/identity/sealed.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "libs/store/temporary_folder.h"

namespace scaiflow::identity {
namespace {

namespace fs = std::filesystem;
using store::TemporaryFolder;

void write_keys(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  fs::permissions(path, fs::perms(0600));
}

class SealedTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  SealKeys keys_ = *SealKeys::load_or_create(folder_.path("vault.key"));
};

TEST_F(SealedTest, OpensWhatItSealed) {
  for (const std::string& plain : {std::string(), std::string("secret"), std::string(10'000, 's')}) {
    const std::string sealed = seal(keys_, plain, "t/c/1");
    EXPECT_EQ(sealed.substr(0, 8), std::string("SFS1\0\0\0\1", 8));
    EXPECT_EQ(sealed.size(), 8 + 24 + plain.size() + 16);
    EXPECT_EQ(open_sealed(keys_, sealed, "t/c/1").value(), plain);
  }
  EXPECT_NE(seal(keys_, "x", "c"), seal(keys_, "x", "c"));
}

TEST_F(SealedTest, RefusesEveryChange) {
  const std::string sealed = seal(keys_, "secret", "t/c/1");
  EXPECT_EQ(open_sealed(keys_, sealed, "t/c/2").error().code, "vault_tamper");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto opened = open_sealed(keys_, changed, "t/c/1");
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().code, i >= 4 && i < 8 ? "vault_unavailable" : "vault_tamper") << i;
    EXPECT_EQ(open_sealed(keys_, sealed.substr(0, i), "t/c/1").error().code, "vault_tamper") << i;
  }
}

TEST_F(SealedTest, KeepsItsKeyInAPrivateFile) {
  struct stat status {};
  ASSERT_EQ(stat(folder_.path("vault.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto again = SealKeys::load_or_create(folder_.path("vault.key"));
  ASSERT_TRUE(again);
  EXPECT_EQ(open_sealed(*again, seal(keys_, "x", "c"), "c").value(), "x");
}

TEST_F(SealedTest, SealsWithTheNewestKeyAndOpensWithAll) {
  const std::string old_line = "1:" + std::string(64, 'a') + "\n";
  write_keys(folder_.path("two.key"), old_line);
  const auto old_keys = SealKeys::load_or_create(folder_.path("two.key"));
  const std::string sealed = seal(*old_keys, "x", "c");
  write_keys(folder_.path("two.key"), "2:" + std::string(64, 'b') + "\n" + old_line);
  const auto both = SealKeys::load_or_create(folder_.path("two.key"));
  EXPECT_EQ(both->newest(), 2u);
  EXPECT_EQ(open_sealed(*both, sealed, "c").value(), "x");
  const auto unknown = open_sealed(*old_keys, seal(*both, "y", "c"), "c");
  EXPECT_EQ(unknown.error().message, "key 2 is not in the key file");
}

TEST_F(SealedTest, RefusesBadKeyFiles) {
  const std::string path = folder_.path("bad.key");
  for (const std::string& text : {std::string("\n"), std::string("1:abc"), std::string(64, 'a'),
                                  "x:" + std::string(64, 'a'), "1:" + std::string(66, 'a'),
                                  "1:" + std::string(63, 'a') + "z"}) {
    write_keys(path, text);
    EXPECT_EQ(SealKeys::load_or_create(path).error().code, "vault_key_refused") << text;
  }
  write_keys(path, "1:" + std::string(64, 'a'));
  fs::permissions(path, fs::perms(0604));
  EXPECT_EQ(SealKeys::load_or_create(path).error().code, "vault_key_refused");
  EXPECT_EQ(SealKeys::load_or_create(folder_.path("missing/k")).error().code, "vault_unavailable");
}

TEST(SealContext, NamesTableColumnAndRow) { EXPECT_EQ(seal_context("t", "c", "r"), "t/c/r"); }

}  // namespace
}  // namespace scaiflow::identity
