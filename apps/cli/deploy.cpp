#include "apps/cli/deploy.h"

#include <future>
#include <istream>
#include <ostream>

#include "apps/api/core_carrier.h"
#include "apps/cli/commands/flows.h"
#include "apps/cli/commands/report.h"
#include "apps/cli/settings.h"
#include "apps/compiler/compile.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "libs/net/http_client.h"

namespace scaiflow::cli {
namespace {

constexpr char public_grid[] = "https://scaigrid.scailabs.ai";

/// Where and as whom, from the options, else the settings.
struct Grid {
  std::string base_url;
  std::string api_key;
  api::DeployFormat format = api::DeployFormat::Auto;
};

Grid grid_of(const Options& options) {
  const Settings settings = Settings::load(process_environment(), {});
  Grid grid{options.value("--base-url").value_or(settings.text("SCAIGRID_BASE_URL")),
            options.value("--api-key").value_or(settings.text("SCAIGRID_API_KEY")),
            api::deploy_format(settings.text("SCAIFLOW_DEPLOY_FORMAT"))};
  if (grid.base_url.empty()) grid.base_url = public_grid;
  while (grid.base_url.ends_with('/')) grid.base_url.pop_back();
  return grid;
}

Result<net::HttpClientResponse> ask(net::HttpClient& http, const net::HttpClientRequest& request) {
  std::promise<Result<net::HttpClientResponse>> done;
  http.send(request, [&](Result<net::HttpClientResponse> result) { done.set_value(std::move(result)); });
  return done.get_future().get();
}

/// Whether a request may be sent again (09 §6): reading always, anything else only when it was surely not
/// worked on.
bool may_repeat(const std::string& method, const Result<net::HttpClientResponse>& answer) {
  if (answer) return answer->status >= 502 && answer->status <= 504;
  return method == "GET" || answer.error().code == net::client_error::ConnectFailed;
}

/// One request and its answer, asked twice at most. Where none came, an answer with the reason: what was
/// worked on all the same is taken up by the next deploy.
net::HttpResponse call_grid(net::HttpClient& http, const Grid& grid, const net::HttpRequest& request) {
  net::HttpClientRequest message;
  message.method = request.method;
  message.url = grid.base_url + request.target;
  message.headers = request.headers;
  message.headers.set("Authorization", "Bearer " + grid.api_key);
  message.headers.set("X-Request-Id", request.request_id);
  if (request.method != "GET") message.headers.set("Idempotency-Key", request.request_id);
  message.body = request.body;
  Result<net::HttpClientResponse> answer = ask(http, message);
  if (may_repeat(request.method, answer)) answer = ask(http, message);
  net::HttpResponse response;
  if (answer) {
    response.status = answer->status;
    response.body = answer->body;
    return response;
  }
  const Json error = Json::object({{"code", answer.error().code}, {"message", answer.error().message}});
  response.status = 599;
  response.body = to_text(Json::object({{"error", error}}));
  return response;
}

struct Deployed {
  std::string core_id;
  std::string published_slug;
};

Result<Deployed> carry(api::CoreCarrier& carrier, const Json& document,
                       const compiler::CompileResult& compiled, const Options& options) {
  if (auto queues = carrier.ensure_queues(document); !queues) return tl::unexpected(queues.error());
  auto core =
      carrier.create_core({*compiled.body, ir::encode(*compiled.module), document.string_or("id", "")});
  if (!core) return tl::unexpected(core.error());
  Deployed deployed{*core, {}};
  const Json& config = document["config"];
  const bool wants_model = options.has("--publish-as-model") || (!options.has("--no-publish-as-model") &&
                                                                 config.bool_or("publish_as_model", false));
  if (!wants_model) return deployed;
  const Json& groups = config["model_visibility_group_ids"];
  auto slug = carrier.publish(deployed.core_id, groups.is_array() ? groups : Json::array());
  if (!slug) return tl::unexpected(slug.error());
  deployed.published_slug = *slug;
  return deployed;
}

void print_json(const Result<Deployed>& deployed, const std::vector<std::string>& warnings, Json report,
                std::ostream& out) {
  report.set("ok", deployed.has_value()).set("warnings", JsonArray(warnings.begin(), warnings.end()));
  if (deployed) {
    report.set("core_id", deployed->core_id);
    if (!deployed->published_slug.empty()) report.set("published_slug", deployed->published_slug);
  } else {
    report.set("error", deployed.error().code).set("errors", Json::array({deployed.error().message}));
  }
  out << to_ecma_text(report) << '\n';
}

}  // namespace

int run_deploy(const Args& args, std::istream& in, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "deploy", err);
  if (!options) return exit_usage;
  if (options->has("--publish-as-model") && options->has("--no-publish-as-model")) {
    err << "scaiflow deploy: --publish-as-model and --no-publish-as-model exclude each other\n";
    return exit_usage;
  }
  const Grid grid = grid_of(*options);
  if (grid.api_key.empty()) {
    err << "scaiflow deploy: no key for ScaiGrid; set SCAIGRID_API_KEY or give --api-key\n";
    return exit_usage;
  }
  const FlowRead read = read_flow(options->file(), *options, in, err);
  if (!read.flow) return read.exit_code;
  const auto compiled = compiler::compile_document(read.flow->document, compiler::Format::Yaml);
  const Reporter reporter(*options, read.flow->bytes);
  const bool wants_json = options->has("--json");
  if (!wants_json) reporter.print(compiled.diagnostics, err);
  if (!compiled.body || !compiled.module) {
    if (wants_json) out << to_ecma_text(reporter.json(compiled.diagnostics)) << '\n';
    return exit_problems;
  }
  net::HttpClient http;
  api::CoreCarrier carrier([&](net::HttpRequest request) { return call_grid(http, grid, request); },
                           grid.format);
  const Result<Deployed> deployed = carry(carrier, read.flow->document, compiled, *options);
  if (wants_json) {
    print_json(deployed, carrier.warnings, reporter.json(compiled.diagnostics), out);
    return deployed ? exit_ok : exit_problems;
  }
  for (const std::string& warning : carrier.warnings) err << "warning: " << printable(warning) << '\n';
  if (!deployed) {
    err << "error[" << deployed.error().code << "]: " << printable(deployed.error().message) << '\n';
    return exit_problems;
  }
  out << "core_id=" << deployed->core_id << '\n';
  if (!deployed->published_slug.empty()) out << "published_slug=" << deployed->published_slug << '\n';
  return exit_ok;
}

}  // namespace scaiflow::cli
