#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "apps/core/host/engine.h"
#include "apps/grid/route.h"
#include "apps/grid/scaicore/core_store.h"
#include "libs/identity/local_auth.h"
#include "libs/identity/sealed.h"
#include "libs/net/executor.h"
#include "libs/net/http_server.h"

namespace scaiflow::grid {

class Catalogue;
class CoreService;
class QueueStore;

/// What the handlers use. References outlive the grid.
struct Services {
  store::Database& database;
  core::Engine& engine;
  CoreStore& cores;
  CoreService& core_service;
  QueueStore& queues;
  Catalogue& catalogue;
  net::Executor& pool;  ///< for handlers, and for what must not end on a thread of the network or the engine
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
  void run(const Route& route, Call call, net::Responder responder);

  Services services_;
  const identity::LocalAuth& auth_;
  Routes routes_;
};

/// The endpoint tables of chapter 08, one function for each section.
void add_core_routes(Routes& routes, Services& services);
void add_invoke_routes(Routes& routes, Services& services);
void add_execution_routes(Routes& routes, Services& services);
void add_event_routes(Routes& routes, Services& services);
void add_checkpoint_routes(Routes& routes, Services& services);
void add_publish_routes(Routes& routes, Services& services);
void add_queue_routes(Routes& routes, Services& services);
void add_model_routes(Routes& routes, Services& services);
void add_chat_routes(Routes& routes, Services& services);

}  // namespace scaiflow::grid
