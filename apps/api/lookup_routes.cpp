// Look-ups (09 §4.8): what exists in the grid, reduced to what pickers show.
#include "apps/api/services.h"
#include "libs/base/json_text.h"
#include "libs/net/ids.h"

namespace scaiflow::api {

namespace {

constexpr std::size_t rows_max = 1'000;

/// Upstream rows over all pages, at most `rows_max`.
Result<Json> all_rows(Services& services, const Call& call, const std::string& path) {
  Json rows = Json::array();
  std::string cursor;
  while (rows.size() < rows_max) {
    net::HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.query = {{"limit", "500"}};
    if (!cursor.empty()) request.query.emplace_back("cursor", cursor);
    request.target = path + "?limit=500" + (cursor.empty() ? "" : "&cursor=" + net::percent_encode(cursor));
    request.request_id = call.request.request_id;
    Result<Json> page = grid_data(services.grid.call(std::move(request), call.principal));
    if (!page) return page;
    const Json& items = page->is_array() ? *page : (*page)["items"];
    if (!items.is_array()) break;
    for (const Json& item : items.as_array()) rows.push_back(item);
    cursor = page->string_or("next_cursor", "");
    if (cursor.empty()) break;
  }
  return rows;
}

using Pick = Json (*)(const Json&);

Json pick(const Json& row, std::initializer_list<const char*> keys) {
  Json out = Json::object();
  for (const char* key : keys) out.set(key, row[key]);
  return out;
}

Json scope_row(const Json& row) { return pick(row, {"id", "slug", "display_name", "description"}); }

Json queue_row(const Json& row) {
  Json out = pick(row, {"id", "scope_id", "slug", "display_name", "consumer_mode", "max_retries"});
  if (row["consumer_mode"] != Json("broadcast")) out.set("consumer_mode", row["ordering"]);
  return out;
}

Json model_row(const Json& row) {
  return pick(row, {"slug", "display_name", "modality", "context_window", "max_output_tokens"});
}

net::HttpResponse look_up(Services& services, const Call& call, const std::string& path, Pick pick_row) {
  Result<Json> rows = all_rows(services, call, path);
  if (!rows) return error_response(rows.error());
  Json data = Json::array();
  for (const Json& row : rows->as_array()) data.push_back(pick_row(row));
  return json_response(200, Json::object({{"data", data}}));
}

}  // namespace

void add_lookup_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* path, SyncHandler handler) {
    routes.add("GET", path,
               Route{std::move(handler), "scaicore:view", body_default_max, Replay::No, Credential::Needed});
  };
  add("/scaigrid/models",
      [&services](const Call& call) { return look_up(services, call, "/v1/models", model_row); });
  add("/scaiqueue/scopes", [&services](const Call& call) {
    return look_up(services, call, "/v1/modules/scaiqueue/scopes", scope_row);
  });
  add("/scaiqueue/scopes/{scope_id}/queues", [&services](const Call& call) {
    const std::string scope = net::percent_encode(call.param("scope_id"));
    return look_up(services, call, "/v1/modules/scaiqueue/scopes/" + scope + "/queues", queue_row);
  });
}

}  // namespace scaiflow::api
