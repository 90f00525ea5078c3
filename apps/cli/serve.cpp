#include "apps/cli/serve.h"

#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <ostream>

#include "apps/api/api.h"
#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/options.h"
#include "apps/cli/commands/run_tests.h"
#include "apps/cli/settings.h"
#include "apps/grid/accounting/api_keys.h"
#include "apps/grid/accounting/usage_store.h"
#include "apps/grid/envelope.h"
#include "apps/grid/grid.h"
#include "apps/grid/inference/catalogue.h"
#include "apps/grid/inference/model_store.h"
#include "apps/grid/mcp/mcp_calls.h"
#include "apps/grid/scaibunker/bunker_plugin.h"
#include "apps/grid/scaicore/core_service.h"
#include "apps/grid/scaiqueue/queue_plugin.h"
#include "apps/grid/scaiqueue/queue_store.h"
#include "apps/grid/scaiqueue/review_bridge.h"
#include "libs/net/http_client.h"
#include "libs/net/log.h"
#include "libs/net/metrics.h"
#include "libs/net/outbound.h"
#include "libs/store/migrations.h"
#include "libs/store/sqlite_database.h"

#ifndef SCAIFLOW_COMMIT
#define SCAIFLOW_COMMIT "unknown"
#endif

namespace scaiflow::cli {

namespace {

constexpr int exit_config = 78;
constexpr std::int64_t drain_ms = 5'000;

/// The settings that options stand for.
Settings::Pairs flags_of(const Options& options) {
  Settings::Pairs flags;
  for (const auto& [option, setting] :
       {std::pair("--port", "SCAIFLOW_API_PORT"), std::pair("--host", "SCAIFLOW_API_HOST"),
        std::pair("--data-dir", "SCAIFLOW_DATA_DIR")}) {
    if (const auto value = options.value(option)) flags.emplace_back(setting, *value);
  }
  return flags;
}

/// The grid behind the API's client: the same handlers, without a socket (08 §8.1).
class EmbeddedGrid final : public api::GridClient, public api::GridFront {
 public:
  explicit EmbeddedGrid(grid::Grid& grid) : grid_(grid) {}

  void forward(net::HttpRequest request, const identity::Principal& principal,
               net::Responder responder) override {
    grid_.serve_as(std::move(request), principal, std::move(responder));
  }
  bool owns(std::string_view path) const override { return grid_.owns(path); }
  std::size_t body_max(const net::HttpHead& head) const override { return grid_.body_max(head); }
  void serve(net::HttpRequest request, net::Responder responder) override {
    grid_.serve(std::move(request), std::move(responder));
  }
  net::HttpResponse refuse(std::string_view path, const Error& error) const override {
    return grid_.refuse(path, error);
  }

 private:
  grid::Grid& grid_;
};

/// Directories and files that a start needs, or the reason why it cannot go on.
struct Stores {
  std::unique_ptr<net::Metrics> metrics;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::ObjectStore> objects;
  std::string token;
  std::optional<identity::SealKeys> keys;
};

Result<Stores> open_stores(const Settings& settings, const std::string& data_dir) {
  Stores stores;
  stores.metrics = std::make_unique<net::Metrics>();
  net::add_process_gauges(*stores.metrics);
  store::SqliteOptions options;
  options.path = data_dir + "/scaiflow.db";
  options.metrics = stores.metrics.get();
  if (settings.text("SCAIFLOW_SQLITE_SYNCHRONOUS") == "normal")
    options.synchronous = store::Synchronous::Normal;
  auto database = store::open_sqlite(options);
  if (!database) return tl::unexpected(database.error());
  stores.database = std::move(*database);
  store::MigrateOptions migrate;
  migrate.mode =
      settings.flag("SCAIFLOW_SKIP_CREATE_ALL") ? store::MigrateMode::Compare : store::MigrateMode::Apply;
  migrate.database_path = options.path;
  migrate.binary_version = SCAIFLOW_VERSION;
  migrate.applied_by = "node_local";
  auto migrated = store::migrate_sqlite(*stores.database, store::sqlite_migrations(), migrate);
  if (!migrated) return tl::unexpected(migrated.error());
  auto objects = store::open_filesystem_store(data_dir + "/storage");
  if (!objects) return tl::unexpected(objects.error());
  stores.objects = store::metered(std::move(*objects), *stores.metrics);
  auto token = identity::load_local_token(data_dir, settings.text("SCAIFLOW_LOCAL_TOKEN"));
  if (!token) return tl::unexpected(token.error());
  stores.token = *token;
  auto keys = identity::SealKeys::load_or_create(data_dir + "/vault.key");
  if (!keys) return tl::unexpected(keys.error());
  stores.keys = *keys;
  return stores;
}

core::EngineSettings engine_settings(const Settings& settings, const std::string& data_dir) {
  core::EngineSettings out;
  out.data_dir = data_dir;
  out.version = SCAIFLOW_VERSION;
  out.otlp_endpoint = settings.text("SCAIFLOW_OTLP_ENDPOINT");
  out.running_max = settings.number("SCAIFLOW_RUNTIME_RUNNING_MAX");
  out.queued_max = settings.number("SCAIFLOW_RUNTIME_QUEUED_MAX");
  out.state_bytes_max = settings.number("SCAIFLOW_RUNTIME_STATE_BYTES_MAX");
  out.model_call_ms = settings.number("SCAIFLOW_RUNTIME_MODEL_CALL_MS");
  out.plugin_call_ms = settings.number("SCAIFLOW_RUNTIME_PLUGIN_CALL_MS");
  out.cancel_grace_ms = settings.number("SCAIFLOW_RUNTIME_CANCEL_GRACE_MS");
  out.stop_grace_ms = settings.number("SCAIFLOW_RUNTIME_STOP_GRACE_MS");
  out.low_confidence_below = settings.real("SCAIFLOW_RUNTIME_LOW_CONFIDENCE_BELOW");
  out.stateless_memory = settings.text("SCAIFLOW_RUNTIME_STATELESS_MEMORY");
  out.schedule_grace_ms = settings.number("SCAIFLOW_RUNTIME_SCHEDULE_GRACE_MS");
  out.retention_days = settings.number("SCAIFLOW_RUNTIME_RETENTION_DAYS");
  // Mode local is one person on their own machine: flows may call what runs there (10 §9.2).
  constexpr char private_upstreams[] = "SCAIFLOW_ALLOW_PRIVATE_UPSTREAMS";
  out.allow_private_upstreams = settings.text(private_upstreams).empty() || settings.flag(private_upstreams);
  out.upstream_hosts = settings.list("SCAIFLOW_UPSTREAM_HOSTS");
  if (const Json providers = settings.json("SCAIFLOW_GRID_PROVIDERS"); providers.is_object())
    out.providers = providers;
  if (const Json plugins = settings.json("SCAIFLOW_RUNTIME_PLUGINS"); plugins.is_object())
    out.plugins = plugins;
  return out;
}

grid::BunkerSettings bunker_settings(const Settings& settings, const std::string& data_dir) {
  grid::BunkerSettings out;
  out.folder = settings.text("SCAIFLOW_GRID_BUNKER_DIR");
  if (out.folder.empty()) out.folder = data_dir + "/bunkers";
  out.folder = std::filesystem::absolute(out.folder).string();
  out.quota = {settings.number("SCAIFLOW_GRID_BUNKER_MAX"),
               settings.number("SCAIFLOW_GRID_BUNKER_MEMORY_MB_MAX"),
               settings.number("SCAIFLOW_GRID_BUNKER_DISK_MB_MAX")};
  out.allow_unrestricted = settings.flag("SCAIFLOW_GRID_BUNKER_ALLOW_UNRESTRICTED");
  out.registry_hosts = settings.list("SCAIFLOW_GRID_BUNKER_REGISTRY_HOSTS");
  std::error_code unknown;
  out.bridge_path = std::filesystem::read_symlink("/proc/self/exe", unknown).string();
  const Json images = settings.json("SCAIFLOW_GRID_BUNKER_IMAGES");
  if (!images.is_object()) return out;
  for (const auto& [name, path] : images.as_object()) {
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path.at(i).is_string()) out.images[name].push_back(path.at(i).as_string());
    }
  }
  return out;
}

/// Every part of the running server, in the order of construction; destroyed the other way round.
class Server {
 public:
  Server(const Settings& settings, const std::string& data_dir, Stores stores, const net::Log& log)
      : log_(log),
        stores_(std::move(stores)),
        api_keys_(*stores_.database),
        auth_(stores_.token, [this](const std::string& hash) { return api_keys_.find(hash); }),
        cores_(*stores_.database, *stores_.keys),
        queues_(*stores_.database),
        models_(*stores_.database),
        usage_(*stores_.database, standard_budget(settings)),
        messages_(*stores_.database),
        bridge_(messages_),
        bunkers_(*stores_.database, *stores_.objects, *stores_.keys, bunker_settings(settings, data_dir)),
        bunker_pool_(bunker_threads),
        grid_pool_(grid_threads),
        engine_(core::Engine::create(engine_ports(), engine_settings(settings, data_dir))),
        core_service_(cores_, *engine_),
        catalogue_(models_, cores_, *engine_),
        triggers_(*stores_.database),
        grid_(grid::Services{*stores_.database, *engine_, cores_, core_service_, queues_, messages_,
                             catalogue_, triggers_, rates_, models_, usage_, mcp_calls_, api_keys_, bunkers_,
                             bunker_pool_, grid_timers_, grid_options(settings), grid_pool_},
              auth_),
        embedded_(grid_),
        flows_(*stores_.database, *stores_.objects),
        deployments_(*stores_.database, "node_local"),
        deployer_(flows_, deployments_, *stores_.objects, embedded_,
                  api::deploy_format(settings.text("SCAIFLOW_DEPLOY_FORMAT"))) {}

  ~Server() { stop(); }

  /// Recovery begins and the port opens.
  Result<std::uint16_t> start(const Settings& settings) {
    if (auto loaded = api_keys_.load(); !loaded) return tl::unexpected(loaded.error());
    if (auto loaded = usage_.load(); !loaded) return tl::unexpected(loaded.error());
    if (auto closed = deployments_.close_interrupted(); !closed) return tl::unexpected(closed.error());
    messages_.connect(*engine_);
    if (auto started = engine_->start(); !started) return tl::unexpected(started.error());
    grid_timers_.after(0, bunker_pool_, [this] { sweep_bunkers(); });
    grid_timers_.after(0, grid_pool_, [this] { sweep_messages(); });
    net::HttpServerOptions options;
    options.address = settings.text("SCAIFLOW_API_HOST");
    options.port = static_cast<std::uint16_t>(settings.number("SCAIFLOW_API_PORT"));
    options.body_max = [this](const net::HttpHead& head) { return gateway_->body_max(head); };
    options.handler_failed = [this](std::string_view request_id, std::string_view what) {
      log_.error("a handler failed", Json::object({{"request_id", request_id}, {"what", what}}));
    };
    options.problem = [this](const net::HttpProblem& problem) { return gateway_->problem(problem); };
    gateway_ =
        std::make_unique<api::Gateway>(gateway_options(settings, options.port), services(), auth_, embedded_);
    auto http = net::HttpServer::start(options, [this](net::HttpRequest request, net::Responder responder) {
      gateway_->handle(std::move(request), std::move(responder));
    });
    if (!http) return tl::unexpected(http.error());
    http_ = std::move(*http);
    // A port of 0 is known only now; requests before this line come from nobody who knows it.
    gateway_->allow_port(http_->port());
    std::atomic_store(&listeners_, std::make_shared<const std::vector<std::string>>(
                                       net::listeners_of(options.address, http_->port())));
    return http_->port();
  }

  /// Stop accepting, let requests answer, park executions, close.
  void stop() {
    if (http_) http_->stop(drain_ms);
    if (gateway_) gateway_->stop();
    grid_timers_.stop();
    bunkers_.stop();
    grid_pool_.stop();
    bunker_pool_.stop();
    engine_.reset();
    stores_.database->stop();
  }

 private:
  static constexpr std::size_t grid_threads = 8;
  static constexpr std::size_t bunker_threads = 32;
  static constexpr std::int64_t bunker_sweep_ms = 5'000;
  static constexpr std::int64_t message_sweep_ms = 1'000;

  /// Bunkers whose execution or time is over, now and every few seconds.
  void sweep_bunkers() {
    bunkers_.sweep([this](const std::string& tenant_id, const std::string& execution_id) {
      const auto found = engine_->get_execution(tenant_id, execution_id);
      if (!found) return found.error().code == "EXECUTION_NOT_FOUND";
      const std::string status = found->string_or("status", "");
      return status == "completed" || status == "failed" || status == "cancelled";
    });
    grid_timers_.after(bunker_sweep_ms, bunker_pool_, [this] { sweep_bunkers(); });
  }

  void sweep_messages() {
    messages_.sweep();
    grid_timers_.after(message_sweep_ms, grid_pool_, [this] { sweep_messages(); });
  }

  core::EnginePorts engine_ports() {
    core::EnginePorts ports;
    ports.database = stores_.database.get();
    ports.http = &http_client_;
    ports.cores = &cores_;
    ports.bridge = &bridge_;
    ports.models = &models_;
    ports.accounting = &usage_;
    ports.metrics = stores_.metrics.get();
    ports.log = &log_;
    ports.own_listeners = [this] {
      const auto now = std::atomic_load(&listeners_);
      return now ? *now : std::vector<std::string>();
    };
    ports.plugins.emplace_back("scaibunker", std::make_shared<grid::BunkerPlugin>(bunkers_, bunker_pool_));
    ports.plugins.emplace_back("scaiqueue",
                               std::make_shared<grid::QueuePlugin>(messages_, *stores_.database));
    return ports;
  }

  static grid::Budget standard_budget(const Settings& settings) {
    const auto micros = [&](const char* name) -> std::optional<std::int64_t> {
      if (settings.text(name).empty()) return std::nullopt;
      return static_cast<std::int64_t>(settings.real(name) * 1e6 + 0.5);
    };
    return {micros("SCAIFLOW_GRID_BUDGET_SOFT"), micros("SCAIFLOW_GRID_BUDGET_HARD")};
  }

  static grid::GridOptions grid_options(const Settings& settings) {
    grid::GridOptions options;
    options.public_url = settings.text("SCAIFLOW_PUBLIC_URL");
    options.chat_wait_ms = settings.number("SCAIFLOW_GRID_CHAT_WAIT_MS");
    options.mcp_wait_ms = settings.number("SCAIFLOW_GRID_MCP_WAIT_MS");
    // Mode local is one person: only who asks for limits has them.
    const auto asked = [&](const char* name) { return settings.is_given(name) ? settings.number(name) : 0; };
    options.rate_key = asked("SCAIFLOW_GRID_RATE_KEY");
    options.rate_user = asked("SCAIFLOW_GRID_RATE_USER");
    options.rate_tenant = asked("SCAIFLOW_GRID_RATE_TENANT");
    options.currency = settings.text("SCAIFLOW_GRID_CURRENCY");
    options.modules = settings.list("SCAIFLOW_GRID_MODULES");
    options.streams_max = settings.number("SCAIFLOW_EVENTS_STREAMS_MAX");
    options.hooks_wait_ms = settings.number("SCAIFLOW_HOOKS_WAIT_MS");
    options.hooks_rate_per_minute = settings.number("SCAIFLOW_HOOKS_RATE_PER_MINUTE");
    return options;
  }

  static api::GatewayOptions gateway_options(const Settings& settings, std::uint16_t) {
    api::GatewayOptions options;
    options.allowed_origins = settings.list("SCAIFLOW_CORS_ORIGINS");
    options.metrics_token = settings.text("SCAIFLOW_METRICS_TOKEN");
    return options;
  }

  static api::ProcessInfo process_info() {
    return {SCAIFLOW_VERSION, SCAIFLOW_COMMIT, store::sqlite_migrations().back().step};
  }

  api::Services services() {
    return api::Services{*stores_.database, flows_,       deployments_,   deployer_,        *stores_.objects,
                         embedded_,         run_tests_on, process_info(), *stores_.metrics, log_};
  }

  const net::Log& log_;
  std::shared_ptr<const std::vector<std::string>> listeners_;  ///< read and set atomically
  Stores stores_;
  grid::ApiKeys api_keys_;
  identity::LocalAuth auth_;
  net::HttpClient http_client_;
  grid::CoreStore cores_;
  grid::QueueStore queues_;
  grid::ModelStore models_;
  grid::UsageStore usage_;
  grid::McpCalls mcp_calls_;
  net::Timers grid_timers_;
  grid::Messages messages_;
  grid::ReviewBridge bridge_;
  grid::Bunkers bunkers_;
  net::Pool bunker_pool_;
  net::Pool grid_pool_;
  std::unique_ptr<core::Engine> engine_;
  grid::CoreService core_service_;
  grid::Catalogue catalogue_;
  grid::TriggerStore triggers_;
  grid::RateWindows rates_;
  grid::Grid grid_;
  EmbeddedGrid embedded_;
  api::FlowStore flows_;
  api::Deployments deployments_;
  api::Deployer deployer_;
  std::unique_ptr<api::Gateway> gateway_;
  std::unique_ptr<net::HttpServer> http_;
};

void wait_for_signal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
}

}  // namespace

int run_serve(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  const auto options = read_options(args, "serve", err);
  if (!options) return exit_usage;
  const Settings settings =
      Settings::load(process_environment(), flags_of(*options), options->value("--config"));
  for (const std::string& problem : settings.problems()) err << "scaiflow: " << problem << '\n';
  if (!settings.problems().empty()) return exit_config;

  // Threads inherit this mask, so that one place waits for the end.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const std::string data_dir = settings.text("SCAIFLOW_DATA_DIR");
  std::error_code failed;
  std::filesystem::create_directories(data_dir, failed);
  if (failed) {
    err << "scaiflow: cannot create " << data_dir << ": " << failed.message() << '\n';
    return exit_config;
  }
  chmod(data_dir.c_str(), 0700);
  auto stores = open_stores(settings, data_dir);
  if (!stores) {
    err << "scaiflow: " << stores.error().message << '\n';
    return exit_config;
  }
  const std::string token = stores->token;
  const bool text = settings.text("SCAIFLOW_LOG_FORMAT") == "text" || isatty(STDERR_FILENO) != 0;
  const net::Log log(net::log_level_of(settings.text("SCAIFLOW_LOG_LEVEL")),
                     text ? net::LogForm::Text : net::LogForm::Json);
  Server server(settings, data_dir, std::move(*stores), log);
  auto port = server.start(settings);
  if (!port) {
    err << "scaiflow: " << port.error().message << '\n';
    return exit_config;
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(*port);
  out << "ScaiFlow " << SCAIFLOW_VERSION << " is serving. Open\n  " << identity::local_sign_in_url(url, token)
      << "\n"
      << std::flush;
  log.info("serving",
           Json::object({{"version", SCAIFLOW_VERSION}, {"commit", SCAIFLOW_COMMIT}, {"url", url}}));
  wait_for_signal(signals);
  log.info("stopping");
  server.stop();
  log.info("stopped");
  return 0;
}

}  // namespace scaiflow::cli
