#include "apps/core/machine/memory_picture.h"

#include <algorithm>

#include "apps/core/machine/command.h"

namespace scaiflow::machine {

namespace {

/// A field whose rows are all deleted was never set, as far as anyone can see.
bool is_set(const Json& rows) {
  if (!rows.is_object()) return false;
  for (const auto& [key, row] : rows.as_object()) {
    if (row.contains("d")) return true;
  }
  return false;
}

/// The value of a field with rows. The row "" holds a whole value, or null when the keyed rows are a map.
Json field_value(const Json& rows) {
  if (const Json* whole = rows.find(""); whole && whole->contains("d") && !(*whole)["d"].is_null())
    return (*whole)["d"];
  JsonObject map;
  for (const auto& [key, row] : rows.as_object()) {
    if (const Json* value = row.find("d"); value && !key.empty()) map.append(key, *value);
  }
  return map;
}

}  // namespace

Json memory_picture(const ir::Module& module, const MemoryRows& rows) {
  JsonObject picture;
  for (const ir::MemoryField& field : module.memory) {
    const Json* own = rows.fields_.find(field.name);
    picture.append(field.name, own && is_set(*own) ? field_value(*own) : field.default_);
  }
  return picture;
}

void merge_memory(MemoryRows& rows, const MemoryRows& delta) {
  rows.version = std::max(rows.version, delta.version);
  for (const auto& [field, changed] : delta.fields_.as_object()) {
    Json own = rows.fields_[field].is_object() ? rows.fields_[field] : Json::object();
    for (const auto& [key, row] : changed.as_object()) own.set(key, row);
    rows.fields_.set(field, std::move(own));
  }
}

namespace {

/// Collects the rows of one write, all with the same new version.
class Writer {
 public:
  Writer(MemoryRows& rows, const std::string& field)
      : rows_(rows), field_(field), version_(rows.version + 1) {
    own_ = rows.fields_[field].is_object() ? rows.fields_[field] : Json::object();
  }

  const Json& own() const { return own_; }
  bool has(const std::string& key) const { return own_[key].contains("d"); }
  void put(const std::string& key, Json value) {
    own_.set(key, Json::object({{"v", version_}, {"d", std::move(value)}}));
    changed_.set(key, own_[key]);
  }
  void erase(const std::string& key) {
    if (!has(key)) return;
    own_.set(key, Json::object({{"v", version_}}));
    changed_.set(key, own_[key]);
  }
  void erase_all() {
    const Json before = own_;
    for (const auto& [key, row] : before.as_object()) erase(key);
  }
  /// A whole value: a map becomes one row per key, anything else the row "".
  void put_whole(const Json& value) {
    erase_all();
    put("", value.is_object() ? Json() : value);
    if (!value.is_object()) return;
    for (const auto& [key, member] : value.as_object()) put(key, member);
  }
  MemoryRows finish() {
    MemoryRows delta;
    delta.version = version_;
    delta.fields_.set(field_, changed_);
    rows_.version = version_;
    rows_.fields_.set(field_, own_);
    return delta;
  }

 private:
  MemoryRows& rows_;
  const std::string& field_;
  std::int64_t version_;
  Json own_;
  Json changed_ = Json::object();
};

std::int64_t field_version(const Json& rows) {
  std::int64_t version = 0;
  if (!rows.is_object()) return 0;
  for (const auto& [key, row] : rows.as_object()) version = std::max(version, row.int_or("v", 0));
  return version;
}

}  // namespace

MemoryChange apply_memory_write(MemoryRows& rows, const WriteMemory& write, const Json& default_value) {
  MemoryChange change;
  const Json& own = rows.fields_[write.field];
  if (write.op == "update") {
    const std::int64_t version = write.mkey ? own[*write.mkey].int_or("v", 0) : field_version(own);
    const bool gone = write.mkey && !own[*write.mkey].contains("d");
    if (gone || version != write.expect_version.value_or(version)) {
      change.conflict = true;
      return change;
    }
  }
  Writer writer(rows, write.field);
  if (!write.mkey) {
    change.existed = is_set(writer.own());
    if (write.op == "delete") {
      writer.erase_all();
    } else {
      writer.put_whole(write.value);
    }
  } else {
    // The first keyed write to a field makes it a map: what it read as before stays.
    if (!is_set(writer.own()) && default_value.is_object()) writer.put_whole(default_value);
    if (!writer.has("")) writer.put("", Json());
    change.existed = writer.has(*write.mkey);
    if (write.op == "delete") {
      writer.erase(*write.mkey);
    } else {
      writer.put(*write.mkey, write.value);
    }
  }
  change.delta = writer.finish();
  return change;
}

}  // namespace scaiflow::machine
