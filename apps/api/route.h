#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <variant>

#include "libs/identity/principal.h"
#include "libs/net/http_types.h"
#include "libs/net/router.h"

namespace scaiflow::api {

/// A request that has passed route, credential and permission.
struct Call {
  net::HttpRequest request;
  net::PathParams params;
  identity::Principal principal;

  /// Path parameter as text.
  std::string param(std::string_view name) const { return std::string(params.get(name)); }
};

/// Runs on a pool thread and may block.
using SyncHandler = std::function<net::HttpResponse(const Call&)>;
/// Runs on a pool thread; answers now or later, for waits and streams.
using AsyncHandler = std::function<void(Call, net::Responder)>;

enum class Credential : std::uint8_t { Needed, None };
/// Whether `Idempotency-Key` is honoured (rows marked K in 09 §4).
enum class Replay : std::uint8_t { No, Yes };

/// How long a handler may take before the caller gets 504 (09 §2). `Invoke`: its own `wait_ms` and 10 s.
enum class Deadline : std::uint8_t { Default, RunTests, Deploy, Invoke };

inline constexpr std::size_t body_default_max = 1 << 20;
inline constexpr std::size_t body_content_max = 6 << 20;
inline constexpr std::size_t body_invoke_max = 10 << 20;

/// One row of the route table (09 §4).
struct Route {
  std::variant<SyncHandler, AsyncHandler> handler;
  std::string permission = {};  ///< a key of 08 §8.2; empty = any member
  std::size_t body_max = body_default_max;
  Replay replay = Replay::No;
  Credential credential = Credential::Needed;
  Deadline deadline = Deadline::Default;
};

using Routes = net::RouteTable<Route>;

}  // namespace scaiflow::api
