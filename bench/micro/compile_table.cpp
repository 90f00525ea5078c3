#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "apps/compiler/compile.h"
#include "bench/micro/sample.h"
#include "libs/base/json_text.h"

/// The table of 06 §11: medians of one thread, from bytes to bytes. Writes the documents into the folder it
/// is given, so that compile_vs_python.py can hand the same ones to its peer, and a line of JSON per size.
namespace scaiflow {
namespace {

using compiler::Format;

/// Processor time of this thread: on an idle machine the time on the wall, on a busy one still the work.
double now_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double milliseconds_of(const std::function<void()>& work) {
  const double started = now_ms();
  work();
  return now_ms() - started;
}

double median_ms(int rounds, const std::function<void()>& work) {
  work();
  std::vector<double> seen;
  for (int i = 0; i < rounds; ++i) seen.push_back(milliseconds_of(work));
  std::nth_element(seen.begin(), seen.begin() + rounds / 2, seen.end());
  return seen[static_cast<std::size_t>(rounds / 2)];
}

/// Of this process alone: what getrusage says begins with the peak of whoever started it.
long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
  }
  return 0;
}

void need(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "compile_table: %s failed\n", what);
  std::exit(1);
}

/// The least that any compiler pays for its bytes: each touched once, and room for them.
bool copied(const std::string& text) {
  const std::string copy = text;
  return copy.back() == text.back();
}

void row(const std::string& folder, int nodes, int rounds) {
  const std::string text = to_text(bench::mixed_flow_of(nodes));
  const std::string name = folder + "/flow_" + std::to_string(nodes);
  const auto compiled = compiler::compile(text, Format::Yaml);
  need(compiled.body.has_value(), "compile");
  const std::string& yaml = *compiled.body;
  std::ofstream(name + ".json", std::ios::binary) << text;
  std::ofstream(name + ".yaml", std::ios::binary) << yaml;
  const auto to_yaml = [&] { need(compiler::compile(text, Format::Yaml).body.has_value(), "compile"); };
  const auto to_ir = [&] { need(compiler::compile(text, Format::Ir).body.has_value(), "compile"); };
  const auto check = [&] { need(!diag::has_errors(compiler::validate(text)), "validate"); };
  const auto import = [&] { need(compiler::import_manifest(yaml, "flow_x").flow.has_value(), "import"); };
  std::printf("{\"nodes\": %d, \"document_bytes\": %zu, \"manifest_bytes\": %zu, ", nodes, text.size(),
              yaml.size());
  std::printf("\"validate_ms\": %.3f, ", median_ms(rounds, check));
  std::printf("\"yaml_ms\": %.3f, \"ir_ms\": %.3f, ", median_ms(rounds, to_yaml), median_ms(rounds, to_ir));
  std::printf("\"import_ms\": %.3f, ", median_ms(rounds, import));
  const auto copy = [&] { need(copied(text) && copied(yaml), "copy"); };
  const auto parse = [&] { need(parse_json(text).ok(), "parse"); };
  std::printf("\"copy_ms\": %.3f, \"parse_ms\": %.3f}\n", median_ms(rounds, copy), median_ms(rounds, parse));
  std::fflush(stdout);
}

/// How far compiling raises the peak over the input. In a process of its own, so that nothing was freed
/// before.
void print_peak(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  // Once something small, so that the pages of the program itself do not count.
  compiler::compile(to_text(bench::mixed_flow_of(2)), Format::Yaml);
  const long before = peak_kib();
  need(compiler::compile(text, Format::Yaml).body.has_value(), "compile");
  std::printf("%.1f\n", static_cast<double>(peak_kib() - before) / 1024);
}

}  // namespace
}  // namespace scaiflow

int main(int argc, char** argv) {
  if (argc == 2) return scaiflow::print_peak(argv[1]), 0;
  if (argc != 3) {
    std::fprintf(stderr,
                 "usage: compile_table FOLDER ROUNDS, or compile_table DOCUMENT for its peak memory\n");
    return 2;
  }
  for (const int nodes : {10, 100, 1'000, 10'000}) scaiflow::row(argv[1], nodes, std::atoi(argv[2]));
  return 0;
}
