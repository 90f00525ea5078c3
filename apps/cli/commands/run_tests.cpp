#include "apps/cli/commands/run_tests.h"

#include <time.h>

#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/options.h"
#include "apps/core/fixtures/run_tests.h"
#include "libs/base/json_text.h"

namespace scaiflow::cli {
namespace {

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
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
  return fixtures::run_tests(document, names, thread_cpu_seconds);
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
