#include "apps/core/host/memory_store.h"

#include <algorithm>

#include "apps/core/machine/memory_picture.h"
#include "generated/cpp/limits.h"
#include "libs/base/text.h"
#include "libs/ir/msgpack.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using machine::MemoryRows;
using store::Blob;
using store::Connection;

constexpr std::size_t depth_max = 96;

/// A deleted key is a row with an empty value: others learn of it by its version.
Json row_json(const store::Row& row, int version_column, int value_column) {
  Json out = Json::object({{"v", row.integer(version_column)}});
  const std::string_view bytes = row.text(value_column);
  Json value;
  if (!bytes.empty() && !ir::unpack(bytes, 0, depth_max, value)) out.set("d", std::move(value));
  return out;
}

void add_row(MemoryRows& rows, const std::string& field, const std::string& key, Json row) {
  Json own = rows.fields_[field].is_object() ? rows.fields_[field] : Json::object();
  own.set(key, std::move(row));
  rows.fields_.set(field, std::move(own));
}

/// What the row of field "" and key "" says of a partition.
struct Head {
  std::int64_t version = 0;
  std::int64_t bytes = 0;  ///< of the keys and stored values of all rows that are not deleted
};

Result<std::int64_t> bytes_of_rows(Connection& db, const Partition& partition) {
  std::int64_t bytes = 0;
  Result<void> read = db.query(
      "SELECT mkey, LENGTH(value) FROM mod_scaicore_memory WHERE core_id = ? AND partition_key = ? AND "
      "field <> '' AND LENGTH(value) > 0",
      {partition.core_id, partition.key}, [&](const store::Row& row) {
        bytes += static_cast<std::int64_t>(row.text(0).size()) + row.integer(1);
      });
  if (!read) return tl::unexpected(read.error());
  return bytes;
}

Result<Head> head_of(Connection& db, const Partition& partition) {
  Head head;
  Json bytes;
  Result<void> read = db.query(
      "SELECT version, value FROM mod_scaicore_memory WHERE core_id = ? AND partition_key = ? AND field = '' "
      "AND mkey = ''",
      {partition.core_id, partition.key}, [&](const store::Row& row) {
        head.version = row.integer(0);
        if (ir::unpack(row.text(1), 0, depth_max, bytes)) bytes = Json();
      });
  if (!read) return tl::unexpected(read.error());
  if (bytes.is_int()) {
    head.bytes = bytes.as_int();
  } else if (head.version > 0) {  // written before bytes were counted
    Result<std::int64_t> counted = bytes_of_rows(db, partition);
    if (!counted) return tl::unexpected(counted.error());
    head.bytes = *counted;
  }
  return head;
}

std::int64_t bytes_of(const std::string& key, const Json& row) {
  const Json* data = row.find("d");
  if (!data) return 0;
  std::string packed;
  ir::pack(packed, *data);
  return static_cast<std::int64_t>(key.size() + packed.size());
}

/// The partition after its `rows` were changed by `delta`. Error `PAYLOAD_TOO_LARGE` when it would grow
/// beyond its limit (07 §21).
Result<Head> head_after(const Head& head, const Json& rows, const MemoryRows& delta) {
  Head after{delta.version, head.bytes};
  for (const auto& [field, changed] : delta.fields_.as_object()) {
    for (const auto& [key, row] : changed.as_object())
      after.bytes += bytes_of(key, row) - bytes_of(key, rows[field][key]);
  }
  if (after.bytes > limits::memory_partition_bytes_max && after.bytes > head.bytes) {
    return fail("PAYLOAD_TOO_LARGE", "the memory would be larger than " +
                                         std::to_string(limits::memory_partition_bytes_max) + " bytes");
  }
  return after;
}

Result<void> read_rows(Connection& db, const Partition& partition, const std::string& field,
                       const std::string& condition, const store::Param& value, MemoryRows& out) {
  store::Params params{partition.core_id, partition.key, field};
  if (!condition.empty()) params.push_back(value);
  return db.query(
      "SELECT mkey, version, value FROM mod_scaicore_memory WHERE core_id = ? AND partition_key = ? AND "
      "field = ?" +
          condition,
      params, [&](const store::Row& row) { add_row(out, field, row.string(0), row_json(row, 1, 2)); });
}

Result<void> put_row(Connection& db, const Partition& partition, const std::string& field,
                     const std::string& key, const Json& row, std::int64_t now_ms) {
  Blob value;
  if (const Json* data = row.find("d")) ir::pack(value.bytes, *data);
  const std::int64_t version = row.int_or("v", 0);
  Result<std::int64_t> changed = db.execute(
      "UPDATE mod_scaicore_memory SET value = ?, version = ?, updated_at = ? WHERE core_id = ? AND "
      "partition_key = ? AND "
      "field = ? AND mkey = ?",
      {value, version, now_ms, partition.core_id, partition.key, field, key});
  if (changed && *changed == 0) {
    changed = db.execute(
        "INSERT INTO mod_scaicore_memory (core_id, partition_key, field, mkey, value, version, updated_at) "
        "VALUES "
        "(?,?,?,?,?,?,?)",
        {partition.core_id, partition.key, field, key, value, version, now_ms});
  }
  if (!changed) return tl::unexpected(changed.error());
  return {};
}

/// Raises the partition's version from `from`; false when somebody else did.
Result<bool> raise_version(Connection& db, const Partition& partition, std::int64_t from, const Head& to,
                           std::int64_t now_ms) {
  Blob bytes;
  ir::pack(bytes.bytes, Json(to.bytes));
  Result<std::int64_t> changed = 0;
  if (from == 0) {
    changed = db.execute(
        "INSERT INTO mod_scaicore_memory (core_id, partition_key, field, mkey, value, version, updated_at) "
        "VALUES "
        "(?,?,'','',?,?,?)",
        {partition.core_id, partition.key, bytes, to.version, now_ms});
    if (!changed && changed.error().code == store::db_error::UniqueViolation) return false;
  } else {
    changed = db.execute(
        "UPDATE mod_scaicore_memory SET version = ?, value = ?, updated_at = ? WHERE core_id = ? AND "
        "partition_key = ? AND field = '' AND mkey = '' AND version = ?",
        {to.version, bytes, now_ms, partition.core_id, partition.key, from});
  }
  if (!changed) return tl::unexpected(changed.error());
  return *changed == 1;
}

Result<bool> write_delta(Connection& db, const Partition& partition, const MemoryRows& delta,
                         std::int64_t from, const Head& after) {
  const std::int64_t now_ms = net::wall_ms();
  Result<bool> raised = raise_version(db, partition, from, after, now_ms);
  if (!raised || !*raised) return raised;
  for (const auto& [field, rows] : delta.fields_.as_object()) {
    for (const auto& [key, row] : rows.as_object()) {
      if (Result<void> stored = put_row(db, partition, field, key, row, now_ms); !stored)
        return tl::unexpected(stored.error());
    }
  }
  return true;
}

}  // namespace

Result<MemoryRows> load_memory(Connection& db, const Partition& partition,
                               const std::vector<std::string>& fields) {
  MemoryRows out;
  Result<Head> head = head_of(db, partition);
  if (!head) return tl::unexpected(head.error());
  out.version = head->version;
  for (const std::string& field : fields) {
    if (Result<void> read = read_rows(db, partition, field, "", nullptr, out); !read)
      return tl::unexpected(read.error());
  }
  return out;
}

Result<PreparedMemory> prepare_memory(Connection& db, const Partition& partition,
                                      const machine::WriteMemory& write, const Json& default_value) {
  Result<Head> head = head_of(db, partition);
  if (!head) return tl::unexpected(head.error());
  MemoryRows rows;
  rows.version = head->version;
  // One key needs itself and the marker of the field; a whole field needs all its rows.
  const bool keyed = write.mkey.has_value();
  Result<void> read = read_rows(db, partition, write.field, keyed ? " AND (mkey = '' OR mkey = ?)" : "",
                                keyed ? store::Param(*write.mkey) : store::Param(nullptr), rows);
  if (!read) return tl::unexpected(read.error());
  MemoryRows since;
  since.version = head->version;
  read = read_rows(db, partition, write.field, " AND version > ?", write.picture_version, since);
  if (!read) return tl::unexpected(read.error());
  const Json before = rows.fields_;
  machine::MemoryChange change = machine::apply_memory_write(rows, write, default_value);
  PreparedMemory out;
  machine::EffectFailed failed;
  failed.effect_id = write.effect_id;
  if (change.conflict) {
    failed.error = machine::make_error("MemoryError", "conflict", "memory was changed meanwhile");
    failed.error.retryable = true;
    failed.memory_delta = since;
    out.event = std::move(failed);
    return out;
  }
  const Result<Head> after = head_after(*head, before, change.delta);
  if (!after) {
    failed.error = machine::make_error("MemoryError", "too_large", after.error().message);
    out.event = std::move(failed);
    return out;
  }
  machine::EffectSucceeded done;
  done.effect_id = write.effect_id;
  if (write.op == "delete") done.result = change.existed;
  machine::merge_memory(since, change.delta);
  done.memory_delta = std::move(since);
  out.event = std::move(done);
  out.write = [partition, delta = std::move(change.delta), from = head->version, after = *after](
                  Connection& writer) { return write_delta(writer, partition, delta, from, after); };
  return out;
}

void MemoryTurns::enter(const Partition& partition, std::function<void()> go) {
  {
    const std::lock_guard lock(mutex_);
    const auto [at, first] = waiting_.try_emplace(partition.core_id + "/" + partition.key);
    if (!first) {
      at->second.push_back(std::move(go));
      return;
    }
  }
  go();
}

void MemoryTurns::leave(const Partition& partition) {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex_);
    const auto at = waiting_.find(partition.core_id + "/" + partition.key);
    if (at == waiting_.end()) return;
    if (at->second.empty()) {
      waiting_.erase(at);
      return;
    }
    next = std::move(at->second.front());
    at->second.pop_front();
  }
  next();
}

Result<Page> list_memory(Connection& db, const MemoryFilter& filter) {
  std::string sql =
      "SELECT partition_key, field, mkey, value, version, updated_at FROM mod_scaicore_memory WHERE core_id "
      "= ? AND field <> ''";
  store::Params params{filter.core_id};
  const auto where = [&](const std::optional<std::string>& value, const char* condition) {
    if (!value) return;
    sql += condition;
    params.emplace_back(*value);
  };
  where(filter.instance_key, " AND partition_key = ?");
  where(filter.field, " AND field = ?");
  if (filter.prefix) {
    where(filter.prefix, " AND mkey >= ?");
    where(*filter.prefix + "\xf4\x8f\xbf\xbf", " AND mkey < ?");
  }
  const std::size_t cut = filter.cursor.find('\x1f');
  const std::size_t cut2 = cut == std::string::npos ? cut : filter.cursor.find('\x1f', cut + 1);
  if (cut2 != std::string::npos) {
    sql += " AND (partition_key, field, mkey) > (?, ?, ?)";
    params.emplace_back(filter.cursor.substr(0, cut));
    params.emplace_back(filter.cursor.substr(cut + 1, cut2 - cut - 1));
    params.emplace_back(filter.cursor.substr(cut2 + 1));
  }
  sql += " ORDER BY partition_key, field, mkey LIMIT ?";
  params.emplace_back(filter.limit + 1);
  JsonArray items;
  std::string last;
  bool more = false;
  std::int64_t seen = 0;
  Result<void> read = db.query(sql, params, [&](const store::Row& row) {
    if (seen++ == filter.limit) return more = true, void();
    Json value;
    last = row.string(0) + '\x1f' + row.string(1) + '\x1f' + row.string(2);
    if (row.text(3).empty() || ir::unpack(row.text(3), 0, depth_max, value)) return;
    // A field with keys has a row of its own that says no more than that it is there.
    if (row.text(2).empty() && value.is_null()) return;
    items.push_back(Json::object({{"instance_key", row.string(0) == "_" ? Json() : Json(row.string(0))},
                                  {"field", row.string(1)},
                                  {"key", row.string(2)},
                                  {"value", value},
                                  {"version", row.integer(4)},
                                  {"updated_at", net::wire_time(row.integer(5))}}));
  });
  if (!read) return tl::unexpected(read.error());
  return Json::object(
      {{"items", std::move(items)}, {"next_cursor", more ? Json(last) : Json()}, {"has_more", more}});
}

namespace {

Result<void> check_edit(const MemoryEdit& edit) {
  const auto refused = [](const char* what, std::int64_t max, const char* unit) {
    return fail("VALIDATION_ERROR",
                std::string("the ") + what + " has more than " + std::to_string(max) + unit);
  };
  if (code_points(edit.field) > limits::memory_field_chars_max)
    return refused("field", limits::memory_field_chars_max, " characters");
  if (code_points(edit.key) > limits::memory_key_chars_max)
    return refused("key", limits::memory_key_chars_max, " characters");
  constexpr auto bytes_max = static_cast<std::size_t>(limits::memory_value_bytes_max);
  if (edit.value && machine::json_bytes(*edit.value, bytes_max) > bytes_max)
    return refused("value", limits::memory_value_bytes_max, " bytes");
  return {};
}

}  // namespace

Result<void> edit_memory(Connection& db, const MemoryEdit& edit) {
  if (Result<void> checked = check_edit(edit); !checked) return checked;
  const Partition partition{edit.core_id, edit.partition_key};
  Result<Head> head = head_of(db, partition);
  if (!head) return tl::unexpected(head.error());
  MemoryRows rows;
  Result<void> read = read_rows(db, partition, edit.field, " AND (mkey = '' OR mkey = ?)", edit.key, rows);
  if (!read) return read;
  const std::int64_t known = rows.fields_[edit.field][edit.key].int_or("v", 0);
  if (edit.expect_version && *edit.expect_version != known) {
    return fail("VERSION_CONFLICT", "the key has version " + std::to_string(known));
  }
  MemoryRows delta;
  delta.version = head->version + 1;
  Json row = Json::object({{"v", delta.version}});
  if (edit.value) row.set("d", *edit.value);
  if (!edit.key.empty() && !rows.fields_[edit.field].contains(""))
    add_row(delta, edit.field, "", Json::object({{"v", delta.version}, {"d", nullptr}}));
  add_row(delta, edit.field, edit.key, std::move(row));
  const Result<Head> after = head_after(*head, rows.fields_, delta);
  if (!after) return tl::unexpected(after.error());
  const Result<bool> written = write_delta(db, partition, delta, head->version, *after);
  return written ? Result<void>() : tl::unexpected(written.error());
}

Result<bool> seed_partition(Connection& db, const Partition& partition, const MemoryRows& rows) {
  if (rows.version == 0) return true;
  const Result<Head> after = head_after({}, Json(), rows);
  return after ? write_delta(db, partition, rows, 0, *after) : tl::unexpected(after.error());
}

Result<void> drop_partition(Connection& db, const Partition& partition) {
  Result<std::int64_t> gone =
      db.execute("DELETE FROM mod_scaicore_memory WHERE core_id = ? AND partition_key = ?",
                 {partition.core_id, partition.key});
  if (!gone) return tl::unexpected(gone.error());
  return {};
}

}  // namespace scaiflow::core
