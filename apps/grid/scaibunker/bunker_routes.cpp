// Bunkers: sandboxes by HTTP (08 §8.14).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaibunker/bunkers.h"
#include "generated/cpp/limits.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr char base[] = "/v1/modules/scaibunker";
constexpr std::size_t body_exec_max = 8u << 20;

using Answer = net::HttpResponse;

template <class T>
Answer refuse(const Call& call, const Result<T>& result) {
  return failure(call.request_id(), result.error());
}

Result<BunkerRow> bunker_of(Services& services, const Call& call) {
  return services.bunkers.get(call.principal.tenant_id, call.param("id"));
}

Answer one(const Call& call, const Result<BunkerRow>& row, int status = 200) {
  return row ? ok(call.request_id(), bunker_record(*row), status) : refuse(call, row);
}

/// Beside `create`: the lifecycle and the network profile have keys of their own.
Result<void> may_create(const Call& call, const Json& fields) {
  const std::string lifecycle = fields.string_or("lifecycle_mode", fields.string_or("lifecycle", ""));
  const std::string profile = fields.string_or("network_profile", "isolated");
  std::vector<std::string> needed;
  if (lifecycle == "session" || lifecycle == "persistent") needed.push_back("scaibunker:create:" + lifecycle);
  if (profile != "isolated") needed.push_back("scaibunker:network:" + profile);
  for (const std::string& key : needed) {
    const bool known = key.find_first_not_of("abcdefghijklmnopqrstuvwxyz:") == std::string::npos;
    if (known && !call.principal.may(key) &&
        std::find(identity::permission_keys().begin(), identity::permission_keys().end(), key) !=
            identity::permission_keys().end())
      return fail("AUTHZ_PERMISSION_DENIED", "permission_denied: need " + key);
  }
  return {};
}

Answer create(Services& services, const Call& call) {
  const Result<Json> body = json_body(call.request);
  if (!body) return refuse(call, body);
  if (auto may = may_create(call, *body); !may) return refuse(call, may);
  BunkerOwner owner;
  owner.tenant_id = call.principal.tenant_id;
  owner.session_type = body->string_or("session_type", "standalone");
  const std::string types[] = {"standalone", "scaicore", "scaiwave", "api"};
  if (std::find(std::begin(types), std::end(types), owner.session_type) == std::end(types))
    return failure(call.request_id(),
                   invalid("session_type", "must be one of standalone, scaicore, scaiwave, api"));
  if ((*body)["session_ref"].is_string()) owner.session_ref = cut((*body)["session_ref"].as_string(), 255);
  return one(call, services.bunkers.create(*body, owner), 201);
}

/// The documented list: without the envelope's `data.items`.
Answer list(Services& services, const Call& call) {
  const auto limit = limit_of(call.request);
  if (!limit) return refuse(call, limit);
  std::string status = query_text(call.request, "status").value_or("");
  if (status == "ready") status = "running";
  auto rows = services.bunkers.list(call.principal.tenant_id, status,
                                    query_text(call.request, "lifecycle").value_or(""),
                                    query_text(call.request, "cursor").value_or(""), *limit + 1);
  if (!rows) return refuse(call, rows);
  const bool more = static_cast<std::int64_t>(rows->size()) > *limit;
  if (more) rows->pop_back();
  JsonArray items;
  for (const BunkerRow& row : *rows) items.push_back(bunker_record(row));
  const Json next = more ? Json(rows->back().id) : Json();
  return json_response(
      200, Json::object({{"data", Json(std::move(items))}, {"has_more", more}, {"next_cursor", next}}));
}

Answer destroy(Services& services, const Call& call) {
  const auto bunker = bunker_of(services, call);
  if (!bunker) return refuse(call, bunker);
  if (query_text(call.request, "snapshot") == "true") {
    if (auto kept = services.bunkers.snapshot(*bunker); !kept) return refuse(call, kept);
  }
  const auto gone = services.bunkers.destroy(*bunker);
  return gone ? no_content() : refuse(call, gone);
}

Answer exec(Services& services, const Call& call) {
  const Result<Json> body = json_body(call.request);
  if (!body) return refuse(call, body);
  const auto request = exec_request(*body);
  if (!request) return refuse(call, request);
  const auto bunker = bunker_of(services, call);
  if (!bunker) return refuse(call, bunker);
  return respond(call.request_id(), services.bunkers.exec(*bunker, *request));
}

/// The file that a request names, and the bunker it is in.
struct Place {
  BunkerRow bunker;
  WorkFolder files;
  std::string path;
};

Result<Place> place_of(Services& services, const Call& call) {
  const auto path = query_text(call.request, "path");
  if (!path && query_text(call.request, "list") != "true")
    return tl::unexpected(invalid("path", "is required"));
  const auto bunker = bunker_of(services, call);
  if (!bunker) return tl::unexpected(bunker.error());
  const auto files = services.bunkers.files(*bunker);
  if (!files) return tl::unexpected(files.error());
  return Place{*bunker, *files, path.value_or("")};
}

Answer put_file(Services& services, const Call& call) {
  const auto place = place_of(services, call);
  if (!place) return refuse(call, place);
  if (auto written = place->files.write(place->path, call.request.body); !written)
    return refuse(call, written);
  services.bunkers.used(place->bunker);
  return ok(
      call.request_id(),
      Json::object({{"path", place->path}, {"size", static_cast<std::int64_t>(call.request.body.size())}}),
      201);
}

Answer get_file(Services& services, const Call& call) {
  const auto place = place_of(services, call);
  if (!place) return refuse(call, place);
  if (query_text(call.request, "list") == "true")
    return respond(call.request_id(), place->files.list(place->path));
  auto bytes = place->files.read(place->path, limits::bunker_file_bytes_max);
  if (!bytes) return refuse(call, bytes);
  net::HttpResponse response;
  response.status = 200;
  // A sandbox wrote this: no browser may take it for a page of ours.
  response.headers.set("Content-Type", "application/octet-stream");
  response.headers.set("Content-Disposition", "attachment");
  response.body = std::move(*bytes);
  return response;
}

Answer delete_file(Services& services, const Call& call) {
  const auto place = place_of(services, call);
  if (!place) return refuse(call, place);
  const auto gone = place->files.remove(place->path);
  return gone ? no_content() : refuse(call, gone);
}

Answer not_offered(Services&, const Call& call) {
  return failure(call.request_id(), make_error("NOT_IMPLEMENTED", "the embedded grid does not offer this"));
}

}  // namespace

void add_bunker_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const std::string& path, const char* permission,
                       Answer (*handler)(Services&, const Call&), std::size_t body_max = body_default_max) {
    routes.add(
        method, base + path,
        Route{[&services, handler](Call call, net::Responder responder) {
                // Commands take their whole time: they wait on the bunkers' own threads.
                const std::string request_id = call.request_id();
                if (!services.bunker_pool.try_post([&services, handler, call = std::move(call), responder] {
                      responder.send(handler(services, call));
                    })) {
                  responder.send(
                      failure(request_id, make_error("SERVICE_UNAVAILABLE", "too many sandboxes at once")));
                }
              },
              permission, Style::Envelope, body_max});
  };
  add("POST", "/bunkers", "scaibunker:create", create);
  add("GET", "/bunkers", "scaibunker:execute", list);
  add("GET", "/bunkers/{id}", "scaibunker:execute",
      [](Services& s, const Call& call) { return one(call, bunker_of(s, call)); });
  add("DELETE", "/bunkers/{id}", "scaibunker:create", destroy);
  add("POST", "/bunkers/{id}/pause", "scaibunker:create", [](Services& s, const Call& call) {
    const auto bunker = bunker_of(s, call);
    return bunker ? one(call, s.bunkers.pause(*bunker)) : refuse(call, bunker);
  });
  add("POST", "/bunkers/{id}/resume", "scaibunker:create", [](Services& s, const Call& call) {
    const auto bunker = bunker_of(s, call);
    return bunker ? one(call, s.bunkers.resume(*bunker)) : refuse(call, bunker);
  });
  add("POST", "/bunkers/{id}/snapshot", "scaibunker:create", [](Services& s, const Call& call) {
    const auto bunker = bunker_of(s, call);
    return bunker ? respond(call.request_id(), s.bunkers.snapshot(*bunker)) : refuse(call, bunker);
  });
  add("POST", "/bunkers/{id}/exec", "scaibunker:execute", exec, body_exec_max);
  add("PUT", "/bunkers/{id}/files", "scaibunker:files", put_file, limits::bunker_file_bytes_max);
  add("GET", "/bunkers/{id}/files", "scaibunker:files", get_file);
  add("DELETE", "/bunkers/{id}/files", "scaibunker:files", delete_file);
  add("GET", "/images", "scaibunker:execute",
      [](Services& s, const Call& call) { return ok(call.request_id(), s.bunkers.images()); });
  add("GET", "/quota-profiles/usage", "scaibunker:execute", [](Services& s, const Call& call) {
    return respond(call.request_id(), s.bunkers.quota_usage(call.principal.tenant_id));
  });
  for (const char* path : {"/bunkers/{id}/shell", "/images/build"})
    add("POST", path, "scaibunker:execute", not_offered);
  add("GET", "/workers", "scaibunker:execute", not_offered);
}

}  // namespace scaiflow::grid
