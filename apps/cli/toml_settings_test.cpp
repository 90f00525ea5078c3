#include "apps/cli/toml_settings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace scaiflow::cli {
namespace {

using Pair = std::pair<std::string, std::string>;

Settings::Pairs read(std::string_view text) {
  std::vector<std::string> problems;
  Settings::Pairs pairs = parse_toml_settings(text, problems);
  EXPECT_TRUE(problems.empty()) << problems[0];
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> problems;
  parse_toml_settings(text, problems);
  return problems;
}

TEST(TomlSettings, the_path_of_a_key_is_the_name_of_a_setting) {
  EXPECT_EQ(read("[api]\nhost = \"::1\"\nport = 9000\n[rate]\nlimit.factor = 0.5\n"),
            (Settings::Pairs{Pair("SCAIFLOW_API_HOST", "::1"), Pair("SCAIFLOW_API_PORT", "9000"),
                             Pair("SCAIFLOW_RATE_LIMIT_FACTOR", "0.5")}));
}

TEST(TomlSettings, without_prefix_where_there_is_no_such_name_with_it) {
  EXPECT_EQ(read("[scaikey]\nclient_id = \"c\"\nbase_url = \"https://k.example\"\n"),
            (Settings::Pairs{Pair("SCAIFLOW_SCAIKEY_CLIENT_ID", "c"),
                             Pair("SCAIKEY_BASE_URL", "https://k.example")}));
}

TEST(TomlSettings, lists_and_flags) {
  EXPECT_EQ(read("cors_origins = [\"https://a\", \"https://b\"]\nskip_create_all = true\n"),
            (Settings::Pairs{Pair("SCAIFLOW_CORS_ORIGINS", "https://a,https://b"),
                             Pair("SCAIFLOW_SKIP_CREATE_ALL", "true")}));
}

TEST(TomlSettings, problems_have_their_line) {
  EXPECT_EQ(
      problems_of("\n[api]\nprot = 1\n"),
      std::vector<std::string>{"line 3: no setting SCAIFLOW_API_PROT; did you mean SCAIFLOW_API_PORT?"});
  ASSERT_EQ(problems_of("a = \n").size(), 1u);
  EXPECT_EQ(problems_of("a = \n")[0].substr(0, 8), "line 1: ");
  EXPECT_EQ(problems_of("[api]\nport = 2020-01-01\n").size(), 1u);
}

TEST(TomlSettings, a_file_is_weaker_than_the_environment) {
  const std::string path = testing::TempDir() + "scaiflow_settings_" + std::to_string(getpid()) + ".toml";
  std::ofstream(path) << "[api]\nport = 9000\nhost = \"127.0.0.2\"\n";
  chmod(path.c_str(), 0644);
  const Settings settings = Settings::load({{"SCAIFLOW_API_PORT", "9001"}}, {}, path);
  EXPECT_TRUE(settings.problems().empty());
  EXPECT_EQ(settings.number("SCAIFLOW_API_PORT"), 9001);
  EXPECT_EQ(settings.text("SCAIFLOW_API_HOST"), "127.0.0.2");
  std::ofstream(path) << "local_token = \"a-very-secret-token-of-32-letters\"\n";
  ASSERT_EQ(Settings::load({}, {}, path).problems().size(), 1u) << "a secret that others may read";
  chmod(path.c_str(), 0600);
  EXPECT_TRUE(Settings::load({}, {}, path).problems().empty());
  chmod(path.c_str(), 0622);
  EXPECT_EQ(Settings::load({}, {}, path).problems().size(), 1u) << "others may write it";
  std::remove(path.c_str());
  EXPECT_EQ(Settings::load({}, {}, path).problems().size(), 1u) << "it is not there";
}

}  // namespace
}  // namespace scaiflow::cli
