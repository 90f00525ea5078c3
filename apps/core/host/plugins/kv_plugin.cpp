// Plugin `kv` (02 §11): one map per Core. Class W: what it writes commits with the record of its result.
#include "apps/core/host/plugins/builtin.h"
#include "libs/ir/msgpack.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using store::Connection;
constexpr std::size_t depth_max = 96;
constexpr std::int64_t list_max = 1'000;

struct Entry {
  Json value;
  std::int64_t updated_at_ms = 0;
};

tl::unexpected<PluginFailure> refuse(std::string code, std::string message) {
  return tl::unexpected(PluginFailure{std::move(code), std::move(message), false, {}});
}

Result<std::optional<Entry>> read_entry(Connection& db, const std::string& core_id, const std::string& key) {
  return db.query_one(
      "SELECT value, updated_at FROM mod_scaicore_kv WHERE core_id = ? AND key = ? AND (expires_at IS NULL "
      "OR expires_at > ?)",
      {core_id, key, net::wall_ms()}, [](const store::Row& row) {
        Entry entry;
        entry.updated_at_ms = row.integer(1);
        if (ir::unpack(row.text(0), 0, depth_max, entry.value)) entry.value = Json();
        return entry;
      });
}

Result<bool> put(Connection& db, const std::string& core_id, const std::string& key, const Json& value,
                 std::optional<std::int64_t> expires_at) {
  store::Blob bytes;
  ir::pack(bytes.bytes, value);
  const std::int64_t now_ms = net::wall_ms();
  auto changed = db.execute(
      "UPDATE mod_scaicore_kv SET value = ?, expires_at = ?, updated_at = ? WHERE core_id = ? AND key = ?",
      {bytes, expires_at, now_ms, core_id, key});
  if (changed && *changed == 0) {
    changed = db.execute(
        "INSERT INTO mod_scaicore_kv (core_id, key, value, expires_at, updated_at) VALUES (?,?,?,?,?)",
        {core_id, key, bytes, expires_at, now_ms});
  }
  if (!changed) return tl::unexpected(changed.error());
  return true;
}

class KvPlugin final : public Plugin {
 public:
  explicit KvPlugin(store::Database& database) : database_(database) {}

  std::vector<std::string> methods() const override { return {"get", "set", "delete", "list"}; }
  bool answers_at_once(const std::string& method) const override { return method != "list"; }

  std::optional<tl::expected<PreparedWrite, PluginFailure>> prepare(const PluginCall& call) override {
    if (call.method == "list") return list(call);
    const Json& key = call.args["key"];
    if (!key.is_string() || key.as_string().empty() || key.as_string().size() > 255) {
      return refuse("rejected", "kv." + call.method + " needs a key of 1 to 255 characters");
    }
    return of_key(call, key.as_string());
  }

  Cancel call(PluginCall, std::function<void(PluginResult)> done) override {
    done(tl::unexpected(PluginFailure{"unknown_method", "kv has no such method", false, {}}));
    return nullptr;
  }

 private:
  tl::expected<PreparedWrite, PluginFailure> of_key(const PluginCall& call, const std::string& key) {
    const std::string core_id = call.context.core_id;
    auto entry = database_.read([&](Connection& db) { return read_entry(db, core_id, key); });
    if (!entry) return tl::unexpected(PluginFailure{"unreachable", "the store cannot be read", true, {}});
    if (call.method == "get") return PreparedWrite{*entry ? (*entry)->value : Json(), nullptr};
    if (call.method == "delete") {
      return PreparedWrite{
          entry->has_value(), [core_id, key, existed = entry->has_value()](Connection& db) -> Result<bool> {
            auto gone =
                db.execute("DELETE FROM mod_scaicore_kv WHERE core_id = ? AND key = ?", {core_id, key});
            if (!gone) return tl::unexpected(gone.error());
            return !existed || *gone > 0;
          }};
    }
    std::optional<std::int64_t> expires_at;
    if (call.args["ttl_s"].is_int()) expires_at = net::wall_ms() + call.args["ttl_s"].as_int() * 1'000;
    return PreparedWrite{Json(), [core_id, key, value = call.args["value"], expires_at](Connection& db) {
                           return put(db, core_id, key, value, expires_at);
                         }};
  }

  tl::expected<PreparedWrite, PluginFailure> list(const PluginCall& call) {
    const std::string prefix = call.args.string_or("prefix", "");
    const std::int64_t limit =
        std::min<std::int64_t>(std::max<std::int64_t>(call.args.int_or("limit", 100), 1), list_max);
    JsonArray items;
    auto read = database_.read([&](Connection& db) {
      return db.query(
          "SELECT key, value FROM mod_scaicore_kv WHERE core_id = ? AND key >= ? AND key < ? AND (expires_at "
          "IS NULL OR "
          "expires_at > ?) ORDER BY key LIMIT ?",
          {call.context.core_id, prefix, prefix + "\xf4\x8f\xbf\xbf", net::wall_ms(), limit},
          [&](const store::Row& row) {
            Json value;
            if (ir::unpack(row.text(1), 0, depth_max, value)) return;
            items.push_back(Json::object({{"key", row.string(0)}, {"value", value}}));
          });
    });
    if (!read) return tl::unexpected(PluginFailure{"unreachable", "the store cannot be read", true, {}});
    return PreparedWrite{Json(std::move(items)), nullptr};
  }

  store::Database& database_;
};

}  // namespace

std::shared_ptr<Plugin> make_kv_plugin(store::Database& database) {
  return std::make_shared<KvPlugin>(database);
}

}  // namespace scaiflow::core
