#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>

#include "apps/core/host/engine.h"
#include "apps/core/host/faulty_database.h"
#include "apps/core/machine/program.h"
#include "libs/base/json_text.h"
#include "libs/ir/codec.h"
#include "libs/ir/msgpack.h"
#include "libs/net/clock.h"
#include "libs/net/executor.h"
#include "libs/net/http_client.h"
#include "libs/net/ids.h"
#include "libs/net/metrics.h"
#include "libs/store/migrations.h"
#include "libs/store/sqlite_database.h"

/// An engine over a fresh database, with a plugin and a directory that tests control.
namespace scaiflow::core {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Cores by id, as the grid would keep them.
class Directory final : public CoreDirectory {
 public:
  void put(CoreSpec core) {
    const std::lock_guard lock(mutex_);
    cores_[core.id] = std::move(core);
  }
  void remove(const std::string& core_id) {
    const std::lock_guard lock(mutex_);
    cores_.erase(core_id);
  }
  Result<CoreSpec> by_id(const std::string& core_id) override {
    const std::lock_guard lock(mutex_);
    const auto at = cores_.find(core_id);
    return at == cores_.end() ? fail("CORE_NOT_FOUND", "no such Core") : Result<CoreSpec>(at->second);
  }
  Result<CoreSpec> by_slug(const std::string& tenant, const std::string& slug) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, core] : cores_) {
      if (core.tenant_slug == tenant && core.slug == slug) return core;
    }
    return fail("CORE_NOT_FOUND", "no such Core");
  }

 private:
  std::mutex mutex_;
  std::map<std::string, CoreSpec> cores_;
};

/// A plugin that answers when the test says so.
class HeldPlugin final : public Plugin {
 public:
  std::vector<std::string> methods() const override { return {}; }
  Cancel call(PluginCall call, std::function<void(PluginResult)> done) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back({std::move(call), std::move(done)});
    changed_.notify_all();
    return nullptr;
  }
  /// Waits for the n-th call, counted from 0.
  PluginCall wait(std::size_t n) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return calls_.size() > n; }));
    return calls_.at(n).first;
  }
  void answer(std::size_t n, PluginResult result) {
    std::function<void(PluginResult)> done;
    {
      const std::lock_guard lock(mutex_);
      done = calls_.at(n).second;
    }
    done(std::move(result));
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<PluginCall, std::function<void(PluginResult)>>> calls_;
};

/// A database file, and engines over it one after the other, as a process that is started again.
class World {
 public:
  World()
      : dir_(fs::temp_directory_path() / net::new_id("scaiflow_engine_")),
        held_(std::make_shared<HeldPlugin>()) {
    fs::create_directories(dir_);
    store::SqliteOptions options;
    options.path = dir_ / "test.db";
    options.synchronous = store::Synchronous::Normal;
    database_ = *store::open_sqlite(options);
    faults_ = std::make_unique<FaultyDatabase>(*database_);
    EXPECT_TRUE(store::migrate_sqlite(*database_, store::sqlite_migrations(), {}).has_value());
    restart();
  }
  ~World() {
    engine_.reset();
    database_->stop();
    database_.reset();
    fs::remove_all(dir_);
  }

  /// The process ends in good order and the next one begins.
  void restart(EngineSettings settings = {}) {
    engine_.reset();
    faults_->revive();
    engine_ = make_engine(std::move(settings));
    EXPECT_TRUE(engine_->start().has_value());
  }
  /// The process is killed: nothing more of it is written.
  void crash() {
    faults_->end_process();
    restart();
  }
  /// A second process over the same database, which takes over what runs. Gone before this World is.
  std::unique_ptr<Engine> another_engine() {
    auto other = make_engine({});
    EXPECT_TRUE(other->start().has_value());
    return other;
  }
  /// Served from the next deployment on, as `plugin://<name>`.
  void add_plugin(const std::string& name, std::shared_ptr<Plugin> plugin) {
    plugins_.emplace_back(name, std::move(plugin));
    restart();
  }

  /// Schedules go by this time from the next restart on.
  void set_clock(std::int64_t wall_ms) { clock_ms_ = wall_ms; }
  std::int64_t clock() const { return clock_ms_; }
  /// The wall clock is set, while everything runs.
  void jump_clock(std::int64_t by_ms) { jumped_ms_ += by_ms; }

  /// A Core `name` with one flow `main` and the given body.
  std::string deploy(const std::string& name, const std::string& body, const std::string& more = "{}") {
    Result<void> started = try_deploy(name, body, more);
    EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message);
    return "core_" + name;
  }

  Result<void> try_deploy(const std::string& name, const std::string& body, const std::string& more) {
    Json module =
        Json::object({{"name", name}, {"identity", Json::object({{"name", name}, {"persona", name}})}});
    module.set("plugins",
               *try_parse_json(
                   R"([{"alias":"held","endpoint":"plugin://held"},{"alias":"kv","endpoint":"plugin://kv"},
      {"alias":"scaidrive","endpoint":"plugin://scaidrive"}])"));
    module.set("triggers", *try_parse_json(R"([{"kind":"api","name":"entry","target_flow":"main"}])"));
    module.set("flows", Json::array({Json::object({{"name", "main"}, {"body", *try_parse_json(body)}})}));
    const Json extra = *try_parse_json(more);
    for (const auto& [key, value] : extra.as_object()) module.set(key, value);
    auto read = ir::from_json(module);
    EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
    const std::string bundle = ir::encode(*read);
    CoreSpec core;
    core.id = "core_" + name;
    core.tenant_id = core.tenant_slug = "acme";
    core.slug = core.name = name;
    core.status = "running";
    core.metadata = metadata;
    core.ir_hash = *database_->write_sync([&](store::Connection& db) {
      return put_core_version(db, core.id, bundle, "user_1", net::wall_ms());
    });
    directory_.put(core);
    return engine_->start_core(core);
  }

  StartRequest request(const std::string& core_id, Json input) {
    StartRequest out;
    out.tenant_id = "acme";
    out.core_id = core_id;
    out.input = std::move(input);
    out.invoked_by = "user_1";
    out.wait_ms = 10'000;
    return out;
  }

  Result<StartOutcome> start(StartRequest request) {
    std::promise<Result<StartOutcome>> promise;
    engine_->start(std::move(request),
                   [&](Result<StartOutcome> outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }

  Json run(const std::string& core_id, Json input) {
    Result<StartOutcome> outcome = start(request(core_id, std::move(input)));
    EXPECT_TRUE(outcome.has_value()) << (outcome ? ""
                                                 : outcome.error().code + ": " + outcome.error().message);
    return outcome ? outcome->result : Json();
  }

  Json wait(const std::string& id, std::int64_t wait_ms = 10'000) {
    std::promise<Result<Json>> promise;
    engine_->wait("acme", id, wait_ms, [&](Result<Json> result) { promise.set_value(std::move(result)); });
    Result<Json> result = promise.get_future().get();
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().code);
    return result ? *result : Json();
  }

  Result<Json> resolve(const std::string& id, Json resolution) {
    std::promise<Result<Json>> promise;
    engine_->resolve_checkpoint("acme", id, std::move(resolution), "user_2", std::nullopt,
                                [&](Result<Json> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  Result<Json> debug(const std::string& id, Json command) {
    std::promise<Result<Json>> promise;
    engine_->debug("acme", id, std::move(command),
                   [&](Result<Json> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  /// Stops the Core as the grid does: its row first, then what runs.
  void stop_core(const std::string& core_id) { begin_to_stop(core_id, Parking::AtOnce).wait(); }
  /// Ready once what ran is parked.
  std::future<void> begin_to_stop(const std::string& core_id, Parking when) {
    CoreSpec core = *directory_.by_id(core_id);
    core.status = "stopped";
    directory_.put(core);
    const auto promise = std::make_shared<std::promise<void>>();
    engine_->stop_core(core_id, when, [promise] { promise->set_value(); });
    return promise->get_future();
  }
  void start_core(const std::string& core_id) {
    CoreSpec core = *directory_.by_id(core_id);
    core.status = "running";
    directory_.put(core);
    EXPECT_TRUE(engine_->start_core(core).has_value());
  }

  Result<void> cancel(const std::string& id) {
    std::promise<Result<void>> promise;
    engine_->cancel("acme", id, "test", "user_1", Cascade::Yes,
                    [&](Result<void> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  std::vector<std::string> event_types(const std::string& execution_id) {
    EventFilter filter;
    filter.tenant_id = "acme";
    filter.execution_id = execution_id;
    filter.limit = 500;
    const Json page = *engine_->list_events(filter);
    std::vector<std::string> out;
    for (const Json& event : page["events"].as_array()) out.push_back(event.string_or("type", ""));
    return out;
  }

  /// A statement past the engine, as of a damaged disk or another binary.
  void execute(const std::string& sql, const store::Params& params) {
    const Result<std::int64_t> changed =
        database_->write_sync([&](store::Connection& db) { return db.execute(sql, params); });
    EXPECT_TRUE(changed.has_value()) << (changed ? "" : changed.error().message);
  }

  std::int64_t number(const std::string& sql) {
    std::int64_t out = 0;
    auto read = database_->read([&](store::Connection& db) {
      return db.query(sql, {}, [&](const store::Row& row) { out = row.integer(0); });
    });
    EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
    return out;
  }

  /// What a Core runs now.
  machine::ProgramPtr program(const std::string& core_id) {
    const std::string hash = directory_.by_id(core_id)->ir_hash;
    auto bundle = database_->read([&](store::Connection& db) {
      return db.query_one("SELECT bundle FROM mod_scaicore_core_versions WHERE ir_hash = ?", {hash},
                          [](const store::Row& row) { return row.string(0); });
    });
    return *machine::Program::compile(*ir::decode(**bundle), hash);
  }

  /// Rows of its blocks' times, once all that was measured is stored: it is written when the engine ends.
  JsonArray stored_times(const std::string& execution_id) {
    restart();
    JsonArray out;
    auto read = database_->read([&](store::Connection& db) {
      return db.query("SELECT body FROM mod_scaicore_timings WHERE execution_id = ? ORDER BY part",
                      {execution_id}, [&](const store::Row& row) {
                        Json rows;
                        EXPECT_FALSE(ir::unpack(row.text(0), 0, 8, rows).has_value());
                        for (const Json& each : rows.as_array()) out.push_back(each);
                      });
    });
    EXPECT_TRUE(read.has_value());
    return out;
  }

  /// The Result once the execution has ended, however often it is suspended before, and whichever engine
  /// ended it.
  Json ended(const std::string& id) {
    Json result;
    const bool in_time = eventually([&] {
      result = wait(id, 0);
      const std::string status = result.string_or("status", "");
      return status == "completed" || status == "failed" || status == "cancelled";
    });
    EXPECT_TRUE(in_time) << id << " did not end";
    return result;
  }

  /// Of the Cores that are deployed from now on.
  Json metadata = Json::object();
  /// Adds to the ports of the next restart.
  std::function<void(EnginePorts&)> more_ports;

  Engine& engine() { return *engine_; }
  FaultyDatabase& faults() { return *faults_; }
  /// Waits until it is so: what is tidied up follows its cause.
  bool eventually(const std::function<bool()>& so) {
    for (int i = 0; i < 1'000 && !so(); ++i) {
      std::promise<void> later;
      timers_.after(5, here_, [&] { later.set_value(); });
      later.get_future().wait();
    }
    return so();
  }
  bool metrics_reach(net::Metric metric, std::int64_t count) {
    return eventually([&] { return metrics_.count(metric) >= count; });
  }
  bool becomes(const std::string& sql, std::int64_t value) {
    return eventually([&] { return number(sql) == value; });
  }
  const net::Metrics& metrics() const { return metrics_; }
  HeldPlugin& held() { return *held_; }
  store::Database& database() { return *database_; }
  Directory& directory() { return directory_; }

 private:
  std::unique_ptr<Engine> make_engine(EngineSettings settings) {
    EnginePorts ports;
    ports.database = faults_.get();
    ports.http = &http_;
    ports.cores = &directory_;
    ports.metrics = &metrics_;
    ports.wall_ms = [this] { return clock_ms_ != 0 ? clock_ms_.load() : net::wall_ms() + jumped_ms_; };
    ports.plugins.emplace_back("held", held_);
    for (const auto& each : plugins_) ports.plugins.push_back(each);
    if (more_ports) more_ports(ports);
    settings.data_dir = dir_;
    return Engine::create(ports, settings);
  }

  fs::path dir_;
  std::atomic<std::int64_t> clock_ms_ = 0, jumped_ms_ = 0;
  std::shared_ptr<HeldPlugin> held_;
  std::vector<std::pair<std::string, std::shared_ptr<Plugin>>> plugins_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<FaultyDatabase> faults_;
  net::Timers timers_;
  net::InlineExecutor here_;
  net::Metrics metrics_;
  net::HttpClient http_;
  Directory directory_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace scaiflow::core
