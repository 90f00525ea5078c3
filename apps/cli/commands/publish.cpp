#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/files.h"
#include "apps/cli/commands/flows.h"
#include "apps/cli/commands/report.h"
#include "apps/compiler/package.h"
#include "generated/cpp/limits.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::cli {
namespace {

/// What the options and the flow say; nullopt, with a line on `err`, when that cannot be.
std::optional<compiler::PackageInfo> package_info(const Options& options, const Json& document,
                                                  std::istream& in, std::ostream& err) {
  compiler::PackageInfo info;
  info.name = options.value("--name").value_or(document.string_or("name", ""));
  info.package_id = options.value("--package-id").value_or(slug_of(info.name));
  info.version = options.value("--version").value_or(info.version);
  info.description = options.value("--description").value_or("");
  // Nobody is signed in here; the flow may say whose it is.
  if (const Json& author = document["metadata"]["author"]; author.is_string()) info.author_id = author;
  info.created_from = Json::object({{"flow_id", document["id"]}, {"flow_version", document["version"]}});
  if (!is_slug(info.package_id)) {
    err << "scaiflow publish: --package-id must be lower-case letters and digits, joined by single '-'\n";
    return std::nullopt;
  }
  if (!is_semver(info.version)) {
    err << "scaiflow publish: --version must be a version such as 1.0.0\n";
    return std::nullopt;
  }
  const auto readme = options.value("--readme");
  if (!readme) return info;
  info.readme = read_input(*readme, in, err);
  if (!info.readme) return std::nullopt;
  if (is_utf8(*info.readme)) return info;
  err << "scaiflow publish: '" << *readme << "' is not UTF-8 text\n";
  return std::nullopt;
}

}  // namespace

int run_publish(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "publish", err);
  if (!options) return exit_usage;
  const FlowRead read = read_flow(options->file(), *options, in, err);
  if (!read.flow) return read.exit_code;
  const auto info = package_info(*options, read.flow->document, in, err);
  if (!info) return exit_usage;
  const compiler::PackageResult package = compiler::make_package(read.flow->document, *info);
  const Reporter reporter(*options, read.flow->bytes);
  const bool wants_json = options->has("--json");
  if (!wants_json) reporter.print(package.diagnostics, err);
  Json report = reporter.json(package.diagnostics);
  if (package.bytes && package.bytes->size() > static_cast<std::size_t>(limits::package_packed_bytes_max)) {
    err << "scaiflow publish: the package is larger than 25 MiB\n";
    return exit_usage;
  }
  if (package.bytes) {
    const std::string default_path = info->package_id + "-" + info->version + ".scaipkg";
    const std::string path = options->value("--out").value_or(default_path);
    const std::string hash = sha256_hex(*package.bytes);
    if (const int code = deliver(path, *package.bytes, out, err); code != exit_ok || path == "-") return code;
    report.set("path", path).set("bytes", package.bytes->size()).set("sha256", hash);
    if (!wants_json)
      out << "wrote " << path << " (" << package.bytes->size() << " bytes)\nsha256=" << hash << '\n';
  }
  if (wants_json) out << to_ecma_text(report) << '\n';
  return package.bytes ? exit_ok : exit_problems;
}

}  // namespace scaiflow::cli
