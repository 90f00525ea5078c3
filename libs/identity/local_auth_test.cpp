#include "libs/identity/local_auth.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/store/temporary_folder.h"

namespace scaiflow::identity {
namespace {

namespace fs = std::filesystem;
using store::TemporaryFolder;

TEST(BearerToken, ReadsTheSchemeInAnyCase) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bearer   abc "), "abc");
  for (const char* header : {"", "Bearer", "Bearer ", "Basic abc", "abc", "Bearerabc"}) {
    EXPECT_EQ(bearer_token(header), std::nullopt) << header;
  }
}

TEST(LocalToken, IsMadeOnceAndKept) {
  TemporaryFolder folder;
  const auto token = load_local_token(folder.path());
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->size(), 43u);
  EXPECT_EQ(token->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  struct stat status {};
  ASSERT_EQ(stat(folder.path("local_token").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(load_local_token(folder.path()).value(), *token);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(LocalToken, IsReplacedByRotation) {
  TemporaryFolder folder;
  const std::string before = load_local_token(folder.path()).value();
  const std::string after = rotate_local_token(folder.path()).value();
  EXPECT_NE(before, after);
  EXPECT_EQ(load_local_token(folder.path()).value(), after);
}

TEST(LocalToken, RefusesFilesThatOthersCouldRead) {
  TemporaryFolder folder;
  ASSERT_TRUE(load_local_token(folder.path()));
  fs::permissions(folder.path("local_token"), fs::perms(0640));
  EXPECT_EQ(load_local_token(folder.path()).error().code, "refused_file");
  fs::remove(folder.path("local_token"));
  std::ofstream(folder.path("elsewhere")) << std::string(43, 'x');
  fs::permissions(folder.path("elsewhere"), fs::perms(0600));
  fs::create_symlink(folder.path("elsewhere"), folder.path("local_token"));
  EXPECT_FALSE(load_local_token(folder.path()));
}

TEST(LocalToken, RefusesAnEmptyFileAndAMissingFolder) {
  TemporaryFolder folder;
  std::ofstream(folder.path("local_token")) << "\n";
  fs::permissions(folder.path("local_token"), fs::perms(0600));
  EXPECT_EQ(load_local_token(folder.path()).error().code, "refused_file");
  EXPECT_EQ(load_local_token(folder.path("missing")).error().code, "unreadable_file");
}

TEST(LocalToken, MayBeConfigured) {
  TemporaryFolder folder;
  EXPECT_EQ(load_local_token(folder.path(), std::string(32, 'c')).value(), std::string(32, 'c'));
  EXPECT_EQ(load_local_token(folder.path(), std::string(31, 'c')).error().code, "invalid_setting");
  EXPECT_FALSE(fs::exists(folder.path("local_token")));
}

TEST(LocalAuth, RecognisesCredentialsInOrder) {
  const std::string token = "the-local-token-of-43-characters-or-so-xxxx";
  const LocalAuth auth(token, [](const std::string& key_sha256) -> std::optional<Principal> {
    if (key_sha256 != sha256_hex("sgk_known")) {
      return std::nullopt;
    }
    Principal owner;
    owner.id = "owner";
    return owner;
  });
  EXPECT_EQ(auth.authenticate("Bearer " + token).principal->id, "local");
  EXPECT_EQ(auth.authenticate("Bearer sgk_known").principal->id, "owner");
  struct Case {
    std::string header;
    AuthRefusal refusal;
    std::string reason;
  };
  const Case cases[] = {
      {"", AuthRefusal::Missing, "no bearer token"},
      {"Basic " + token, AuthRefusal::Missing, "no bearer token"},
      {"Bearer sgk_unknown", AuthRefusal::Invalid, "unknown key"},
      {"Bearer a.b.c", AuthRefusal::Invalid, "sign-in tokens are not accepted in local mode"},
      {"Bearer " + token + "x", AuthRefusal::Invalid, "not the local token"},
      {"Bearer " + token.substr(1), AuthRefusal::Invalid, "not the local token"},
      {"Bearer " + std::string(16 * 1024 + 1, 'a'), AuthRefusal::Invalid, "malformed"},
  };
  for (const Case& c : cases) {
    const AuthOutcome outcome = auth.authenticate(c.header);
    EXPECT_FALSE(outcome.principal) << c.header;
    EXPECT_EQ(outcome.refusal, c.refusal) << c.header;
    EXPECT_EQ(outcome.reason, c.reason) << c.header;
  }
}

TEST(LocalAuth, KnowsNoKeysWithoutALookUp) {
  EXPECT_FALSE(LocalAuth("t").authenticate("Bearer sgk_x").principal);
}

TEST(LocalSignInUrl, PutsTheTokenIntoTheFragment) {
  EXPECT_EQ(local_sign_in_url("http://127.0.0.1:8001", "t"), "http://127.0.0.1:8001/#token=t");
}

TEST(LocalAuthConfig, HasEveryMember) {
  EXPECT_EQ(to_text(local_auth_config()),
            R"({"auth_mode":"local","scaikey_base_url":null,"client_id":null,"audience":null,)"
            R"("redirect_uri":null,"issuer":null,"authorize_endpoint":null,"scopes":null,)"
            R"("provider_name":null,"auth_disabled":false})");
}

TEST(EqualConstantTime, ComparesBytes) {
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
  EXPECT_TRUE(equal_constant_time("", ""));
}

}  // namespace
}  // namespace scaiflow::identity
