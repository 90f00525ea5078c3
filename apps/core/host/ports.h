#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generated/cpp/limits.h"
#include "libs/base/json.h"
#include "libs/base/result.h"

namespace scaiflow::store {
class Connection;
class Database;
class ObjectStore;
}  // namespace scaiflow::store
namespace scaiflow::net {
class HttpClient;
class Log;
class Metrics;
class Timers;
}  // namespace scaiflow::net

namespace scaiflow::core {

enum class Cascade : std::uint8_t { No, Yes };
enum class BodySize : std::uint8_t { Cut, Full };
enum class Parking : std::uint8_t { AtOnce, AfterGrace };

class Providers;

/// What the engine must know of a Core (08 §8.4). Secrets are in the clear here and leave the engine only in
/// dispatched calls.
struct CoreSpec {
  std::string id;
  std::string tenant_id;
  std::string tenant_slug;
  std::string slug;
  std::string name;
  std::string status;  ///< `running`, `paused`, ... (08 §8.5)
  std::string ir_hash;
  std::string checkpoint_mode = "auto";
  std::string privilege_level = "standard";
  /// name -> {`type`: `plain`|`secret`, `value`}
  Json environment = Json::object();
  Json resource_limits = Json::object();
  Json plugins = Json::array();  ///< {`alias`, `endpoint`, `config`}, before those of the module
  Json metadata = Json::object();
  Json identity = Json::object();
};

/// Where Cores are found. The grid implements it over its table; the engine asks it for Cores that are not
/// started yet (recovery, calls between Cores, first use after a server start).
class CoreDirectory {
 public:
  virtual ~CoreDirectory() = default;
  virtual Result<CoreSpec> by_id(const std::string& core_id) = 0;
  virtual Result<CoreSpec> by_slug(const std::string& tenant_slug, const std::string& slug) = 0;
};

/// Under whom and for what a plugin runs; the `context` of the bridge (07 §10).
struct CallContext {
  std::string tenant_id, core_id, execution_id, block_id;
  std::optional<std::string> node_id, instance_key;
  std::string principal;
  std::string privilege_level;
  Json identity;
  /// Merged Core capabilities, e.g. `bunker` (04 §2).
  Json capabilities;
};

struct PluginCall {
  std::string alias, method;
  Json args = Json::object();
  Json config = Json::object();  ///< the Core's entry for this alias
  CallContext context;
  std::string key;               ///< idempotency key, equal for every issue of this effect
  std::int64_t deadline_ms = 0;  ///< from now
  std::int64_t waited_ms = 0;    ///< since `prepare` was asked first
};

/// `PluginError` with one of the codes of 07 §8.1, or the plugin's own.
struct PluginFailure {
  std::string code;
  std::string message;
  bool retryable = false;
  Json data;
};

using PluginResult = tl::expected<Json, PluginFailure>;
using DescribeResult = tl::expected<std::vector<std::string>, PluginFailure>;
using Cancel = std::function<void()>;

/// A write whose rows commit together with the record of its result (class W, 07 §4): `answer` is computed by
/// reading, `write` runs inside the transaction and returns false when what was read no longer holds (it is
/// then prepared anew).
struct PreparedWrite {
  Json answer;
  std::function<Result<bool>(store::Connection&)> write;
  /// Nothing to write yet: `prepare` is asked again after this time.
  std::optional<std::int64_t> again_ms;
  /// Called once the write has committed, or was given up.
  std::function<void()> committed;
};

class Plugin {
 public:
  virtual ~Plugin() = default;
  /// Methods it serves; empty = any (open plugin).
  virtual std::vector<std::string> methods() const = 0;
  /// What it offers now, for people who look: those methods, or what a server says of itself.
  virtual void describe(std::function<void(DescribeResult)> done) { done(methods()); }
  /// Class W methods answer here: the outcome is transactional. Everything else returns nullopt and runs
  /// through `call`.
  virtual std::optional<tl::expected<PreparedWrite, PluginFailure>> prepare(const PluginCall&) {
    return std::nullopt;
  }
  /// `prepare` of that method reads next to nothing: it is asked on the execution's own lane.
  virtual bool answers_at_once(const std::string& /*method*/) const { return false; }
  /// Why it cannot serve on this host, and the remedy; empty when it can. Asked at the load check of a Core.
  virtual std::string problem() const { return {}; }
  /// An execution whose module declares the plugin has ended. Must not block.
  virtual void ended(const std::string& /*execution_id*/) {}
  /// Runs the call; `done` comes once, on any thread, also after a cancel (its outcome is dropped then).
  virtual Cancel call(PluginCall call, std::function<void(PluginResult)> done) = 0;
};

/// Where a checkpoint with a `hitl_target` goes (07 §13). Runs inside the turn's transaction.
class QueueBridge {
 public:
  virtual ~QueueBridge() = default;
  /// Publishes the review message; returns its id. `checkpoint` is the record of 08 §8.9 plus `scope`,
  /// `queue`, `hitl_spec`.
  virtual Result<std::string> publish_review(store::Connection& db, const Json& checkpoint) = 0;
  /// Closes the message of a checkpoint that was resolved, expired or cancelled.
  virtual Result<void> close_review(store::Connection& db, const Json& checkpoint,
                                    const std::string& status) = 0;
  /// The checkpoint was escalated: another priority, deadline, assignee.
  virtual Result<void> change_review(store::Connection& db, const Json& checkpoint) = 0;
};

/// A model as the engine calls it. Prices in millionths of the currency per million tokens.
struct ModelTarget {
  std::string provider;  ///< provider key
  std::string model;     ///< the provider's name of it
  std::int64_t input_price_micros = 0;
  std::int64_t output_price_micros = 0;
};

/// Resolves `{ref, model}` of a Core's registry (08 §8.15). Error `MODEL_NOT_FOUND` or `PROVIDER_NOT_FOUND`.
class ModelCatalogue {
 public:
  virtual ~ModelCatalogue() = default;
  virtual Result<ModelTarget> resolve(const std::string& tenant_id, const std::string& ref,
                                      const std::string& model) = 0;
};

/// One row of `grid_usage` per model call (08 §8.17).
struct UsageRecord {
  std::string tenant_id, principal_id, core_id, execution_id, block_id, provider, model, operation, status;
  std::int64_t tokens_in = 0, tokens_out = 0, tokens_cached = 0, cost_micros = 0, duration_ms = 0, at_ms = 0;
};

class Accounting {
 public:
  virtual ~Accounting() = default;
  /// Runs inside the transaction of the result record.
  virtual Result<void> record(store::Connection& db, const UsageRecord& usage) = 0;
  /// False when the tenant's hard budget is used up (08 §8.16).
  virtual bool may_spend(const std::string& tenant_id) = 0;
};

struct MemoryFilter {
  std::string core_id;
  std::optional<std::string> instance_key, field, prefix;
  std::int64_t limit = 50;
  std::string cursor;
};

struct MemoryEdit {
  std::string core_id, partition_key, field, key;
  std::optional<Json> value;
  std::optional<std::int64_t> expect_version;
};

/// Everything the engine reaches. References outlive it; `bridge` and `accounting` may be null.
struct EnginePorts {
  store::Database* database = nullptr;
  net::HttpClient* http = nullptr;
  CoreDirectory* cores = nullptr;
  ModelCatalogue* models = nullptr;  ///< null: the built-in one over the configured providers
  QueueBridge* bridge = nullptr;
  Accounting* accounting = nullptr;
  /// Milliseconds since 1970 UTC by which schedules go; unset: the system's clock.
  std::function<std::int64_t()> wall_ms;
  /// Plugins by endpoint name (`plugin://<name>`), beside the built-in `http`, `kv` and `scaidrive`.
  std::vector<std::pair<std::string, std::shared_ptr<Plugin>>> plugins;
  net::Metrics* metrics = nullptr;  ///< null: nobody counts
  const net::Log* log = nullptr;    ///< null: silence
  /// Where this process listens now (`127.0.0.1:8080`): always refused to plugin `http` (10 §9.2). May be
  /// unset; thread safe.
  std::function<std::vector<std::string>()> own_listeners;
};

/// Settings `runtime.*` (07 §21) and the providers (08 §8.15).
struct EngineSettings {
  std::string node_id = "node_local";
  std::int64_t node_number = 0;
  std::string data_dir;  ///< `<data>`; files of plugin scaidrive below `drive/<tenant>/`
  int lanes = 2;
  std::int64_t running_max = 10'000;
  std::int64_t queued_max = 100'000;
  std::int64_t state_bytes_max = 64LL << 20;
  std::int64_t model_call_ms = 300'000;
  std::int64_t plugin_call_ms = 60'000;
  std::int64_t cancel_grace_ms = 30'000;
  std::int64_t stop_grace_ms = 30'000;
  double low_confidence_below = 0.5;
  std::string stateless_memory = "shared";
  std::int64_t retention_days = 30;
  std::int64_t events_retention_days = 7;
  std::int64_t schedule_grace_ms = 60'000;
  /// Of one execution; the binary has no setting for them.
  std::int64_t journal_records_max = limits::journal_records_max;
  std::int64_t journal_bytes_max = limits::journal_bytes_max;
  std::string version;
  std::string otlp_endpoint;  ///< base URL of a trace collector; empty = none
  /// `[grid.providers.<key>]` as one JSON object, merged over what the environment gives.
  Json providers = Json::object();
  /// `[runtime.plugins.<name>]`.
  Json plugins = Json::object();
  /// Outbound rule of plugin `http` (10 §9.2): SCAIFLOW_ALLOW_PRIVATE_UPSTREAMS and SCAIFLOW_UPSTREAM_HOSTS.
  bool allow_private_upstreams = false;
  std::vector<std::string> upstream_hosts;
};

}  // namespace scaiflow::core
