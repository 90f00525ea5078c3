#include "libs/net/router.h"

#include <gtest/gtest.h>

namespace scaiflow::net {
namespace {

RouteTable<std::string> api_table() {
  RouteTable<std::string> table({"/v1", "/api/v1"});
  table.add("GET", "/flows", "list");
  table.add("POST", "/flows", "create");
  table.add("POST", "/flows/compile", "compile");
  table.add("GET", "/flows/{flow_id}", "get");
  table.add("DELETE", "/flows/{flow_id}", "delete");
  table.add("GET", "/flows/{flow_id}/versions/{version}", "version");
  table.add("GET", "/flows/catalog/{slug}", "catalog");
  table.add("POST", "/hooks/{hook_id}", "hook");
  table.add("POST", "/hooks/{hook_id}/{rest...}", "hook_rest");
  table.add("GET", "/hooks/status", "hook_status");
  return table;
}

std::string name_of(const RouteTable<std::string>& table, std::string_view method, std::string_view path) {
  const auto match = table.match(method, path);
  return match.route ? *match.route : match.allow.empty() ? "404" : "405 " + match.allow;
}

TEST(RouteTable, MatchesTheTable) {
  const auto table = api_table();
  struct Case {
    const char* method;
    const char* path;
    const char* route;
  };
  const Case cases[] = {
      {"GET", "/v1/flows", "list"},
      {"GET", "/api/v1/flows", "list"},
      {"HEAD", "/v1/flows", "list"},
      {"POST", "/v1/flows", "create"},
      {"PUT", "/v1/flows", "405 GET, HEAD, POST"},
      {"POST", "/v1/flows/compile", "compile"},
      {"GET", "/v1/flows/compile", "405 POST"},
      {"GET", "/v1/flows/flow_1", "get"},
      {"GET", "/v1/flows/", "404"},
      {"GET", "/v1/flows/flow_1/", "404"},
      {"GET", "/v1//flows", "404"},
      {"GET", "/v2/flows", "404"},
      {"GET", "v1/flows", "404"},
      {"GET", "", "404"},
      {"GET", "/v1/FLOWS", "404"},
      {"GET", "/v1/fl%6Fws", "list"},
      {"GET", "/v1/flows/%", "404"},
      {"GET", "/v1/flows/a%00", "404"},
      {"GET", "/v1/flows/catalog/x", "catalog"},
      {"GET", "/v1/flows/catalog/versions/1", "version"},
      {"GET", "/v1/flows/compile/versions/1", "version"},
      {"POST", "/v1/hooks/h", "hook"},
      {"POST", "/v1/hooks/h/a/b", "hook_rest"},
      {"POST", "/v1/hooks/status/a", "hook_rest"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(name_of(table, c.method, c.path), c.route) << c.method << ' ' << c.path;
  }
}

TEST(RouteTable, GivesDecodedParameters) {
  const auto table = api_table();
  const auto version = table.match("GET", "/v1/flows/a%2Fb/versions/1.0.0");
  ASSERT_TRUE(version.route);
  EXPECT_EQ(version.params.get("flow_id"), "a/b");
  EXPECT_EQ(version.params.get("version"), "1.0.0");
  EXPECT_EQ(version.params.get("other"), "");
  const auto rest = table.match("POST", "/v1/hooks/h1/x/y");
  EXPECT_EQ(rest.params.get("hook_id"), "h1");
  EXPECT_EQ(rest.params.get("rest"), "x/y");
}

TEST(RouteTable, ForgetsParametersOfAbandonedBranches) {
  RouteTable<std::string> table;
  table.add("GET", "/{a}/x/one", "one");
  table.add("GET", "/{b}/{c}/two", "two");
  const auto match = table.match("GET", "/p/x/two");
  ASSERT_TRUE(match.route);
  EXPECT_EQ(match.params.size(), 2u);
  EXPECT_EQ(match.params.get("b"), "p");
  EXPECT_EQ(match.params.get("c"), "x");
}

TEST(RouteTable, RefusesVeryDeepPaths) {
  RouteTable<std::string> table;
  table.add("GET", "/a/{rest...}", "rest");
  std::string path = "/a";
  for (int i = 0; i < 31; ++i) {
    path += "/b";
  }
  EXPECT_TRUE(table.match("GET", path).route);
  EXPECT_FALSE(table.match("GET", path + "/b").route);
}

}  // namespace
}  // namespace scaiflow::net
