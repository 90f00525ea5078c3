#include "apps/api/flow_store.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "apps/api/errors.h"
#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/flow/canonical.h"
#include "libs/flow/document.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::api {

namespace {

constexpr std::size_t cache_documents_max = 256;
constexpr int save_rounds_max = 8;
constexpr std::size_t fold_characters_max = 255;

constexpr char flow_columns[] =
    "id, tenant_id, name, description, owner_id, version, revision, created_at, updated_at, updated_by";
constexpr char version_columns[] =
    "version, seq, storage_key, content_sha256, content_bytes, origin, restored_from, note, created_at, "
    "created_by";

FlowRow read_flow(const store::Row& row) {
  return FlowRow{row.string(0), row.string(1),  row.string(2),  row.maybe_string(3), row.string(4),
                 row.string(5), row.integer(6), row.integer(7), row.integer(8),      row.string(9)};
}

VersionRow read_version(const store::Row& row) {
  return VersionRow{row.string(0), row.integer(1),      row.string(2),       row.string(3),  row.integer(4),
                    row.string(5), row.maybe_string(6), row.maybe_string(7), row.integer(8), row.string(9)};
}

/// NFKC with full case folding, cut at 255 code points (09 §1.4).
std::string fold(std::string_view text) {
  utf8proc_uint8_t* folded = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                      UTF8PROC_CASEFOLD);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &folded, options);
  if (length < 0) return to_lower(text);
  std::string out(reinterpret_cast<char*>(folded), static_cast<std::size_t>(length));
  std::free(folded);
  std::size_t at = 0;
  for (std::size_t i = 0; i < fold_characters_max && at < out.size(); ++i) next_code_point(out, at);
  out.resize(std::min(at, out.size()));
  return out;
}

/// A LIKE pattern for a substring; `%`, `_` and `\` are literal.
std::string like_pattern(std::string_view search) {
  std::string out = "%";
  for (const char c : fold(search)) {
    if (c == '%' || c == '_' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "%";
}

/// The numbers of a semver; pre-release and build parts are dropped.
std::vector<std::int64_t> version_numbers(std::string_view version) {
  std::vector<std::int64_t> numbers;
  for (const std::string_view part : split(version.substr(0, version.find_first_of("-+")), '.')) {
    numbers.push_back(std::strtoll(std::string(part).c_str(), nullptr, 10));
  }
  numbers.resize(3);
  return numbers;
}

std::string version_text(const std::vector<std::int64_t>& numbers) {
  return std::to_string(numbers[0]) + '.' + std::to_string(numbers[1]) + '.' + std::to_string(numbers[2]);
}

std::string bumped(std::string_view version, Bump bump) {
  std::vector<std::int64_t> numbers = version_numbers(version);
  switch (bump) {
    case Bump::Major: return version_text({numbers[0] + 1, 0, 0});
    case Bump::Minor: return version_text({numbers[0], numbers[1] + 1, 0});
    case Bump::Patch: break;
  }
  return version_text({numbers[0], numbers[1], numbers[2] + 1});
}

/// `nodes[2].config` as the JSON pointer `/content/nodes/2/config`.
std::string content_pointer(std::string_view path) {
  std::string out = "/content";
  if (!path.empty() && path.front() != '[') out.push_back('/');
  for (const char c : path) {
    if (c == '.' || c == '[') {
      out.push_back('/');
    } else if (c != ']') {
      out.push_back(c);
    }
  }
  return out;
}

constexpr std::size_t reported_problems_max = 100;

Result<void> check_envelope(const Json& content) {
  const std::string bytes = to_ecma_text(content);
  const flow::ParseResult parsed = flow::parse(std::string_view(bytes));
  if (!diag::has_errors(parsed.diagnostics)) return {};
  Json problems = Json::array();
  std::string first;
  for (const diag::Diagnostic& problem : parsed.diagnostics) {
    if (problem.severity != diag::Severity::Error || problems.size() == reported_problems_max) continue;
    if (first.empty()) first = problem.message;
    problems.push_back(Json::object({{"path", content_pointer(problem.path.value_or(""))},
                                     {"message", problem.message},
                                     {"code", problem.code}}));
  }
  return fail_with(code::ValidationError, "the flow document is not valid: " + first,
                   Json::object({{"errors", problems}}));
}

/// The row's name and description are the truth (09 §4.2).
Json with_row(Json document, const FlowRow& flow) {
  document.set("name", flow.name);
  if (flow.description || document["metadata"].contains("description")) {
    Json metadata = document["metadata"].is_object() ? document["metadata"] : Json::object();
    if (flow.description) {
      metadata.set("description", *flow.description);
    } else {
      metadata.erase("description");
    }
    document.set("metadata", metadata);
  }
  return document;
}

/// Whether `If-Match` names this flow: its revision, its content version, or `*` (09 §1.5).
bool matches(std::string_view header, const FlowRow& flow) {
  if (header.empty() || header == "*") return true;
  std::string_view value = header;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  if (is_semver(value)) return value == flow.version;
  return value.substr(0, value.find('.')) == "r" + std::to_string(flow.revision);
}

Error mismatch(const FlowRow& flow) {
  return make_error(code::VersionMismatch,
                    "somebody saved this flow since you loaded it; load it again and compare",
                    Json::object({{"current_version", flow.version},
                                  {"current_etag", flow_etag(flow)},
                                  {"updated_by", flow.updated_by},
                                  {"updated_at", net::wire_time(flow.updated_at_ms)}}));
}

}  // namespace

std::string flow_etag(const FlowRow& flow) { return "\"r" + std::to_string(flow.revision) + ".a\""; }

Error not_found(std::string_view what, std::string_view id) {
  return make_error(code::NotFound, "no " + std::string(what) + " '" + cut(id, 64) + "'");
}

/// A document that has been written under a free key, its row not yet.
struct FlowStore::Draft {
  std::string version;
  std::string key;
  std::string sha256;
  std::int64_t bytes = 0;
};

Result<FlowList> FlowStore::list(const std::string& tenant_id, const FlowQuery& query) {
  // Both come from a closed list that the handler has checked, so they may stand in the text.
  const std::string column = query.sort == "name" ? "name_fold" : query.sort;
  const std::string where =
      " FROM flows WHERE tenant_id = ? AND deleted_at IS NULL AND name_fold LIKE ? ESCAPE '\\'";
  const std::string order = " ORDER BY " + column + " " + query.order + ", id " + query.order;
  const std::string pattern = like_pattern(query.search);
  return database_.read([&](store::Connection& db) -> Result<FlowList> {
    FlowList out;
    auto counted = db.query("SELECT count(*)" + where, {tenant_id, pattern},
                            [&](const store::Row& row) { out.total = row.integer(0); });
    if (!counted) return tl::unexpected(counted.error());
    auto read = db.query("SELECT " + std::string(flow_columns) + where + order + " LIMIT ? OFFSET ?",
                         {tenant_id, pattern, query.limit, query.offset},
                         [&](const store::Row& row) { out.rows.push_back(read_flow(row)); });
    if (!read) return tl::unexpected(read.error());
    return out;
  });
}

Result<FlowRow> FlowStore::get(const std::string& tenant_id, const std::string& flow_id) {
  static const std::string sql = "SELECT " + std::string(flow_columns) +
                                 " FROM flows WHERE id = ? AND tenant_id = ? AND deleted_at IS NULL";
  auto row = database_.read(
      [&](store::Connection& db) { return db.query_one(sql, {flow_id, tenant_id}, read_flow); });
  if (!row) return tl::unexpected(row.error());
  if (!*row) return tl::unexpected(not_found("flow", flow_id));
  return std::move(**row);
}

Result<bool> FlowStore::version_exists(const std::string& flow_id, const std::string& version) {
  auto found = database_.read([&](store::Connection& db) {
    return db.query_one("SELECT seq FROM flow_versions WHERE flow_id = ? AND version = ?", {flow_id, version},
                        [](const store::Row& row) { return row.integer(0); });
  });
  if (!found) return tl::unexpected(found.error());
  return found->has_value();
}

/// Steps 1 to 3 of 09 §5: writes the canonical bytes under the first free version number from `flow.version`
/// on (which stays as it is for a flow that has no version yet).
Result<FlowStore::Draft> FlowStore::put_document(FlowRow& flow, const Json& content, Bump bump) {
  std::string version = flow.revision == 0 ? flow.version : bumped(flow.version, bump);
  for (int round = 0; round < save_rounds_max; ++round, version = bumped(version, Bump::Patch)) {
    Json document = with_row(content, flow);
    document.set("id", flow.id).set("version", version);
    const std::string bytes = flow::canonical(document);
    Draft draft{version, "flows/" + flow.tenant_id + "/" + flow.id + "/v" + version + ".flow.json",
                sha256_hex(bytes), static_cast<std::int64_t>(bytes.size())};
    Result<store::PutOutcome> put = objects_.put_new(draft.key, bytes);
    if (!put) return tl::unexpected(put.error());
    if (put->kind == store::PutOutcome::Kind::Created || put->sha256 == draft.sha256) return draft;
    Result<bool> taken = version_exists(flow.id, version);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken) return fail_with(code::VersionMismatch, "another save won");
    // The key belongs to a save in flight or to an orphan: the next number is free sooner or later.
  }
  return fail_with(code::Overloaded, "too many saves of this flow at once");
}

/// Step 4 of 09 §5. False when another save has moved the row on.
Result<bool> FlowStore::update_row(store::Connection& db, const FlowRow& flow, std::int64_t revision) {
  auto changed = db.execute(
      "UPDATE flows SET name = ?, name_fold = ?, description = ?, version = ?, revision = ?, updated_at = ?, "
      "updated_by = ? WHERE id = ? AND revision = ? AND deleted_at IS NULL",
      {flow.name, fold(flow.name), flow.description, flow.version, flow.revision, flow.updated_at_ms,
       flow.updated_by, flow.id, revision});
  if (!changed) return tl::unexpected(changed.error());
  return *changed == 1;
}

namespace {

Result<void> insert_version(store::Connection& db, const FlowRow& flow, const std::string& key,
                            const std::string& sha256, std::int64_t bytes, const FlowChange& change) {
  std::int64_t seq = 1;
  auto read = db.query("SELECT max(seq) FROM flow_versions WHERE flow_id = ?", {flow.id},
                       [&](const store::Row& row) { seq = row.integer(0) + 1; });
  if (!read) return read;
  auto inserted = db.execute(
      "INSERT INTO flow_versions (flow_id, version, tenant_id, seq, storage_key, content_sha256, "
      "content_bytes, "
      "origin, restored_from, note, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {flow.id, flow.version, flow.tenant_id, seq, key, sha256, bytes, change.origin, change.restored_from,
       change.note, flow.updated_at_ms, flow.updated_by});
  if (!inserted) return tl::unexpected(inserted.error());
  return {};
}

Result<void> insert_flow(store::Connection& db, const FlowRow& flow) {
  auto inserted = db.execute(
      "INSERT INTO flows (id, tenant_id, name, name_fold, description, owner_id, version, revision, "
      "created_at, "
      "created_by, updated_at, updated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {flow.id, flow.tenant_id, flow.name, fold(flow.name), flow.description, flow.owner_id, flow.version,
       flow.revision, flow.created_at_ms, flow.owner_id, flow.updated_at_ms, flow.updated_by});
  if (!inserted) return tl::unexpected(inserted.error());
  return {};
}

/// The first version of a flow: what was posted when it is a semver, without its suffixes (09 §4.2).
std::string first_version(const Json& content) {
  const std::string posted = content.string_or("version", "");
  return is_semver(posted) ? version_text(version_numbers(posted)) : "1.0.0";
}

}  // namespace

Result<FlowRow> FlowStore::create(const identity::Principal& principal, const std::string& name,
                                  const std::optional<std::string>& description, const Json& content) {
  if (auto checked = check_envelope(content); !checked) return tl::unexpected(checked.error());
  FlowRow flow;
  flow.id = net::new_id("flow_");
  flow.tenant_id = principal.tenant_id;
  flow.name = std::string(trim(name));
  flow.description = description;
  if (!flow.description && content["metadata"]["description"].is_string()) {
    flow.description = content["metadata"]["description"].as_string();
  }
  flow.owner_id = flow.updated_by = principal.id;
  flow.version = first_version(content);
  flow.created_at_ms = flow.updated_at_ms = net::wall_ms();
  Result<Draft> draft = put_document(flow, content, Bump::Patch);
  if (!draft) return tl::unexpected(draft.error());
  flow.version = draft->version;
  flow.revision = 1;
  FlowChange change;
  change.origin = "create";
  Result<void> written =
      database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
        if (auto inserted = insert_flow(db, flow); !inserted) return inserted;
        return insert_version(db, flow, draft->key, draft->sha256, draft->bytes, change);
      }));
  if (!written) return tl::unexpected(written.error());
  return flow;
}

Result<FlowRow> FlowStore::change(const identity::Principal& principal, const std::string& flow_id,
                                  const FlowChange& change, std::string_view if_match) {
  if (change.content) {
    if (auto checked = check_envelope(*change.content); !checked) return tl::unexpected(checked.error());
  }
  for (int round = 0; round < save_rounds_max; ++round) {
    Result<FlowRow> flow = get(principal.tenant_id, flow_id);
    if (!flow) return flow;
    if (!matches(if_match, *flow)) return tl::unexpected(mismatch(*flow));
    Result<FlowRow> saved = save_version(principal, *flow, change);
    if (saved || saved.error().code != code::VersionMismatch) return saved;
  }
  return fail_with(code::Overloaded, "too many saves of this flow at once");
}

/// One attempt; `version_mismatch` when another save came between.
Result<FlowRow> FlowStore::save_version(const identity::Principal& principal, FlowRow flow,
                                        const FlowChange& change) {
  const std::int64_t revision = flow.revision;
  if (change.name) flow.name = std::string(trim(*change.name));
  if (change.description) {
    flow.description =
        change.description->is_string() ? std::optional(change.description->as_string()) : std::nullopt;
  }
  std::optional<Draft> draft;
  if (change.content) {
    Result<Draft> put = put_document(flow, *change.content, change.bump);
    if (!put) return tl::unexpected(put.error());
    draft = *put;
    flow.version = draft->version;
  }
  flow.revision = revision + 1;
  flow.updated_at_ms = net::wall_ms();
  flow.updated_by = principal.id;
  Result<void> written =
      database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
        Result<bool> updated = update_row(db, flow, revision);
        if (!updated) return tl::unexpected(updated.error());
        if (!*updated) return fail_with(code::VersionMismatch, "another save won");
        return draft ? insert_version(db, flow, draft->key, draft->sha256, draft->bytes, change)
                     : Result<void>();
      }));
  if (!written) return tl::unexpected(written.error());
  return flow;
}

Result<void> FlowStore::remove(const identity::Principal& principal, const std::string& flow_id,
                               std::string_view if_match) {
  Result<FlowRow> flow = get(principal.tenant_id, flow_id);
  if (!flow) return tl::unexpected(flow.error());
  if (!matches(if_match, *flow)) return tl::unexpected(mismatch(*flow));
  return database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
    auto changed = db.execute(
        "UPDATE flows SET deleted_at = ?, deleted_by = ?, revision = revision + 1 WHERE id = ? AND "
        "deleted_at IS NULL",
        {net::wall_ms(), principal.id, flow_id});
    if (!changed) return tl::unexpected(changed.error());
    if (*changed == 0) return tl::unexpected(not_found("flow", flow_id));
    return {};
  }));
}

Result<FlowRow> FlowStore::undelete(const identity::Principal& principal, const std::string& flow_id) {
  Result<void> written =
      database_.write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
        auto changed = db.execute(
            "UPDATE flows SET deleted_at = NULL, deleted_by = NULL, revision = revision + 1, updated_at = ? "
            "WHERE id = ? AND tenant_id = ? AND deleted_at IS NOT NULL",
            {net::wall_ms(), flow_id, principal.tenant_id});
        if (!changed) return tl::unexpected(changed.error());
        if (*changed == 0) return tl::unexpected(not_found("deleted flow", flow_id));
        return {};
      }));
  if (!written) return tl::unexpected(written.error());
  return get(principal.tenant_id, flow_id);
}

Result<std::vector<VersionRow>> FlowStore::versions(const std::string& flow_id, std::int64_t limit,
                                                    std::int64_t offset) {
  return database_.read([&](store::Connection& db) -> Result<std::vector<VersionRow>> {
    std::vector<VersionRow> rows;
    auto read =
        db.query("SELECT " + std::string(version_columns) +
                     " FROM flow_versions WHERE flow_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
                 {flow_id, limit, offset}, [&](const store::Row& row) { rows.push_back(read_version(row)); });
    if (!read) return tl::unexpected(read.error());
    return rows;
  });
}

Result<std::int64_t> FlowStore::version_count(const std::string& flow_id) {
  return database_.read([&](store::Connection& db) -> Result<std::int64_t> {
    std::int64_t count = 0;
    auto read = db.query("SELECT count(*) FROM flow_versions WHERE flow_id = ?", {flow_id},
                         [&](const store::Row& row) { count = row.integer(0); });
    if (!read) return tl::unexpected(read.error());
    return count;
  });
}

Result<FlowContent> FlowStore::content(const std::string& flow_id, const std::string& version) {
  static const std::string sql =
      "SELECT " + std::string(version_columns) + " FROM flow_versions WHERE flow_id = ? AND version = ?";
  auto row = database_.read(
      [&](store::Connection& db) { return db.query_one(sql, {flow_id, version}, read_version); });
  if (!row) return tl::unexpected(row.error());
  if (!*row) return tl::unexpected(not_found("version", version));
  FlowContent out{std::move(**row), nullptr};
  {
    const std::lock_guard lock(cache_mutex_);
    for (const auto& [key, document] : cache_) {
      if (key == out.version.storage_key) out.document = document;
    }
  }
  if (out.document) return out;
  Result<std::optional<std::string>> bytes = objects_.get(out.version.storage_key);
  if (!bytes) return tl::unexpected(bytes.error());
  std::optional<Json> document;
  if (*bytes && sha256_hex(**bytes) == out.version.content_sha256) document = try_parse_json(**bytes);
  if (!document) {
    return fail_with("storage_corrupt",
                     "the stored document " + out.version.storage_key + " is missing or altered");
  }
  out.document = std::make_shared<const Json>(std::move(*document));
  const std::lock_guard lock(cache_mutex_);
  if (cache_.size() >= cache_documents_max) cache_.erase(cache_.begin());
  cache_.emplace_back(out.version.storage_key, out.document);
  return out;
}

Result<Json> FlowStore::latest_document(const FlowRow& flow) {
  Result<FlowContent> stored = content(flow.id, flow.version);
  if (!stored) return tl::unexpected(stored.error());
  return with_row(*stored->document, flow);
}

}  // namespace scaiflow::api
