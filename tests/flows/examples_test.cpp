#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "apps/compiler/compile.h"
#include "libs/ir/codec.h"

namespace scaiflow::compiler {
namespace {

std::string read_example(const std::string& name) {
  std::ifstream file(SCAIFLOW_SOURCE_DIR "/tests/flows/examples/" + name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct Example {
  const char* name;
  std::size_t bytes;
  const char* address;
};

/// The table of 06 §12: independent of this compiler.
constexpr Example examples[] = {
    {"echo-agent", 1191, "802af644c8cbbd865a2e2b065501e28c88e051cf334cca5f442a7725c4a843a6"},
    {"customer-support", 5423, "b3540ea4171191152c2b41caee97d17dba5d77c01139a1bcbea75af146834fbf"},
    {"expense-approver", 4845, "d70d93f42251e68abf7493442e83e7bac81bf435f7575d72a780d1667cc87975"},
};

class ExampleFlow : public testing::TestWithParam<Example> {
 protected:
  const std::string flow_ = read_example(std::string(GetParam().name) + ".flow.json");
  const std::string yaml_ = read_example(std::string(GetParam().name) + ".yaml");
};

TEST_P(ExampleFlow, has_the_documented_address) {
  const CompileResult result = compile(flow_, Format::Ir);
  ASSERT_TRUE(result.body);
  EXPECT_EQ(result.body->size(), GetParam().bytes);
  EXPECT_EQ(ir::address(*result.body), GetParam().address);
}

TEST_P(ExampleFlow, gives_its_manifest) {
  const CompileResult result = compile(flow_, Format::Yaml);
  ASSERT_TRUE(result.body);
  EXPECT_EQ(*result.body, yaml_);
  EXPECT_TRUE(result.diagnostics.empty());
}

TEST_P(ExampleFlow, comes_back_from_its_manifest) {
  const ImportResult imported = import_manifest(yaml_, "flow_fresh");
  EXPECT_TRUE(imported.diagnostics.empty());
  EXPECT_EQ(imported.flow, flow_);
  const LoadManifestResult loaded = load_manifest(yaml_);
  ASSERT_TRUE(loaded.module);
  EXPECT_EQ(ir::address(ir::encode(*loaded.module)), GetParam().address);
}

TEST_P(ExampleFlow, is_canonical) { EXPECT_EQ(canonical(flow_).text, flow_); }

TEST_P(ExampleFlow, names_the_lines_of_its_nodes) {
  const CompileResult result = compile(flow_, Format::Yaml);
  ASSERT_FALSE(result.ranges.empty());
  for (const manifest::NodeRange& range : result.ranges) {
    EXPECT_GE(range.first_line, 1u) << range.node_id;
    EXPECT_LE(range.first_line, range.last_line) << range.node_id;
  }
}

INSTANTIATE_TEST_SUITE_P(Chapter06, ExampleFlow, testing::ValuesIn(examples),
                         [](const auto& example) {
                           std::string name = example.param.name;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace scaiflow::compiler
