#include "apps/api/errors.h"

#include <utility>

#include "generated/cpp/errors.h"
#include "libs/base/json_text.h"
#include "libs/net/ids.h"

namespace scaiflow::api {

int status_of(std::string_view code) { return contracts::status_of(code); }

net::HttpResponse json_response(int status, const Json& body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = to_ecma_text(body);
  return response;
}

net::HttpResponse error_response(const Error& error) {
  const int status = status_of(error.code);
  // Messages of faults hold our insides; the caller gets an id that the log carries too.
  const bool inside = status == 500;
  Json detail =
      Json::object({{"error", inside && error.code != "storage_corrupt" ? "internal_error" : error.code}});
  if (inside) {
    const std::string incident = net::new_id("inc_");
    detail.set("message", "Something went wrong on the server; the incident id finds it in the log.");
    detail.set("incident_id", incident);
  } else {
    detail.set("message", error.message);
  }
  if (error.details.is_object()) {
    for (const auto& [key, value] : error.details.as_object()) detail.set(key, value);
  }
  net::HttpResponse response = json_response(status, Json::object({{"detail", detail}}));
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  if (status == 503) response.headers.set("Retry-After", "2");
  return response;
}

Error make_error(std::string code, std::string message, Json details) {
  return Error{std::move(code), std::move(message), Retry::Never, std::move(details)};
}

tl::unexpected<Error> fail_with(std::string code, std::string message, Json details) {
  return tl::unexpected(make_error(std::move(code), std::move(message), std::move(details)));
}

tl::unexpected<Error> invalid(std::string pointer, std::string message) {
  Json problem = Json::object({{"path", pointer}, {"message", message}});
  return fail_with(code::ValidationError, message, Json::object({{"errors", Json::array({problem})}}));
}

}  // namespace scaiflow::api
