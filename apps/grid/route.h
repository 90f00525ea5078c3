#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "libs/base/result.h"
#include "libs/identity/principal.h"
#include "libs/net/http_types.h"
#include "libs/net/router.h"

namespace scaiflow::grid {

/// A request that has passed route, credential and permission.
struct Call {
  net::HttpRequest request;
  net::PathParams params;
  identity::Principal principal;

  std::string param(std::string_view name) const { return std::string(params.get(name)); }
  const std::string& request_id() const { return request.request_id; }
};

/// Runs on a pool thread; answers now or later.
using Handler = std::function<void(Call, net::Responder)>;

/// In which words errors are told (08 §8.1).
enum class Style : std::uint8_t { Envelope, OpenAi };

/// Who may come: members of a tenant, or anybody (what a public route lets through is its handler's matter;
/// the principal of a stranger has no id and no permission).
enum class Access : std::uint8_t { Member, Public };

inline constexpr std::size_t body_default_max = 1 << 20;
inline constexpr std::size_t body_source_max = 10'485'760;

struct Route {
  Handler handler;
  std::string permission = {};
  Style style = Style::Envelope;
  std::size_t body_max = body_default_max;
  Access access = Access::Member;
};

using Routes = net::RouteTable<Route>;

/// A handler that answers at once.
Handler sync(std::function<net::HttpResponse(const Call&)> act);

/// The JSON object of the body; no body is {}. `MALFORMED_REQUEST` or `UNSUPPORTED_MEDIA_TYPE`.
Result<Json> json_body(const net::HttpRequest& request);
/// `limit` of 08 §8.3: default 50, above 500 lowered, below 1 or no integer refused.
Result<std::int64_t> limit_of(const net::HttpRequest& request);
/// First query value of that name as text, or nothing.
std::optional<std::string> query_text(const net::HttpRequest& request, std::string_view name);
/// A point in time as a query value or as a member, in milliseconds; nothing when it is absent or null.
Result<std::optional<std::int64_t>> query_time(const net::HttpRequest& request, const std::string& name);
Result<std::optional<std::int64_t>> time_member(const Json& body, const std::string& name);
/// The media type of a body without parameters, lower case.
std::string media_type(const net::HttpRequest& request);

}  // namespace scaiflow::grid
