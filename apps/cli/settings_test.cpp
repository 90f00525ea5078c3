#include "apps/cli/settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "libs/store/temporary_folder.h"

namespace scaiflow::cli {
namespace {

TEST(Settings, AFlagWinsOverTheEnvironmentAndThatOverTheDefault) {
  EXPECT_EQ(Settings::load({}, {}).number("SCAIFLOW_API_PORT"), 8001);
  EXPECT_EQ(Settings::load({{"SCAIFLOW_API_PORT", "9000"}}, {}).number("SCAIFLOW_API_PORT"), 9000);
  EXPECT_EQ(Settings::load({{"SCAIFLOW_API_PORT", "9000"}}, {{"SCAIFLOW_API_PORT", "0"}})
                .number("SCAIFLOW_API_PORT"),
            0);
  EXPECT_EQ(Settings::load({{"SCAIFLOW_API_PORT", ""}}, {}).number("SCAIFLOW_API_PORT"), 8001);
}

TEST(Settings, EveryProblemIsNamedWithItsRemedy) {
  const Settings settings = Settings::load({{"SCAIFLOW_API_PORT", "70000"},
                                            {"SCAIFLOW_API_PROT", "1"},
                                            {"SCAIFLOW_LOG_LEVEL", "loud"},
                                            {"SCAIFLOW_CORS_ORIGINS", "*"},
                                            {"SCAIFLOW_SERVICE_HOST", "10.0.0.1"},
                                            {"OTHER", "x"}},
                                           {});
  ASSERT_EQ(settings.problems().size(), 4u);
  EXPECT_EQ(settings.problems()[0],
            "SCAIFLOW_API_PROT (environment): no such setting; did you mean SCAIFLOW_API_PORT?");
  EXPECT_EQ(settings.problems()[1], "SCAIFLOW_API_PORT (environment): must be from 0 to 65535, not '70000'");
  EXPECT_EQ(settings.problems()[2],
            "SCAIFLOW_LOG_LEVEL (environment): must be one of trace, debug, info, warn, error, not 'loud'");
  EXPECT_EQ(settings.problems()[3], "SCAIFLOW_CORS_ORIGINS: name each origin; * is not allowed");
}

std::string problem_of(const Settings::Pairs& environment) {
  const Settings settings = Settings::load(environment, {});
  std::string all;
  for (const std::string& problem : settings.problems()) all += problem + "\n";
  return all;
}

/// 10 §1: what signs nobody in is reached from this host alone.
TEST(Settings, WithTheLocalTokenTheServerStaysOnLoopback) {
  for (const char* host : {"127.0.0.1", "127.8.9.1", "::1", "localhost"})
    EXPECT_EQ(problem_of({{"SCAIFLOW_API_HOST", host}}), "") << host;
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "example.org", "127.evil"})
    EXPECT_NE(problem_of({{"SCAIFLOW_API_HOST", host}}).find("loopback alone; use 127.0.0.1"),
              std::string::npos)
        << host;
}

TEST(Settings, AWayToSignInThatIsNotThereIsRefused) {
  EXPECT_NE(problem_of({{"SCAIFLOW_AUTH_MODE", "oidc"}}).find("use local"), std::string::npos);
  const Settings::Pairs issuer{{"SCAIFLOW_OIDC_ISSUER", "https://id.example.org"}};
  EXPECT_NE(problem_of(issuer).find("SCAIFLOW_AUTH_MODE=local"), std::string::npos);
  EXPECT_EQ(problem_of({issuer[0], {"SCAIFLOW_AUTH_MODE", "local"}}), "");
}

TEST(Settings, SecretsAreNeverShown) {
  const Settings settings =
      Settings::load({{"SCAIFLOW_LOCAL_TOKEN", "a-very-secret-token-of-32-letters"}}, {});
  EXPECT_EQ(settings.report().find("a-very-secret"), std::string::npos);
  EXPECT_NE(settings.report().find("SCAIFLOW_LOCAL_TOKEN=set"), std::string::npos);
}

/// 09 §11: a secret in a file is refused when others can read it, and when it is said twice.
TEST(Settings, AFileWithASecretIsForItsOwnerAlone) {
  const store::TemporaryFolder folder;
  const auto problem_with = [&](const char* name, const std::string& text, unsigned mode) {
    const std::string path = folder.path(name);
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return path;
  };
  const std::string secret = "SCAIFLOW_LOCAL_TOKEN=a-very-secret-token-of-32-letters\n";
  const std::string open = problem_with("open.env", secret, 0644);
  EXPECT_NE(problem_of({{"SCAIFLOW_ENV_FILE", open}}).find("run chmod o-r " + open), std::string::npos);
  EXPECT_EQ(problem_of({{"SCAIFLOW_ENV_FILE", problem_with("closed.env", secret, 0640)}}), "");
  EXPECT_EQ(problem_of({{"SCAIFLOW_ENV_FILE", problem_with("plain.env", "SCAIFLOW_API_PORT=1\n", 0644)}}),
            "");
  const std::string token = "a-very-secret-token-of-32-letters";
  const std::string read = problem_with("token", token, 0604), kept = problem_with("kept", token, 0600);
  EXPECT_NE(problem_of({{"SCAIFLOW_LOCAL_TOKEN_FILE", read}}).find("run chmod o-r"), std::string::npos);
  EXPECT_EQ(problem_of({{"SCAIFLOW_LOCAL_TOKEN_FILE", kept}}), "");
  EXPECT_NE(problem_of({{"SCAIFLOW_LOCAL_TOKEN_FILE", kept}, {"SCAIFLOW_LOCAL_TOKEN", token}})
                .find("SCAIFLOW_LOCAL_TOKEN is set too; keep one of them"),
            std::string::npos);
}

TEST(EnvFile, HasCommentsQuotesAndExports) {
  std::vector<std::string> problems;
  const auto pairs = parse_env_file("# c\nexport A=1\n B = \"x y\" \nC='q'\n\nbroken\n", problems);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0], (std::pair<std::string, std::string>("A", "1")));
  EXPECT_EQ(pairs[1].second, "x y");
  EXPECT_EQ(pairs[2].second, "q");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0], "line 6: expected NAME=value");
}

}  // namespace
}  // namespace scaiflow::cli
