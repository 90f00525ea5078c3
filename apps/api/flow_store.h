#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "libs/identity/principal.h"
#include "libs/store/database.h"
#include "libs/store/object_store.h"

namespace scaiflow::api {

/// Row of `flows` (09 §9.2).
struct FlowRow {
  std::string id;
  std::string tenant_id;
  std::string name;
  std::optional<std::string> description;
  std::string owner_id;
  std::string version;
  std::int64_t revision = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::string updated_by;
};

/// Row of `flow_versions`.
struct VersionRow {
  std::string version;
  std::int64_t seq = 0;
  std::string storage_key;
  std::string content_sha256;
  std::int64_t content_bytes = 0;
  std::string origin;
  std::optional<std::string> restored_from;
  std::optional<std::string> note;
  std::int64_t created_at_ms = 0;
  std::string created_by;
};

enum class Bump : std::uint8_t { Patch, Minor, Major };

/// What `PUT /v1/flows/{id}` may change. An absent `description` leaves it, a null one clears it.
struct FlowChange {
  std::optional<std::string> name;
  std::optional<Json> description;
  std::optional<Json> content;
  Bump bump = Bump::Patch;
  std::optional<std::string> note;
  std::string origin = "save";
  std::optional<std::string> restored_from;
};

struct FlowQuery {
  std::string search;
  std::string sort = "updated_at";
  std::string order = "desc";
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};

struct FlowList {
  std::vector<FlowRow> rows;
  std::int64_t total = 0;
};

/// A flow with the document of one of its versions, as stored.
struct FlowContent {
  VersionRow version;
  std::shared_ptr<const Json> document;
};

/// Flows and their immutable versions (09 §4.2, §5): the row in SQL, each version's document in the object
/// store under a key that is written once. All functions block; use a pool thread.
class FlowStore {
 public:
  FlowStore(store::Database& database, store::ObjectStore& objects)
      : database_(database), objects_(objects) {}

  Result<FlowList> list(const std::string& tenant_id, const FlowQuery& query);
  /// Error `not_found` for absent, deleted and foreign flows alike.
  Result<FlowRow> get(const std::string& tenant_id, const std::string& flow_id);
  /// Errors: `validation_error` with every envelope problem of the document.
  Result<FlowRow> create(const identity::Principal& principal, const std::string& name,
                         const std::optional<std::string>& description, const Json& content);
  /// `if_match`: value of the header; `version_mismatch` when the flow is no longer that one.
  Result<FlowRow> change(const identity::Principal& principal, const std::string& flow_id,
                         const FlowChange& change, std::string_view if_match);
  Result<void> remove(const identity::Principal& principal, const std::string& flow_id,
                      std::string_view if_match);
  Result<FlowRow> undelete(const identity::Principal& principal, const std::string& flow_id);

  Result<std::vector<VersionRow>> versions(const std::string& flow_id, std::int64_t limit,
                                           std::int64_t offset);
  Result<std::int64_t> version_count(const std::string& flow_id);
  /// The stored document, checked against its SHA-256 (`storage_corrupt`).
  Result<FlowContent> content(const std::string& flow_id, const std::string& version);
  /// The latest version with the row's name and description written into it (09 §4.2).
  Result<Json> latest_document(const FlowRow& flow);

 private:
  struct Draft;
  Result<FlowRow> save_version(const identity::Principal& principal, FlowRow flow, const FlowChange& change);
  Result<Draft> put_document(FlowRow& flow, const Json& content, Bump bump);
  Result<bool> version_exists(const std::string& flow_id, const std::string& version);
  Result<bool> update_row(store::Connection& db, const FlowRow& flow, std::int64_t revision);

  store::Database& database_;
  store::ObjectStore& objects_;
  std::mutex cache_mutex_;
  std::vector<std::pair<std::string, std::shared_ptr<const Json>>> cache_;  ///< newest last, by storage key
};

/// `"r<revision>.<a>"`, the ETag of FlowDetail (09 §1.5).
std::string flow_etag(const FlowRow& flow);

/// 404 of the API: one answer for absent, deleted, foreign and invisible things.
Error not_found(std::string_view what, std::string_view id);

}  // namespace scaiflow::api
