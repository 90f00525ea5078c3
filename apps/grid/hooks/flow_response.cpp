#include "apps/grid/hooks/flow_response.h"

#include <algorithm>

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"

namespace scaiflow::grid {

namespace {

/// Hop by hop, or ours to say.
constexpr std::string_view kept_back[] = {"set-cookie",
                                          "content-security-policy",
                                          "x-content-type-options",
                                          "content-length",
                                          "connection",
                                          "keep-alive",
                                          "proxy-authenticate",
                                          "proxy-authorization",
                                          "te",
                                          "trailer",
                                          "upgrade",
                                          "transfer-encoding",
                                          "proxy-connection",
                                          "x-execution-id"};

bool is_header(const std::string& name, const std::string& value) {
  const auto is_token = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  };
  const auto is_text = [](unsigned char c) { return c >= 0x20 && c != 0x7f; };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token) &&
         std::all_of(value.begin(), value.end(), is_text);
}

void add_headers(const Json& given, net::HttpResponse& response) {
  if (!given.is_object()) return;
  for (const auto& [name, value] : given.as_object()) {
    const std::string lower = to_lower(name);
    const bool ours = std::find(std::begin(kept_back), std::end(kept_back), lower) != std::end(kept_back);
    const std::string text = value.is_null() ? "" : expr::text_form(value);
    if (!ours && is_header(name, text)) response.headers.set(name, text);
  }
}

/// The answer that a flow composed itself.
net::HttpResponse composed(const std::string& request_id, const Json& response) {
  const std::int64_t status = response.int_or("status", 200);
  if (status < 200 || status > 599) {
    return failure(request_id,
                   make_error("EXECUTION_FAILED", "the flow answered with a status that is none"));
  }
  net::HttpResponse out;
  out.status = static_cast<int>(status);
  add_headers(response["headers"], out);
  const Json& body = response["body"];
  const bool typed = out.headers.contains("Content-Type");
  if (body.is_string()) {
    out.body = body.as_string();
    if (!typed) out.headers.set("Content-Type", "text/plain; charset=utf-8");
  } else if (!body.is_null()) {
    out.body = to_ecma_text(body);
    if (!typed) out.headers.set("Content-Type", "application/json");
  }
  return out;
}

net::HttpResponse failed(const std::string& request_id, const Json& result) {
  const std::string type = result["error"].string_or("type", "Cancelled");
  net::HttpResponse out = failure(
      request_id, make_error("EXECUTION_FAILED", "the flow ended with " + type,
                             Json::object({{"type", type}, {"execution_id", result["execution_id"]}})));
  return out;
}

}  // namespace

net::HttpResponse fenced(net::HttpResponse response) {
  response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

net::HttpResponse accepted_response(const std::string& request_id,
                                    const Result<core::StartOutcome>& outcome) {
  if (!outcome) return fenced(failure(request_id, outcome.error()));
  const Json& id = outcome->result["execution_id"];
  net::HttpResponse out =
      json_response(202, Json::object({{"execution_id", id}, {"status", outcome->result["status"]}}));
  out.headers.set("X-Execution-Id", id.as_string());
  return fenced(std::move(out));
}

net::HttpResponse flow_response(const std::string& request_id, const Result<core::StartOutcome>& outcome) {
  if (!outcome) return fenced(failure(request_id, outcome.error()));
  const Json& result = outcome->result;
  const std::string status = result.string_or("status", "");
  net::HttpResponse out;
  if (status == "completed") {
    const Json& output = result["output"];
    out = output["_response"].is_object() ? composed(request_id, output["_response"])
                                          : json_response(200, output);
  } else if (status == "failed" || status == "cancelled") {
    out = failed(request_id, result);
  } else {
    return accepted_response(request_id, outcome);
  }
  out.headers.set("X-Execution-Id", result.string_or("execution_id", ""));
  if (outcome->replayed) out.headers.set("Idempotent-Replay", "true");
  return fenced(std::move(out));
}

}  // namespace scaiflow::grid
