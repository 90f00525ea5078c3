#include "apps/compiler/package.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "libs/base/json_text.h"

namespace scaiflow::compiler {
namespace {

std::string example(const std::string& name) {
  std::ifstream file(SCAIFLOW_SOURCE_DIR "/tests/flows/examples/" + name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Json echo() { return parse_json(example("echo-agent.flow.json"), {IntegralFloat::ToInt, 64}).value; }

PackageInfo echo_info() {
  PackageInfo info;
  info.package_id = "echo-agent";
  info.name = "Echo Agent";
  info.readme = "# Echo\n";
  return info;
}

TEST(Package, has_its_members_in_order_as_they_are) {
  const PackageResult package = make_package(echo(), echo_info());
  ASSERT_TRUE(package.bytes.has_value());
  const std::string& bytes = *package.bytes;
  EXPECT_TRUE(bytes.starts_with(std::string("PK\3\4\x0a\0\0\0\0\0\0\0\x21\0", 14)));
  std::size_t at = 0;
  const std::string own =
      "{\"author_id\":null,\"created_from\":null,\"description\":\"\",\"format_version\":1,"
      "\"name\":\"Echo Agent\",\"package_id\":\"echo-agent\",\"version\":\"0.1.0\"}\n";
  for (const std::string& member :
       {"flow.json" + example("echo-agent.flow.json"), "manifest.yaml" + example("echo-agent.yaml"),
        "package.json" + own, std::string("README.md# Echo\n")}) {
    const std::size_t found = bytes.find(member, at);
    ASSERT_NE(found, std::string::npos) << member.substr(0, 20);
    at = found;
  }
}

TEST(Package, equal_input_gives_equal_bytes) {
  EXPECT_EQ(make_package(echo(), echo_info()).bytes, make_package(echo(), echo_info()).bytes);
}

TEST(Package, a_flow_with_errors_has_none) {
  Json broken = echo();
  broken.set("edges", Json::array({Json::object({{"id", "e"}, {"type", "data"}})}));
  const PackageResult package = make_package(broken, echo_info());
  EXPECT_FALSE(package.bytes.has_value());
  EXPECT_TRUE(diag::has_errors(package.diagnostics));
}

}  // namespace
}  // namespace scaiflow::compiler
