#include "apps/api/grid_client.h"

#include <future>

#include "libs/base/json_text.h"

namespace scaiflow::api {

net::HttpResponse GridClient::call(net::HttpRequest request, const identity::Principal& principal) {
  auto answer = std::make_shared<std::promise<net::HttpResponse>>();
  std::future<net::HttpResponse> future = answer->get_future();
  forward(std::move(request), principal, net::collecting_responder([answer](net::HttpResponse response) {
            answer->set_value(std::move(response));
          }));
  return future.get();
}

Result<Json> grid_data(const net::HttpResponse& response) {
  const std::optional<Json> body = try_parse_json(response.body);
  if (response.status < 300) {
    if (response.status == 204) return Json();
    if (body) return (*body)["data"];
    return fail_with("upstream_error", "the grid's answer is not JSON");
  }
  const Json& error = body ? (*body)["error"] : Json();
  Json details = Json::object({{"status", response.status},
                               {"code", error.string_or("code", "")},
                               {"message", error.string_or("message", "no message")}});
  if (error.contains("details")) details.set("details", error["details"]);
  return fail_with("upstream_error", error.string_or("message", "the grid refused the call"), details);
}

}  // namespace scaiflow::api
