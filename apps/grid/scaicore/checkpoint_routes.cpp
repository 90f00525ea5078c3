// Checkpoints: pauses that wait for a person (08 §8.9).
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/scaicore/checkpoint_rules.h"
#include "apps/grid/scaicore/review_form.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t body_resolve_max = 10 << 20;

}  // namespace

bool is_assignee(const identity::Principal& principal, const Json& checkpoint) {
  if (principal.may("scaicore:manage")) return true;
  const std::string raw = checkpoint.string_or("assignee_raw", "");
  const auto has = [](const std::vector<std::string>& list, const std::string& value) {
    for (const std::string& item : list) {
      if (item == value) return true;
    }
    return false;
  };
  const std::size_t colon = raw.find(':');
  const std::string kind = colon == std::string::npos ? "" : raw.substr(0, colon);
  const std::string value = raw.substr(colon == std::string::npos ? 0 : colon + 1);
  if (kind == "user") return value == principal.id || value == principal.email;
  if (kind == "group") return has(principal.group_ids, value);
  if (kind == "role") return has(principal.roles, value);
  return principal.may("scaicore:checkpoint_resolve");
}

namespace {

net::HttpResponse list_checkpoints(Services& services, const Call& call) {
  Result<std::int64_t> limit = limit_of(call.request);
  if (!limit) return failure(call.request_id(), limit.error());
  core::CheckpointFilter filter;
  filter.tenant_id = call.principal.tenant_id;
  filter.core_id = query_text(call.request, "core_id");
  filter.execution_id = query_text(call.request, "execution_id");
  filter.checkpoint_type = query_text(call.request, "checkpoint_type");
  filter.status = query_text(call.request, "status").value_or("pending");
  const std::string statuses[] = {"pending", "resolved", "expired", "cancelled", "failed", "all"};
  if (std::find(std::begin(statuses), std::end(statuses), filter.status) == std::end(statuses)) {
    return failure(call.request_id(),
                   invalid("status", "must be one of pending, resolved, expired, cancelled, failed, all"));
  }
  const std::optional<std::string> assignee = query_text(call.request, "assignee");
  if (assignee && *assignee != "me") filter.assignee_raw = assignee;
  if (assignee == "me") filter.assignee_raw = "user:" + call.principal.id;
  filter.limit = *limit;
  filter.cursor = query_text(call.request, "cursor").value_or("");
  return respond(call.request_id(), services.engine.list_checkpoints(filter));
}

net::HttpResponse get_checkpoint(Services& services, const Call& call) {
  return respond(call.request_id(),
                 services.engine.get_checkpoint(call.principal.tenant_id, call.param("id")));
}

}  // namespace

Error already_closed(const Json& checkpoint) {
  const std::string status = checkpoint.string_or("status", "");
  if (status == "resolved") {
    return make_error("CHECKPOINT_ALREADY_RESOLVED",
                      "already resolved by " + checkpoint.string_or("resolved_by", "somebody"));
  }
  return make_error("CHECKPOINT_NOT_PENDING", "the checkpoint is " + status);
}

Result<Json> checked_resolution(const Json& body, const Json& checkpoint) {
  Json resolution = body["resolution"];
  if (resolution.is_string()) resolution = Json::object({{"decision", resolution}});
  if (!resolution.is_object()) return tl::unexpected(invalid("resolution", "expected text or an object"));
  return check_review(checkpoint, std::move(resolution));
}

namespace {

void resolve(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  const auto refuse = [&](const Error& error) { responder.send(failure(request_id, error)); };
  Result<Json> checkpoint = services.engine.get_checkpoint(call.principal.tenant_id, call.param("id"));
  if (!checkpoint) return refuse(checkpoint.error());
  if (!is_assignee(call.principal, *checkpoint)) {
    return refuse(make_error("CHECKPOINT_NOT_ASSIGNEE",
                             "this waits for " + checkpoint->string_or("assignee_raw", "somebody else")));
  }
  if (checkpoint->string_or("status", "") != "pending") return refuse(already_closed(*checkpoint));
  Result<Json> body = json_body(call.request);
  if (!body) return refuse(body.error());
  Result<Json> resolution = checked_resolution(*body, *checkpoint);
  if (!resolution) return refuse(resolution.error());
  const Json& comment = (*body)["comment"];
  services.engine.resolve_checkpoint(
      call.principal.tenant_id, call.param("id"), *resolution, call.principal.id,
      comment.is_string() ? std::optional(comment.as_string()) : std::nullopt,
      [responder, request_id](Result<Json> done) {
        if (!done) return void(responder.send(failure(request_id, done.error())));
        const Json record = done->contains("checkpoint") ? (*done)["checkpoint"] : *done;
        responder.send(
            ok(request_id, Json::object({{"checkpoint", record}, {"execution_id", record["execution_id"]}})));
      });
}

void cancel(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  Result<Json> body = json_body(call.request);
  if (!body) return void(responder.send(failure(request_id, body.error())));
  services.engine.cancel_checkpoint(
      call.principal.tenant_id, call.param("id"), body->string_or("reason", "user"), call.principal.id,
      [responder, request_id](Result<Json> done) { responder.send(respond(request_id, done)); });
}

void reassign(Services& services, const Call& call, const net::Responder& responder) {
  const std::string request_id = call.request_id();
  Result<Json> body = json_body(call.request);
  if (!body) return void(responder.send(failure(request_id, body.error())));
  const std::string assignee = body->string_or("assignee", "");
  if (assignee.empty() || assignee.size() > 300) {
    return void(responder.send(failure(request_id, invalid("assignee", "must have 1 to 300 characters"))));
  }
  services.engine.reassign_checkpoint(
      call.principal.tenant_id, call.param("id"), assignee,
      [responder, request_id](Result<Json> done) { responder.send(respond(request_id, done)); });
}

}  // namespace

void add_checkpoint_routes(Routes& routes, Services& services) {
  const std::string base = "/v1/modules/scaicore/checkpoints";
  routes.add("GET", base,
             Route{sync([&services](const Call& call) { return list_checkpoints(services, call); }),
                   "scaicore:view"});
  routes.add(
      "GET", base + "/{id}",
      Route{sync([&services](const Call& call) { return get_checkpoint(services, call); }), "scaicore:view"});
  const auto add = [&](const std::string& path, const char* permission,
                       void (*handler)(Services&, const Call&, const net::Responder&)) {
    routes.add("POST", base + path,
               Route{[&services, handler](Call call, net::Responder responder) {
                       handler(services, call, responder);
                     },
                     permission, Style::Envelope, body_resolve_max});
  };
  add("/{id}/resolve", "modules:use", resolve);
  add("/{id}/cancel", "scaicore:checkpoint_resolve", cancel);
  add("/{id}/reassign", "scaicore:checkpoint_resolve", reassign);
}

}  // namespace scaiflow::grid
