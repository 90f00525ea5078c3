#include "apps/grid/envelope.h"

#include <utility>

#include "generated/cpp/errors.h"
#include "libs/base/json_text.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

/// Codes of lower layers in the words of chapter 08.
std::string wire_code(const std::string& code) {
  if (code == "insufficient_storage") return "STORAGE_FULL";
  if (code == "body_too_large") return "PAYLOAD_TOO_LARGE";
  if (code == "overloaded" || code == "database_unavailable" || code == "storage_unavailable") {
    return "SERVICE_UNAVAILABLE";
  }
  if (code == "host_not_allowed" || code == "origin_denied") return "AUTHZ_PERMISSION_DENIED";
  if (code == "bad_request" || code == "request_timeout" || code == "uri_too_long" ||
      code == "headers_too_large") {
    return "MALFORMED_REQUEST";
  }
  return status_of(code) == 500 && code != "EXECUTION_FAILED" ? "INTERNAL_ERROR" : code;
}

/// Faults keep their insides to themselves: an incident id finds them in the log.
std::string wire_message(const Error& error) {
  if (status_of(error.code) != 500 || error.code == "EXECUTION_FAILED") return error.message;
  return "incident " + net::new_id("inc_");
}

}  // namespace

int status_of(std::string_view code) { return contracts::status_of(code); }

Error make_error(std::string code, std::string message, Json details) {
  return Error{std::move(code), std::move(message), Retry::Never, std::move(details)};
}

Error invalid(const std::string& field, const std::string& message) {
  return make_error("VALIDATION_ERROR", field.empty() ? message : field + ": " + message,
                    Json::array({Json::object({{"field", field}, {"message", message}})}));
}

net::HttpResponse json_response(int status, const Json& body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = to_ecma_text(body);
  return response;
}

net::HttpResponse ok(const std::string& request_id, const Json& data, int status) {
  return json_response(
      status,
      Json::object({{"status", "ok"}, {"data", data}, {"meta", Json::object({{"request_id", request_id}})}}));
}

net::HttpResponse no_content() {
  net::HttpResponse response;
  response.status = 204;
  return response;
}

net::HttpResponse failure(const std::string& request_id, const Error& error) {
  // `status` in the details overrides the table: the documented 400 of publishing twice is a
  // VALIDATION_ERROR.
  const bool overridden = error.details.is_object() && error.details["http_status"].is_int();
  const int status =
      overridden ? static_cast<int>(error.details["http_status"].as_int()) : status_of(error.code);
  Json body = Json::object({{"code", wire_code(error.code)}, {"message", wire_message(error)}});
  const bool waits = error.details.is_object() && error.details["retry_after"].is_int();
  const std::int64_t wait_s = waits ? error.details["retry_after"].as_int() : 1;
  if (status == 503 || status == 429) body.set("retry_after", wait_s);
  if (!error.details.is_null() && !overridden && !waits) body.set("details", error.details);
  net::HttpResponse response = json_response(
      status,
      Json::object(
          {{"status", "error"}, {"error", body}, {"meta", Json::object({{"request_id", request_id}})}}));
  if (status == 503 || status == 429) response.headers.set("Retry-After", std::to_string(wait_s));
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return response;
}

net::HttpResponse openai_failure(const Error& error) {
  int status = status_of(error.code);
  if (status == 422) status = 400;
  const char* type = status == 401   ? "authentication_error"
                     : status == 403 ? "permission_error"
                     : status == 404 ? "not_found_error"
                     : status == 429 ? "rate_limit_error"
                     : status < 500  ? "invalid_request_error"
                                     : "api_error";
  const Json& details = error.details;
  const Json param = details.is_array() ? details.at(0)["field"] : Json();
  return json_response(status, Json::object({{"error", Json::object({{"message", wire_message(error)},
                                                                     {"type", type},
                                                                     {"param", param},
                                                                     {"code", wire_code(error.code)}})}}));
}

}  // namespace scaiflow::grid
