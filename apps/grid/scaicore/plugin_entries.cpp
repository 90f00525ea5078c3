#include "apps/grid/scaicore/plugin_entries.h"

#include "apps/grid/envelope.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t plugins_max = 200;

}  // namespace

const Json* find_plugin(const Json& plugins, const std::string& alias) {
  for (const Json& plugin : plugins.as_array()) {
    if (plugin["alias"] == Json(alias)) return &plugin;
  }
  return nullptr;
}

Json shown_plugin(const Json& entry) {
  return Json::object({{"alias", entry["alias"]},
                       {"endpoint", entry["endpoint"]},
                       {"config", entry["config"].is_object() ? entry["config"] : Json::object()}});
}

Json shown_plugins(const Json& plugins) {
  Json out = Json::array();
  for (const Json& plugin : plugins.as_array()) out.push_back(shown_plugin(plugin));
  return out;
}

Result<Json> plugin_entry(const Json& body, const std::string& alias, const Json& before) {
  if (!is_identifier(alias)) return tl::unexpected(invalid("alias", "must be an identifier"));
  Json out = Json::object({{"alias", alias},
                           {"endpoint", before.string_or("endpoint", "plugin://" + alias)},
                           {"config", before["config"].is_object() ? before["config"] : Json::object()},
                           {"custom", true}});
  if (body.contains("endpoint")) {
    const Json& endpoint = body["endpoint"];
    if (!endpoint.is_string() || !endpoint.as_string().starts_with("plugin://"))
      return tl::unexpected(invalid("endpoint", "must be plugin:// and a name"));
    out.set("endpoint", endpoint);
  }
  if (body.contains("config")) {
    if (!body["config"].is_object()) return tl::unexpected(invalid("config", "expected an object"));
    out.set("config", body["config"]);
  }
  return out;
}

Result<Json> plugin_entries(const Json& list, const Json& present) {
  if (!list.is_array() || list.size() > plugins_max)
    return tl::unexpected(invalid("plugins", "expected at most 200 entries"));
  Json out = Json::array();
  for (const Json& body : list.as_array()) {
    const std::string alias = body.string_or("alias", "");
    if (find_plugin(out, alias)) return tl::unexpected(invalid("plugins", "'" + alias + "' occurs twice"));
    Result<Json> entry = plugin_entry(body, alias, Json());
    if (!entry) return entry;
    const Json* before = find_plugin(present, alias);
    const bool is_same = before != nullptr && shown_plugin(*before) == shown_plugin(*entry);
    out.push_back(is_same ? *before : *entry);
  }
  for (const Json& entry : present.as_array()) {
    const bool is_left_out = find_plugin(out, entry.string_or("alias", "")) == nullptr;
    if (is_left_out && !entry.bool_or("custom", false)) out.push_back(entry);
  }
  return out;
}

}  // namespace scaiflow::grid
