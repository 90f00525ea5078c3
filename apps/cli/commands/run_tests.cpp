#include "apps/cli/commands/run_tests.h"

#include <time.h>

#include <algorithm>
#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/compiler/compile.h"
#include "apps/core/machine/compiler.h"
#include "apps/core/machine/fixtures.h"
#include "libs/base/json_text.h"

namespace scaiflow::cli {
namespace {

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

bool is_wanted(const Json& test, const std::vector<std::string>& names) {
  return names.empty() || std::find(names.begin(), names.end(), test.string_or("name", "")) != names.end();
}

Result<void> check_names(const Json& tests, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    bool known = false;
    if (tests.is_array()) {
      for (const Json& test : tests.as_array()) known = known || test.string_or("name", "") == name;
    }
    if (!known) return fail("validation_error", "the flow has no test '" + name + "'");
  }
  return {};
}

/// Every test that was asked for ends with the first problem of the document.
Json not_compiled(const Json& tests, const std::vector<std::string>& names, const std::string& message) {
  JsonArray results;
  if (tests.is_array()) {
    for (const Json& test : tests.as_array()) {
      if (!is_wanted(test, names)) continue;
      results.push_back(Json::object({{"name", test["name"]},
                                      {"status", "error"},
                                      {"message", message},
                                      {"duration_ms", 0},
                                      {"output", Json()},
                                      {"visited", Json::array()}}));
    }
  }
  const auto failed = static_cast<std::int64_t>(results.size());
  return Json::object({{"passed", 0}, {"failed", failed}, {"results", std::move(results)}});
}

std::string first_error(const diag::Diagnostics& diagnostics) {
  for (const diag::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == diag::Severity::Error) return diagnostic.message;
  }
  return "the flow does not compile";
}

/// `ok   <name>`, `FAIL <name>: <message>`, `ERR  <name>: <message>`, then the counts (06 §10).
void print_report(const Json& report, std::ostream& out) {
  for (const Json& result : report["results"].as_array()) {
    const std::string status = result.string_or("status", "");
    const char* word = status == "passed" ? "ok   " : status == "failed" ? "FAIL " : "ERR  ";
    out << word << result.string_or("name", "");
    if (status != "passed") out << ": " << result.string_or("message", "");
    out << '\n';
  }
  out << report.int_or("passed", 0) << " passed, " << report.int_or("failed", 0) << " failed\n";
}

}  // namespace

Result<Json> run_tests_on(const std::string& document, const std::vector<std::string>& names) {
  const JsonParseResult parsed = parse_json(document, {IntegralFloat::ToInt, 64});
  const Json& tests = parsed.value["tests"];
  if (auto known = check_names(tests, names); !known) return tl::unexpected(known.error());
  const compiler::CompileResult compiled = compiler::compile(document, compiler::Format::Ir);
  if (!compiled.module) return not_compiled(tests, names, first_error(compiled.diagnostics));
  auto program = machine::Program::compile(*compiled.module, "");
  if (!program) return not_compiled(tests, names, program.error().message);
  machine::FixtureOptions options;
  options.names = names;
  options.cpu_seconds = thread_cpu_seconds;
  return machine::run_fixtures(*program, tests.is_array() ? tests : Json::array(), options);
}

int run_run_tests(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "run-tests", err);
  if (!options) return exit_usage;
  const auto bytes = read_input(options->file(), in, err);
  if (!bytes) return exit_usage;
  const Result<Json> report = run_tests_on(*bytes, options->all("--name"));
  if (!report) {
    err << "scaiflow run-tests: " << report.error().message << '\n';
    return exit_usage;
  }
  if (options->has("--json")) {
    out << to_ecma_text(*report) << '\n';
  } else if ((*report)["results"].size() == 0) {
    out << "no tests\n";
  } else {
    print_report(*report, out);
  }
  return report->int_or("failed", 0) == 0 ? exit_ok : exit_problems;
}

}  // namespace scaiflow::cli
