// API keys, usage and budgets (08 §8.16).
#include <cmath>
#include <cstdlib>

#include "apps/grid/accounting/api_keys.h"
#include "apps/grid/accounting/usage_store.h"
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

constexpr double micros = 1e6;
constexpr double amount_max = 1e12;

Json time_or_null(const std::optional<std::int64_t>& ms) { return ms ? Json(net::wire_time(*ms)) : Json(); }

Json key_json(const ApiKey& key) {
  Json permissions;
  if (key.permissions) {
    permissions = Json::array();
    for (const std::string& each : *key.permissions) permissions.push_back(each);
  }
  return Json::object({{"id", key.id},
                       {"name", key.name},
                       {"prefix", key.prefix},
                       {"owner_id", key.owner_id},
                       {"permissions", permissions},
                       {"expires_at", time_or_null(key.expires_at_ms)},
                       {"last_used_at", time_or_null(key.last_used_at_ms)},
                       {"created_at", net::wire_time(key.created_at_ms)}});
}

/// Members see their own keys; who manages users sees those of the tenant.
std::optional<std::string> owner_of(const Call& call) {
  return call.principal.may("users:manage") ? std::nullopt : std::optional(call.principal.id);
}

net::HttpResponse list_keys(Services& services, const Call& call) {
  auto keys = services.api_keys.list(call.principal.tenant_id, owner_of(call));
  if (!keys) return failure(call.request_id(), keys.error());
  Json items = Json::array();
  for (const ApiKey& key : *keys) items.push_back(key_json(key));
  return ok(call.request_id(),
            Json::object({{"items", items}, {"next_cursor", Json()}, {"has_more", false}}));
}

Result<std::optional<std::vector<std::string>>> permissions_of(const Json& given) {
  using Permissions = std::optional<std::vector<std::string>>;
  if (given.is_null()) return Permissions();
  const auto wrong = [] {
    return tl::unexpected(invalid("permissions", "expected an array of known permission keys"));
  };
  if (!given.is_array()) return wrong();
  const auto& known = identity::permission_keys();
  std::vector<std::string> out;
  for (const Json& each : given.as_array()) {
    if (!each.is_string() || std::find(known.begin(), known.end(), each.as_string()) == known.end())
      return wrong();
    out.push_back(each.as_string());
  }
  return Permissions(std::move(out));
}

Result<ApiKey> new_key(const Call& call, const Json& body) {
  ApiKey key;
  key.tenant_id = call.principal.tenant_id;
  key.owner_id = body.string_or("assigned_user_id", call.principal.id);
  if (key.owner_id != call.principal.id && !call.principal.may("users:manage"))
    return tl::unexpected(make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need users:manage"));
  const Json& name = body["name"];
  if (!name.is_string() || code_points(name.as_string()) < 1 || code_points(name.as_string()) > 200)
    return tl::unexpected(invalid("name", "must have 1 to 200 characters"));
  key.name = name.as_string();
  auto expires = time_member(body, "expires_at");
  if (!expires) return tl::unexpected(expires.error());
  if (*expires && **expires <= net::wall_ms())
    return tl::unexpected(invalid("expires_at", "must lie in the future"));
  key.expires_at_ms = *expires;
  auto permissions = permissions_of(body["permissions"]);
  if (!permissions) return tl::unexpected(permissions.error());
  key.permissions = std::move(*permissions);
  return key;
}

net::HttpResponse create_key(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  Result<ApiKey> key = new_key(call, *body);
  if (!key) return failure(call.request_id(), key.error());
  Result<std::string> text = services.api_keys.create(*key);
  if (!text) return failure(call.request_id(), text.error());
  return ok(call.request_id(), key_json(*key).set("key", *text), 201);
}

net::HttpResponse revoke_key(Services& services, const Call& call) {
  auto revoked = services.api_keys.revoke(call.principal.tenant_id, call.param("id"), owner_of(call));
  return revoked ? no_content() : failure(call.request_id(), revoked.error());
}

Result<UsageQuery> usage_query(const Call& call) {
  UsageQuery query;
  query.tenant_id = call.principal.tenant_id;
  if (!call.principal.may("accounting:view_tenant")) {
    if (!call.principal.may("accounting:view_own"))
      return tl::unexpected(
          make_error("AUTHZ_PERMISSION_DENIED", "permission_denied: need accounting:view_own"));
    query.principal_id = call.principal.id;
  }
  auto since = query_time(call.request, "since");
  if (!since) return tl::unexpected(since.error());
  auto until = query_time(call.request, "until");
  if (!until) return tl::unexpected(until.error());
  query.since_ms = *since;
  query.until_ms = *until;
  query.group_by = query_text(call.request, "group_by").value_or("model");
  for (const char* known : {"model", "core", "principal", "day"}) {
    if (query.group_by == known) return query;
  }
  return tl::unexpected(invalid("group_by", "must be model, core, principal or day"));
}

net::HttpResponse get_usage(Services& services, const Call& call) {
  Result<UsageQuery> query = usage_query(call);
  if (!query) return failure(call.request_id(), query.error());
  Result<Json> items = services.usage.report(*query);
  if (!items) return failure(call.request_id(), items.error());
  return ok(call.request_id(),
            Json::object({{"items", *items}, {"next_cursor", Json()}, {"has_more", false}}));
}

/// An amount of the currency as a number or as decimal text; null takes the limit away.
Result<std::optional<std::int64_t>> amount(const Json& body, const std::string& name) {
  const Json& given = body[name];
  if (given.is_null()) return std::optional<std::int64_t>();
  double value = given.is_number() ? given.as_double() : -1;
  if (given.is_string()) {
    char* end = nullptr;
    value = std::strtod(given.as_string().c_str(), &end);
    if (given.as_string().empty() || *end != '\0') value = -1;
  }
  if (!(value >= 0 && value <= amount_max))
    return tl::unexpected(invalid(name, "must be an amount from 0, or null"));
  return std::optional(static_cast<std::int64_t>(std::llround(value * micros)));
}

net::HttpResponse shown_budget(Services& services, const Call& call) {
  const Budget budget = services.usage.budget(call.principal.tenant_id);
  auto spent = services.usage.spent_micros(call.principal.tenant_id);
  if (!spent) return failure(call.request_id(), spent.error());
  const auto money = [](const std::optional<std::int64_t>& value) {
    return value ? Json(static_cast<double>(*value) / micros) : Json();
  };
  return ok(call.request_id(), Json::object({{"soft", money(budget.soft_micros)},
                                             {"hard", money(budget.hard_micros)},
                                             {"spent", money(*spent)},
                                             {"currency", services.options.currency}}));
}

net::HttpResponse put_budget(Services& services, const Call& call) {
  Result<Json> body = json_body(call.request);
  if (!body) return failure(call.request_id(), body.error());
  auto soft = amount(*body, "soft");
  if (!soft) return failure(call.request_id(), soft.error());
  auto hard = amount(*body, "hard");
  if (!hard) return failure(call.request_id(), hard.error());
  auto set = services.usage.set_budget(call.principal.tenant_id, {*soft, *hard});
  return set ? shown_budget(services, call) : failure(call.request_id(), set.error());
}

}  // namespace

void add_account_routes(Routes& routes, Services& services) {
  const auto add = [&](const char* method, const char* path, const char* permission,
                       net::HttpResponse (*handler)(Services&, const Call&)) {
    routes.add(
        method, path,
        Route{sync([&services, handler](const Call& call) { return handler(services, call); }), permission});
  };
  add("GET", "/v1/api-keys", "", list_keys);
  add("POST", "/v1/api-keys", "api_keys:manage", create_key);
  add("DELETE", "/v1/api-keys/{id}", "api_keys:manage", revoke_key);
  add("GET", "/v1/usage", "", get_usage);
  add("GET", "/v1/usage/budget", "accounting:manage_budgets", shown_budget);
  add("PUT", "/v1/usage/budget", "accounting:manage_budgets", put_budget);
}

}  // namespace scaiflow::grid
