// Flows and their versions (09 §4.2).
#include "apps/api/body.h"
#include "apps/api/flow_json.h"
#include "apps/api/services.h"

namespace scaiflow::api {

namespace {

constexpr char view[] = "scaicore:view";
constexpr char manage[] = "scaicore:manage";

net::HttpResponse flow_detail(Services& services, const FlowRow& flow, int status, bool saved = false) {
  Result<Json> document = services.flows.latest_document(flow);
  if (!document) return error_response(document.error());
  auto last = services.deployments.last_of(flow.id);
  if (!last) return error_response(last.error());
  Json body = flow_summary(flow, *last);
  body.set("content", *document);
  if (saved) body.set("skipped", Json::array());
  net::HttpResponse response = json_response(status, body);
  response.headers.set("ETag", flow_etag(flow));
  return response;
}

net::HttpResponse detail_or_error(Services& services, const Result<FlowRow>& flow, int status = 200,
                                  bool saved = false) {
  return flow ? flow_detail(services, *flow, status, saved) : error_response(flow.error());
}

/// One of a closed list, or 422.
Result<std::string> choice(const std::string* value, std::string_view name, std::string_view fallback,
                           std::initializer_list<std::string_view> allowed) {
  if (value == nullptr) return std::string(fallback);
  std::string list;
  for (const std::string_view option : allowed) {
    if (*value == option) return *value;
    list.append(list.empty() ? "" : ", ").append(option);
  }
  return invalid("/" + std::string(name), "must be one of " + list);
}

Result<FlowQuery> flow_query(const net::HttpRequest& request) {
  FlowQuery query;
  if (const std::string* search = request.query_value("search")) query.search = search->substr(0, 800);
  auto limit = number_query(request, "limit", 100, 1, 500);
  auto offset = number_query(request, "offset", 0, 0, 100'000);
  auto sort = choice(request.query_value("sort"), "sort", "updated_at", {"updated_at", "created_at", "name"});
  auto order = choice(request.query_value("order"), "order", "desc", {"desc", "asc"});
  if (!limit) return tl::unexpected(limit.error());
  if (!offset) return tl::unexpected(offset.error());
  if (!sort) return tl::unexpected(sort.error());
  if (!order) return tl::unexpected(order.error());
  query.limit = *limit;
  query.offset = *offset;
  query.sort = *sort;
  query.order = *order;
  return query;
}

net::HttpResponse list_flows(Services& services, const Call& call) {
  Result<FlowQuery> query = flow_query(call.request);
  if (!query) return error_response(query.error());
  Result<FlowList> list = services.flows.list(call.principal.tenant_id, *query);
  if (!list) return error_response(list.error());
  Json items = Json::array();
  for (const FlowRow& flow : list->rows) {
    auto last = services.deployments.last_of(flow.id);
    if (!last) return error_response(last.error());
    items.push_back(flow_summary(flow, *last));
  }
  return json_response(200, Json::object({{"items", items}, {"total", list->total}}));
}

Result<Json> content_member(const Json& body) {
  if (!body["content"].is_object()) return invalid("/content", "expected the flow document as an object");
  return body["content"];
}

net::HttpResponse create_flow(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return error_response(body.error());
  auto name = text_member(*body, "name", 1, 200);
  if (!name) return error_response(name.error());
  if (!*name) return error_response(invalid("/name", "is required").value());
  auto description = text_member(*body, "description", 0, 10'000);
  if (!description) return error_response(description.error());
  Result<Json> content = content_member(*body);
  if (!content) return error_response(content.error());
  Result<FlowRow> flow = services.flows.create(call.principal, **name, *description, *content);
  net::HttpResponse response = detail_or_error(services, flow, 201);
  if (flow) response.headers.set("Location", "/v1/flows/" + flow->id);
  return response;
}

Result<FlowChange> flow_change(const Json& body) {
  FlowChange change;
  auto name = text_member(body, "name", 1, 200);
  if (!name) return tl::unexpected(name.error());
  change.name = *name;
  auto description = text_member(body, "description", 0, 10'000);
  if (!description) return tl::unexpected(description.error());
  if (body.contains("description")) change.description = body["description"];
  if (body.contains("content")) {
    Result<Json> content = content_member(body);
    if (!content) return tl::unexpected(content.error());
    change.content = *content;
  }
  auto note = text_member(body, "note", 0, 1'000);
  if (!note) return tl::unexpected(note.error());
  change.note = *note;
  const std::string posted = body.string_or("bump", "patch");
  auto bump = choice(&posted, "bump", "patch", {"patch", "minor", "major"});
  if (!bump) return tl::unexpected(bump.error());
  change.bump = *bump == "major" ? Bump::Major : *bump == "minor" ? Bump::Minor : Bump::Patch;
  if (!change.name && !change.description && !change.content) {
    return invalid("", "give at least one of name, description and content");
  }
  return change;
}

net::HttpResponse update_flow(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return error_response(body.error());
  Result<FlowChange> change = flow_change(*body);
  if (!change) return error_response(change.error());
  return detail_or_error(services,
                         services.flows.change(call.principal, call.param("flow_id"), *change,
                                               call.request.headers.get("If-Match")),
                         200, true);
}

net::HttpResponse get_flow(Services& services, const Call& call) {
  Result<FlowRow> flow = services.flows.get(call.principal.tenant_id, call.param("flow_id"));
  if (!flow) return error_response(flow.error());
  if (call.request.headers.get("If-None-Match") == flow_etag(*flow)) {
    net::HttpResponse response;
    response.status = 304;
    response.headers.set("ETag", flow_etag(*flow));
    return response;
  }
  return flow_detail(services, *flow, 200);
}

net::HttpResponse delete_flow(Services& services, const Call& call) {
  Result<void> removed =
      services.flows.remove(call.principal, call.param("flow_id"), call.request.headers.get("If-Match"));
  if (!removed) return error_response(removed.error());
  net::HttpResponse response;
  response.status = 204;
  return response;
}

net::HttpResponse list_versions(Services& services, const Call& call) {
  Result<FlowRow> flow = services.flows.get(call.principal.tenant_id, call.param("flow_id"));
  if (!flow) return error_response(flow.error());
  auto limit = number_query(call.request, "limit", 100, 1, 500);
  if (!limit) return error_response(limit.error());
  auto offset = number_query(call.request, "offset", 0, 0, 100'000);
  if (!offset) return error_response(offset.error());
  auto rows = services.flows.versions(flow->id, *limit, *offset);
  if (!rows) return error_response(rows.error());
  auto total = services.flows.version_count(flow->id);
  if (!total) return error_response(total.error());
  Json items = Json::array();
  for (const VersionRow& row : *rows) items.push_back(version_json(row));
  return json_response(200, Json::object({{"items", items}, {"total", *total}}));
}

net::HttpResponse get_version(Services& services, const Call& call) {
  Result<FlowRow> flow = services.flows.get(call.principal.tenant_id, call.param("flow_id"));
  if (!flow) return error_response(flow.error());
  Result<FlowContent> content = services.flows.content(flow->id, call.param("version"));
  if (!content) return error_response(content.error());
  Json body = version_json(content->version);
  body.set("content", *content->document);
  return json_response(200, body);
}

net::HttpResponse restore_version(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request, Empty::Allowed);
  if (!body) return error_response(body.error());
  auto note = text_member(*body, "note", 0, 1'000);
  if (!note) return error_response(note.error());
  Result<FlowRow> flow = services.flows.get(call.principal.tenant_id, call.param("flow_id"));
  if (!flow) return error_response(flow.error());
  Result<FlowContent> old = services.flows.content(flow->id, call.param("version"));
  if (!old) return error_response(old.error());
  FlowChange change;
  change.content = *old->document;
  change.origin = "restore";
  change.restored_from = old->version.version;
  change.note = *note;
  return detail_or_error(services, services.flows.change(call.principal, flow->id, change,
                                                         call.request.headers.get("If-Match")));
}

}  // namespace

void add_flow_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const char* path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&), Replay replay = Replay::No) {
    SyncHandler run = [&services, handler](const Call& call) { return handler(services, call); };
    routes.add(method, path, Route{run, permission, body_content_max, replay, Credential::Needed});
  };
  add("GET", "/flows", view, list_flows);
  add("POST", "/flows", manage, create_flow, Replay::Yes);
  add("GET", "/flows/{flow_id}", view, get_flow);
  add("PUT", "/flows/{flow_id}", manage, update_flow, Replay::Yes);
  add("DELETE", "/flows/{flow_id}", manage, delete_flow);
  add("POST", "/flows/{flow_id}/undelete", manage, [](Services& s, const Call& call) {
    return detail_or_error(s, s.flows.undelete(call.principal, call.param("flow_id")));
  });
  add("GET", "/flows/{flow_id}/versions", view, list_versions);
  add("GET", "/flows/{flow_id}/versions/{version}", view, get_version);
  add("POST", "/flows/{flow_id}/versions/{version}/restore", manage, restore_version, Replay::Yes);
}

}  // namespace scaiflow::api
