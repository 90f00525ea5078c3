#include "apps/cli/commands/commands.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace scaiflow::cli {
namespace {

namespace fs = std::filesystem;

std::string example(const std::string& name) { return SCAIFLOW_SOURCE_DIR "/tests/flows/examples/" + name; }

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class Commands : public testing::Test {
 protected:
  Commands() : folder_(fs::temp_directory_path() / ("scaiflow_cli_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~Commands() override { fs::remove_all(folder_); }

  int run(int (*command)(const Args&, std::istream&, std::ostream&, std::ostream&), const Args& args,
          const std::string& input = {}) {
    std::istringstream in(input);
    out_.str({});
    err_.str({});
    return command(args, in, out_, err_);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

constexpr const char* broken = R"({"id": "f", "name": "F", "version": "1.0.0",
  "nodes": [{"id": "n", "type": "entry_api", "label": "", "position": {"x": 0, "y": 0}}],
  "edges": [{"id": "e1", "type": "sequential", "source": {"node": "n"}, "target": {"node": "m"}}],
  "config": {"core_identity": {"models": [{"role": "a", "ref": "b", "model": "c"}]}}})";

constexpr const char* doubtful = R"({"id": "f", "name": "F", "version": "1.0.0",
  "nodes": [{"id": "n", "type": "entry_api", "label": "", "position": {"x": 0, "y": 0}, "breakpoint": true}],
  "edges": [], "config": {"core_identity": {"models": [{"role": "a", "ref": "b", "model": "c"}]}}})";

TEST_F(Commands, validate_says_what_it_read) {
  EXPECT_EQ(run(run_validate, {example("customer-support.flow.json")}), 0);
  EXPECT_EQ(out_.str(), "ok: Customer Support Agent 1.0.0, 10 nodes, 9 edges\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Commands, validate_lists_problems_on_the_error_stream) {
  EXPECT_EQ(run(run_validate, {"-"}, broken), 1);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(), "error[F103]: edge 'e1': unknown target node 'm' (edges[0].target)\n");
}

TEST_F(Commands, validate_gives_json) {
  EXPECT_EQ(run(run_validate, {"-", "--json"}, broken), 1);
  EXPECT_EQ(out_.str().substr(0, 68),
            R"({"ok":false,"errors":["edge 'e1': unknown target node 'm'"],"diagnos)");
}

TEST_F(Commands, warnings_fail_only_when_strict) {
  EXPECT_EQ(run(run_validate, {"-"}, doubtful), 0);
  EXPECT_NE(err_.str().find("warning[F126]"), std::string::npos);
  EXPECT_EQ(run(run_validate, {"-", "--strict"}, doubtful), 1);
  EXPECT_NE(err_.str().find("error[F126]"), std::string::npos);
  EXPECT_EQ(run(run_compile, {"-", "--strict"}, doubtful), 1);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Commands, compile_writes_beside_its_input) {
  fs::copy(example("echo-agent.flow.json"), folder_);
  EXPECT_EQ(run(run_compile, {path("echo-agent.flow.json")}), 0);
  EXPECT_EQ(out_.str(), "wrote " + path("echo-agent.yaml") + " (2428 bytes)\n");
  EXPECT_EQ(content_of(path("echo-agent.yaml")), content_of(example("echo-agent.yaml")));
  EXPECT_EQ(run(run_compile, {"--format", "ir", path("echo-agent.flow.json")}), 0);
  EXPECT_EQ(out_.str(), "wrote " + path("echo-agent.scir") + " (1191 bytes)\n" +
                            "sha256=802af644c8cbbd865a2e2b065501e28c88e051cf334cca5f442a7725c4a843a6\n");
  EXPECT_EQ(run(run_compile, {"--format=scai", path("echo-agent.flow.json"), "--out", path("x.txt")}), 0);
  EXPECT_EQ(content_of(path("x.txt")).substr(0, 19), "// echo-agent 1.0.0");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 4)
      << "no temporary file stays";
}

TEST_F(Commands, compile_touches_no_file_on_errors) {
  std::ofstream(path("old.yaml")) << "old";
  EXPECT_EQ(run(run_compile, {"-", "--out", path("old.yaml")}, broken), 1);
  EXPECT_EQ(content_of(path("old.yaml")), "old");
}

TEST_F(Commands, standard_input_goes_to_standard_output) {
  EXPECT_EQ(run(run_compile, {"-"}, content_of(example("echo-agent.flow.json"))), 0);
  EXPECT_EQ(out_.str(), content_of(example("echo-agent.yaml")));
}

TEST_F(Commands, import_gives_the_document_back) {
  EXPECT_EQ(run(run_import, {example("expense-approver.yaml")}), 0);
  EXPECT_EQ(out_.str(), content_of(example("expense-approver.flow.json")));
  EXPECT_EQ(run(run_import, {example("expense-approver.yaml"), "--out", path("flow.json")}), 0);
  EXPECT_EQ(content_of(path("flow.json")), content_of(example("expense-approver.flow.json")));
}

TEST_F(Commands, import_draws_an_id_where_there_is_none) {
  EXPECT_EQ(run(run_import, {"-"}, "core: {name: a, model: x/y, flows: [{steps: []}]}"), 0);
  EXPECT_NE(out_.str().find("\"id\": \"flow_"), std::string::npos);
}

TEST_F(Commands, inspect_reads_bundles_json_and_manifests) {
  EXPECT_EQ(run(run_inspect, {example("echo-agent.yaml")}), 0);
  const std::string summary = out_.str();
  EXPECT_EQ(summary, R"(echo-agent 1.0.0
address: 802af644c8cbbd865a2e2b065501e28c88e051cf334cca5f442a7725c4a843a6
flows:
  echo-agent(message)
triggers:
  entry: api POST /
roles:
  primary: scaigrid/openai/gpt-4o-mini
plugins: none
blocks: 2
  rigid: 2
)");
  ASSERT_EQ(run(run_compile, {example("echo-agent.flow.json"), "--format", "ir", "--out", path("a.scir")}),
            0);
  EXPECT_EQ(run(run_inspect, {path("a.scir")}), 0);
  EXPECT_EQ(out_.str(), summary);
  EXPECT_EQ(run(run_inspect, {path("a.scir"), "--json"}), 0);
  const std::string json = out_.str();
  EXPECT_EQ(run(run_inspect, {"-"}, json), 0);
  EXPECT_EQ(out_.str(), summary);
}

TEST_F(Commands, inspect_names_what_is_wrong_with_a_bundle) {
  EXPECT_EQ(run(run_inspect, {"-"}, std::string("SCIR\0\7\x80", 7)), 1);
  EXPECT_EQ(err_.str(), "error[SCIR_BAD_VERSION]: unsupported container version 7\n");
}

TEST_F(Commands, usage_and_unreadable_input_are_told_apart_from_problems) {
  EXPECT_EQ(run(run_validate, {}), 2);
  EXPECT_EQ(run(run_validate, {"a", "b"}), 2);
  EXPECT_EQ(run(run_validate, {"a", "--loud"}), 2);
  EXPECT_EQ(run(run_compile, {"a", "--format", "xml"}), 2);
  EXPECT_EQ(run(run_compile, {"a", "--out"}), 2);
  EXPECT_EQ(run(run_validate, {path("nothing.json")}), 2);
  EXPECT_EQ(run(run_validate, {folder_.string()}), 2);
  EXPECT_EQ(run(run_compile, {example("echo-agent.flow.json"), "--out", path("no/such/folder.yaml")}), 2);
}

}  // namespace
}  // namespace scaiflow::cli
