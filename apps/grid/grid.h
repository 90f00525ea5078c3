#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/core/host/engine.h"
#include "apps/grid/hooks/trigger_store.h"
#include "apps/grid/rate.h"
#include "apps/grid/route.h"
#include "apps/grid/scaicore/core_store.h"
#include "apps/grid/scaicore/stream.h"
#include "libs/identity/local_auth.h"
#include "libs/identity/sealed.h"
#include "libs/net/executor.h"
#include "libs/net/http_server.h"

namespace scaiflow::grid {

class ApiKeys;
class Bunkers;
class Catalogue;
class McpCalls;
class ModelStore;
class UsageStore;
class CoreService;
class Messages;
class QueueStore;

/// Settings `grid.*` and `hooks.*` (08 §8.18).
struct GridOptions {
  std::string public_url;  ///< origin people reach; empty: that of each request
  std::int64_t hooks_wait_ms = 25'000;
  std::int64_t hooks_rate_per_minute = 600;
  std::int64_t rate_key = 0, rate_user = 0, rate_tenant = 0;  ///< requests per minute, 0 = off
  std::int64_t chat_wait_ms = 600'000;
  std::int64_t mcp_wait_ms = 300'000;
  std::string currency = "USD";
  std::int64_t streams_max = 1'000;                                            ///< open at this node
  std::vector<std::string> modules = {"scaicore", "scaiqueue", "scaibunker"};  ///< switched on
};

/// What the handlers use. References outlive the grid.
struct Services {
  store::Database& database;
  core::Engine& engine;
  CoreStore& cores;
  CoreService& core_service;
  QueueStore& queues;
  Messages& messages;
  Catalogue& catalogue;
  TriggerStore& triggers;
  RateWindows& rates;
  ModelStore& models;
  UsageStore& usage;
  McpCalls& mcp_calls;
  ApiKeys& api_keys;
  Bunkers& bunkers;
  net::Executor& bunker_pool;  ///< commands in sandboxes wait here, each for its whole time
  net::Timers& timers;
  GridOptions options;
  net::Executor& pool;  ///< for handlers, and for what must not end on a thread of the network or the engine
  StreamSlots streams{options.streams_max};
};

/// The embedded ScaiGrid (chapter 08): recognises the caller in its own words, checks the permission of the
/// route, and runs the handler on the pool.
class Grid {
 public:
  Grid(Services services, const identity::LocalAuth& auth);

  /// Whether the grid owns a path (09 §1.1).
  bool owns(std::string_view path) const;
  std::size_t body_max(const net::HttpHead& head) const;
  /// Authenticates, then serves.
  void serve(net::HttpRequest request, net::Responder responder);
  /// Direct dispatch (08 §8.1): the caller is known already.
  void serve_as(net::HttpRequest request, const identity::Principal& principal, net::Responder responder);
  /// An error in the words of the path.
  net::HttpResponse refuse(std::string_view path, const Error& error) const;

 private:
  const Route* find(net::HttpRequest& request, net::PathParams& params, net::Responder& responder) const;
  RateWindows::Standing standing_of(const identity::Principal& principal, std::int64_t now_ms) const;
  /// Within the rates, serves.
  void admit(net::HttpRequest request, const identity::Principal& principal, net::Responder responder);
  void run(const Route& route, Call call, net::Responder responder);

  Services services_;
  const identity::LocalAuth& auth_;
  Routes routes_;
};

/// Origin of URLs that are told to a caller, without a slash at its end.
std::string base_url(const Services& services, const net::HttpRequest& request);

/// The endpoint tables of chapter 08, one function for each section.
void add_core_routes(Routes& routes, Services& services);
void add_invoke_routes(Routes& routes, Services& services);
void add_execution_routes(Routes& routes, Services& services);
void add_trigger_routes(Routes& routes, Services& services);
void add_hook_routes(Routes& routes, Services& services);
void add_plugin_routes(Routes& routes, Services& services);
void add_memory_routes(Routes& routes, Services& services);
void add_bundle_routes(Routes& routes, Services& services);
void add_event_routes(Routes& routes, Services& services);
void add_checkpoint_routes(Routes& routes, Services& services);
void add_publish_routes(Routes& routes, Services& services);
void add_queue_routes(Routes& routes, Services& services);
void add_message_routes(Routes& routes, Services& services);
void add_bunker_routes(Routes& routes, Services& services);
void add_model_routes(Routes& routes, Services& services);
void add_mcp_routes(Routes& routes, Services& services);
void add_account_routes(Routes& routes, Services& services);
void add_chat_routes(Routes& routes, Services& services);

}  // namespace scaiflow::grid
