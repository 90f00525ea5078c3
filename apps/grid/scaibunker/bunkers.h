#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "apps/grid/scaibunker/bunker_store.h"
#include "apps/grid/scaibunker/jail.h"
#include "apps/grid/scaibunker/work_folder.h"
#include "libs/net/executor.h"
#include "libs/store/object_store.h"

namespace scaiflow::grid {

/// Settings `grid.bunker_*` (08 §8.18).
struct BunkerSettings {
  std::string folder;  ///< each bunker has a folder below it
  std::string node_id = "node_local";
  std::map<std::string, std::vector<std::string>> images;  ///< name -> PATH entries
  BunkerQuota quota;
  bool allow_unrestricted = false;
  std::vector<std::string> registry_hosts;  ///< of profile `registry`
  std::string bridge_path;                  ///< JailProxy::bridge_path
};

/// For whom a bunker is made.
struct BunkerOwner {
  std::string tenant_id;
  std::string session_type = "standalone";
  std::optional<std::string> session_ref;
  std::string id;  ///< empty: a new one. A bunker of that id is found again
  bool elevated = false;
};

struct ExecRequest {
  std::vector<std::string> command;
  std::string cwd = "/work";
  std::vector<std::pair<std::string, std::string>> env;
  std::string stdin_text;
  std::int64_t timeout_s = 30;
  StopPtr stop;
};

/// Argv list, or text for `/bin/sh -c`; `timeout_s`, `cwd`, `env`, `stdin` (08 §8.14). Error
/// `VALIDATION_ERROR`.
Result<ExecRequest> exec_request(const Json& fields);

/// The embedded ScaiBunker: a bunker is a folder on this node, each command one jailed process. All functions
/// block; thread-safe. Errors: those of 08 §8.14.
class Bunkers {
 public:
  Bunkers(store::Database& database, store::ObjectStore& objects, identity::SealKeys keys,
          BunkerSettings settings);
  ~Bunkers();

  Result<BunkerRow> create(const Json& fields, const BunkerOwner& owner);
  Result<BunkerRow> get(const std::string& tenant_id, const std::string& id) {
    return rows_.get(tenant_id, id);
  }
  Result<std::vector<BunkerRow>> list(const std::string& tenant_id, const std::string& status,
                                      const std::string& lifecycle, const std::string& cursor,
                                      std::int64_t limit) {
    return rows_.list(tenant_id, status, lifecycle, cursor, limit);
  }
  /// Ends what runs in it and removes its files. Twice is no error.
  Result<void> destroy(const BunkerRow& bunker);
  Result<BunkerRow> pause(const BunkerRow& bunker);
  Result<BunkerRow> resume(const BunkerRow& bunker);
  /// {`snapshot_id`, `size`}
  Result<Json> snapshot(const BunkerRow& bunker);
  /// {`exit_code`,`stdout`,`stderr`,`duration_ms`,`timed_out`,`truncated`,`signal`?}
  Result<Json> exec(const BunkerRow& bunker, const ExecRequest& request);
  /// Its files, when it runs here.
  Result<WorkFolder> files(const BunkerRow& bunker);
  /// After files were written.
  void used(const BunkerRow& bunker);

  Json images();
  Result<Json> quota_usage(const std::string& tenant_id);
  /// Live bunkers that were made for an execution or an instance.
  Result<std::vector<BunkerRow>> of_session(const std::string& session_ref) {
    return rows_.live_of_session(session_ref);
  }
  /// What has outlived its time, its idleness, or its execution: `has_ended(tenant, execution)` tells.
  void sweep(const std::function<bool(const std::string&, const std::string&)>& has_ended);
  /// Ends every running command, and refuses new ones.
  void stop();

 private:
  Result<void> must_run(const BunkerRow& bunker) const;
  Result<ChildOutcome> run(const BunkerRow& bunker, Jail jail);
  Jail jail_of(const BunkerRow& bunker) const;
  const std::vector<std::string>& hosts_of(const BunkerRow& bunker) const;
  std::string folder_of(const std::string& id) const { return settings_.folder + "/" + id; }

  BunkerStore rows_;
  store::ObjectStore& objects_;
  BunkerSettings settings_;
  std::mutex mutex_;
  std::map<std::string, std::set<StopPtr>> running_;
  bool stopped_ = false;
};

}  // namespace scaiflow::grid
