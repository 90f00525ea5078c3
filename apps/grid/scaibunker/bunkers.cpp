#include "apps/grid/scaibunker/bunkers.h"

#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "apps/grid/envelope.h"
#include "apps/grid/scaibunker/egress.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"
#include "libs/net/outbound.h"

namespace scaiflow::grid {

namespace {

constexpr std::int64_t mib = 1 << 20;
constexpr std::int64_t ended_kept_ms = 7LL * 24 * 3'600 * 1'000;
constexpr std::size_t env_max = 200;
constexpr std::size_t words_max = 1'000;

/// Commands that a host toolchain stands behind, by image.
struct Builtin {
  const char* image;
  const char* program;
};
constexpr Builtin builtins[] = {{"python-3.12", "python3"}, {"node-20", "node"}, {"bash", "bash"}};

struct Range {
  const char* field;
  std::int64_t fallback, least, most;
};

Result<std::int64_t> number_in(const Json& fields, const Range& range) {
  const Json& value = fields[range.field];
  if (value.is_null()) return range.fallback;
  if (value.is_int() && value.as_int() >= range.least && value.as_int() <= range.most) return value.as_int();
  return tl::unexpected(invalid(range.field, "must be a whole number from " + std::to_string(range.least) +
                                                 " to " + std::to_string(range.most)));
}

Result<void> read_numbers(const Json& fields, BunkerRow& row) {
  const std::pair<Range, std::int64_t*> numbers[] = {
      {{"cpu_millicores", 1'000, 100, 64'000}, &row.cpu_millicores},
      {{"memory_mb", 512, 64, 262'144}, &row.memory_mb},
      {{"disk_mb", 1'024, 64, 1'048'576}, &row.disk_mb},
      {{"idle_timeout_s", 900, 1, 31'536'000}, &row.idle_timeout_s}};
  for (const auto& [range, target] : numbers) {
    const auto value = number_in(fields, range);
    if (!value) return tl::unexpected(value.error());
    *target = *value;
  }
  const bool forever = row.lifecycle == "persistent" && fields["max_lifetime_s"].is_null();
  const auto lifetime = number_in(fields, {"max_lifetime_s", 3'600, 1, 31'536'000});
  if (!lifetime) return tl::unexpected(lifetime.error());
  row.max_lifetime_s = forever ? std::nullopt : std::optional(*lifetime);
  return {};
}

bool is_env_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 128 && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

Result<std::vector<std::pair<std::string, std::string>>> read_env(const Json& env, const char* field) {
  std::vector<std::pair<std::string, std::string>> out;
  if (env.is_null()) return out;
  if (!env.is_object() || env.size() > env_max)
    return tl::unexpected(invalid(field, "must be an object of at most 200 texts"));
  for (const auto& [name, value] : env.as_object()) {
    const bool scalar = value.is_string() || value.is_number() || value.is_bool();
    const std::string text = value.is_string() ? value.as_string() : to_text(value);
    if (!is_env_name(name) || !scalar || text.find('\0') != std::string::npos || text.size() > 65'536)
      return tl::unexpected(invalid(std::string(field) + "." + cut(name, 80), "is no environment variable"));
    out.emplace_back(name, text);
  }
  return out;
}

/// Any host name, or `*.` and one.
bool is_host(const std::string& host) {
  const std::string_view name = std::string_view(host).substr(host.starts_with("*.") ? 2 : 0);
  return !name.empty() && name.size() <= 253 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

Result<void> read_network(const Json& fields, const BunkerSettings& settings, const BunkerOwner& owner,
                          BunkerRow& row) {
  row.network_profile = fields.string_or("network_profile", "isolated");
  const std::string& profile = row.network_profile;
  const Json& hosts = fields["network_allowlist"];
  for (std::size_t i = 0; i < std::min<std::size_t>(hosts.size(), 200); ++i) {
    if (!hosts.at(i).is_string() || !is_host(hosts.at(i).as_string()))
      return tl::unexpected(invalid("network_allowlist", "holds something that is no host name"));
    row.network_allowlist.push_back(hosts.at(i).as_string());
  }
  const bool has_interfaces = fields["interfaces"].size() > 0;
  if (profile == "transit" && !has_interfaces)
    return fail("TRANSIT_MISSING_INTERFACES", "profile transit needs interfaces");
  if (profile != "transit" && has_interfaces)
    return fail("INTERFACES_NOT_ALLOWED", "interfaces are for profile transit alone");
  if (profile == "isolated" || profile == "registry" || profile == "allowlisted") return {};
  if (profile == "unrestricted" && (settings.allow_unrestricted || owner.elevated)) return {};
  const char* const known[] = {"unrestricted", "transit"};
  if (std::find(std::begin(known), std::end(known), profile) == std::end(known))
    return tl::unexpected(
        invalid("network_profile", "must be one of isolated, registry, allowlisted, unrestricted, transit"));
  return fail("NETWORK_PROFILE_DENIED", "network profile " + profile + " is not allowed here");
}

Result<void> read_lifecycle(const Json& fields, BunkerRow& row) {
  const Json& given = fields.contains("lifecycle_mode") ? fields["lifecycle_mode"] : fields["lifecycle"];
  row.lifecycle = given.is_string() ? given.as_string() : "ephemeral";
  if (row.lifecycle == "appliance")
    return fail("LIFECYCLE_MODE_DENIED", "appliances are not offered by the embedded grid");
  const char* const known[] = {"ephemeral", "session", "persistent"};
  if (std::find(std::begin(known), std::end(known), row.lifecycle) != std::end(known)) return {};
  return tl::unexpected(invalid("lifecycle", "must be one of ephemeral, session, persistent, appliance"));
}

bool is_image(const std::string& image, const BunkerSettings& settings) {
  return settings.images.contains(image) || std::any_of(std::begin(builtins), std::end(builtins),
                                                        [&](const Builtin& b) { return image == b.image; });
}

/// The toolchain of the host behind an image: `python3.11` for `python-3.12`. Empty when there is none.
std::string toolchain_of(const Builtin& image) {
  std::error_code failed;
  for (const char* folder : {"/usr/local/bin/", "/usr/bin/"}) {
    const auto real = std::filesystem::canonical(std::string(folder) + image.program, failed);
    if (!failed) return real.filename().string();
  }
  return {};
}

Result<BunkerRow> row_of(const Json& fields, const BunkerSettings& settings, const BunkerOwner& owner) {
  BunkerRow row;
  row.tenant_id = owner.tenant_id;
  row.session_type = owner.session_type;
  row.session_ref = owner.session_ref;
  row.image = fields.string_or("image", fields.string_or("image_ref", ""));
  if (row.image.empty()) return tl::unexpected(invalid("image", "is required"));
  if (!is_image(row.image, settings))
    return fail("IMAGE_NOT_FOUND", "no image '" + cut(row.image, 80) + "': see GET /images");
  if (fields.int_or("gpu_count", 0) > 0)
    return fail("NO_SUITABLE_WORKER", "no graphics processor is offered here", Retry::Later);
  if (auto read = read_lifecycle(fields, row); !read) return tl::unexpected(read.error());
  if (auto read = read_numbers(fields, row); !read) return tl::unexpected(read.error());
  if (auto read = read_network(fields, settings, owner, row); !read) return tl::unexpected(read.error());
  auto env = read_env(fields["env_vars"], "env_vars");
  if (!env) return tl::unexpected(env.error());
  row.env = std::move(*env);
  if (fields["label_set"].is_object()) row.label_set = fields["label_set"];
  row.id = owner.id.empty() ? net::new_id("bnk_") : owner.id;
  row.name = cut(fields.string_or("name", row.id), 200);
  row.node_id = settings.node_id;
  row.dir = row.id;
  row.created_at_ms = net::wall_ms();
  if (row.max_lifetime_s) row.expires_at_ms = row.created_at_ms + *row.max_lifetime_s * 1'000;
  return row;
}

/// Bytes that are no UTF-8 become U+FFFD.
std::string readable(const std::string& bytes) {
  if (is_utf8(bytes)) return bytes;
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) append_code_point(out, next_code_point(bytes, at));
  return out;
}

Json exec_result(const ChildOutcome& ran) {
  Json out = Json::object({{"exit_code", ran.exit_code},
                           {"stdout", readable(ran.out)},
                           {"stderr", readable(ran.err)},
                           {"duration_ms", ran.duration_ms},
                           {"timed_out", ran.end == ChildEnd::TimedOut},
                           {"truncated", ran.truncated}});
  if (ran.end == ChildEnd::OverLimit)
    out.set("stderr", readable(ran.err) + "killed: over its memory or disk\n");
  const char* name = ran.exit_code > 128 ? sigabbrev_np(ran.exit_code - 128) : nullptr;
  if (name != nullptr) out.set("signal", std::string("SIG") + name);
  return out;
}

}  // namespace

Result<ExecRequest> exec_request(const Json& fields) {
  ExecRequest out;
  const Json& command = fields["command"];
  if (command.is_string() && !command.as_string().empty())
    out.command = {"/bin/sh", "-c", command.as_string()};
  for (std::size_t i = 0; command.is_array() && i < command.size(); ++i) {
    const Json& word = command.at(i);
    if (word.is_array() || word.is_object())
      return tl::unexpected(invalid("command", "holds something that is no text"));
    out.command.push_back(word.is_string() ? word.as_string() : to_text(word));
  }
  const auto bad = [](const std::string& word) { return word.find('\0') != std::string::npos; };
  if (out.command.empty() || out.command.size() > words_max || out.command.front().empty() ||
      std::any_of(out.command.begin(), out.command.end(), bad))
    return tl::unexpected(invalid("command", "must be a text or a list of 1 to 1000 texts"));
  const auto timeout = number_in(fields, {"timeout_s", 30, 1, limits::bunker_exec_s_max});
  if (!timeout) return tl::unexpected(timeout.error());
  out.timeout_s = *timeout;
  auto env = read_env(fields["env"], "env");
  if (!env) return tl::unexpected(env.error());
  out.env = std::move(*env);
  out.cwd = fields.string_or("cwd", "/work");
  if (!out.cwd.starts_with('/')) out.cwd = "/work/" + out.cwd;
  if (bad(out.cwd)) return tl::unexpected(invalid("cwd", "is no path"));
  const Json& input = fields["stdin"];
  if (!input.is_null()) out.stdin_text = input.is_string() ? input.as_string() : to_text(input);
  return out;
}

Bunkers::Bunkers(store::Database& database, store::ObjectStore& objects, identity::SealKeys keys,
                 BunkerSettings settings)
    : rows_(database, std::move(keys)), objects_(objects), settings_(std::move(settings)) {}

Bunkers::~Bunkers() { stop(); }

Result<BunkerRow> Bunkers::create(const Json& fields, const BunkerOwner& owner) {
  if (!jail_problem().empty()) return fail("WORKER_UNAVAILABLE", jail_problem(), Retry::Later);
  auto row = row_of(fields, settings_, owner);
  if (!row) return row;
  std::string content;
  if (const std::string snapshot = fields.string_or("snapshot_id", ""); !snapshot.empty()) {
    const auto key = rows_.snapshot_object(owner.tenant_id, snapshot);
    if (!key) return tl::unexpected(key.error());
    auto bytes = objects_.get(*key);
    if (!bytes) return tl::unexpected(bytes.error());
    if (!*bytes) return fail("BUNKER_NOT_FOUND", "the snapshot is gone");
    content = std::move(**bytes);
  }
  auto made = rows_.insert(*row, settings_.quota);
  if (!made || std::filesystem::exists(folder_of(made->id))) return made;
  if (!made->is_live()) return made;
  std::filesystem::create_directories(settings_.folder);
  chmod(settings_.folder.c_str(), 0700);
  if (auto folder = make_work_folder(folder_of(made->id)); !folder) {
    (void)rows_.end(made->id, "failed", folder.error().message);
    return tl::unexpected(folder.error());
  }
  if (content.empty()) return made;
  Jail jail = jail_of(*made);
  jail.command = {"tar", "-xf", "-", "-C", "/work"};
  jail.stdin_text = std::move(content);
  const auto ran = run(*made, std::move(jail));
  if (!ran) return tl::unexpected(ran.error());
  return made;
}

Result<void> Bunkers::destroy(const BunkerRow& bunker) {
  if (bunker.node_id != settings_.node_id)
    return fail("BUNKER_STATE_CONFLICT", "the bunker is on node " + bunker.node_id);
  if (auto ended = rows_.end(bunker.id, "terminated", std::nullopt); !ended) return ended;
  {
    const std::lock_guard lock(mutex_);
    for (const StopPtr& each : running_[bunker.id]) each->stop();
    if (running_[bunker.id].empty()) running_.erase(bunker.id);
  }
  remove_folder(folder_of(bunker.id));
  return {};
}

Result<BunkerRow> Bunkers::pause(const BunkerRow& bunker) {
  const auto moved = rows_.move(bunker.id, "running", "paused");
  if (!moved) return tl::unexpected(moved.error());
  if (!*moved) return fail("BUNKER_STATE_CONFLICT", "the bunker is " + bunker.status);
  return rows_.get(bunker.tenant_id, bunker.id);
}

Result<BunkerRow> Bunkers::resume(const BunkerRow& bunker) {
  const auto moved = rows_.move(bunker.id, "paused", "running");
  if (!moved) return tl::unexpected(moved.error());
  if (!*moved) return fail("BUNKER_STATE_CONFLICT", "the bunker is " + bunker.status);
  return rows_.get(bunker.tenant_id, bunker.id);
}

Result<void> Bunkers::must_run(const BunkerRow& bunker) const {
  if (bunker.node_id != settings_.node_id)
    return fail("BUNKER_STATE_CONFLICT", "the bunker is on node " + bunker.node_id);
  if (bunker.status == "running") return {};
  return fail("BUNKER_STATE_CONFLICT", "the bunker is " + bunker.status);
}

Jail Bunkers::jail_of(const BunkerRow& bunker) const {
  Jail jail;
  jail.work_dir = folder_of(bunker.id);
  jail.cpu_millicores = bunker.cpu_millicores;
  jail.memory_mb = bunker.memory_mb;
  jail.disk_mb = bunker.disk_mb;
  jail.env = bunker.env;
  jail.network = bunker.network_profile == "unrestricted" ? JailNetwork::Host : JailNetwork::None;
  const auto image = settings_.images.find(bunker.image);
  if (image != settings_.images.end())
    jail.path.insert(jail.path.begin(), image->second.begin(), image->second.end());
  return jail;
}

const std::vector<std::string>& Bunkers::hosts_of(const BunkerRow& bunker) const {
  static const std::vector<std::string> none;
  if (bunker.network_profile == "allowlisted") return bunker.network_allowlist;
  return bunker.network_profile == "registry" ? settings_.registry_hosts : none;
}

namespace {

/// A proxy that serves as long as this lives.
class WayOut {
 public:
  explicit WayOut(std::unique_ptr<Egress> egress) : egress_(std::move(egress)) {
    thread_.post([this] { egress_->serve(over_); });
  }
  ~WayOut() {
    over_.stop();
    thread_.stop();
  }

 private:
  std::unique_ptr<Egress> egress_;
  StopSwitch over_;
  net::Pool thread_{1};
};

Result<std::unique_ptr<WayOut>> open_way(const std::vector<std::string>& hosts, const std::string& bridge,
                                         Jail& jail) {
  struct stat owner{};
  if (stat(jail.work_dir.c_str(), &owner) != 0)
    return fail("WORKER_UNAVAILABLE", "the folder of the bunker is gone", Retry::Later);
  EgressRule rule;
  rule.hosts = hosts;
  rule.is_refused = [](const std::string& address) { return !net::is_public_address(address); };
  auto egress = Egress::open(std::move(rule), static_cast<int>(owner.st_uid));
  if (!egress) return tl::unexpected(egress.error());
  jail.proxy = JailProxy{(*egress)->socket_path(), bridge};
  return std::make_unique<WayOut>(std::move(*egress));
}

}  // namespace

Result<ChildOutcome> Bunkers::run(const BunkerRow& bunker, Jail jail) {
  if (!jail.stop) jail.stop = std::make_shared<StopSwitch>();
  const StopPtr stop = jail.stop;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return fail("WORKER_UNAVAILABLE", "the server is stopping", Retry::Later);
    running_[bunker.id].insert(stop);
  }
  std::unique_ptr<WayOut> way;
  if (const auto& hosts = hosts_of(bunker); !hosts.empty() && !settings_.bridge_path.empty()) {
    auto opened = open_way(hosts, settings_.bridge_path, jail);
    if (opened) way = std::move(*opened);
  }
  auto ran = run_jailed(jail);
  way.reset();
  const std::lock_guard lock(mutex_);
  running_[bunker.id].erase(stop);
  if (running_[bunker.id].empty()) running_.erase(bunker.id);
  return ran;
}

Result<Json> Bunkers::exec(const BunkerRow& bunker, const ExecRequest& request) {
  if (auto able = must_run(bunker); !able) return tl::unexpected(able.error());
  if (folder_bytes(folder_of(bunker.id)) > bunker.disk_mb * mib)
    return fail("STORAGE_FULL", "the disk of the bunker is full: remove files first", Retry::Later);
  Jail jail = jail_of(bunker);
  jail.command = request.command;
  jail.cwd = request.cwd;
  jail.stdin_text = request.stdin_text;
  jail.timeout_ms = request.timeout_s * 1'000;
  jail.stop = request.stop;
  for (const auto& each : request.env) jail.env.push_back(each);
  const auto ran = run(bunker, std::move(jail));
  if (!ran) return tl::unexpected(ran.error());
  used(bunker);
  if (ran->end == ChildEnd::Stopped) return fail("BUNKER_STATE_CONFLICT", "the command was ended");
  return exec_result(*ran);
}

Result<WorkFolder> Bunkers::files(const BunkerRow& bunker) {
  if (auto able = must_run(bunker); !able) return tl::unexpected(able.error());
  return WorkFolder(folder_of(bunker.id));
}

void Bunkers::used(const BunkerRow& bunker) {
  (void)rows_.touch(bunker.id, (folder_bytes(folder_of(bunker.id)) + mib - 1) / mib);
}

Result<Json> Bunkers::snapshot(const BunkerRow& bunker) {
  if (auto able = must_run(bunker); !able) return tl::unexpected(able.error());
  Jail jail = jail_of(bunker);
  jail.command = {"tar", "-cf", "-", "-C", "/work", "."};
  jail.output_bytes_max = store::object_max_bytes;
  const auto packed = run(bunker, std::move(jail));
  if (!packed) return tl::unexpected(packed.error());
  if (packed->truncated) return fail("PAYLOAD_TOO_LARGE", "the files are more than 64 MiB");
  if (packed->exit_code != 0)
    return fail("BUNKER_STATE_CONFLICT", "the files changed while they were packed");
  const std::string id = net::new_id("snap_");
  const std::string key = "bunkers/" + bunker.tenant_id + "/" + id;
  if (auto put = objects_.put_new(key, packed->out); !put) return tl::unexpected(put.error());
  const auto size = static_cast<std::int64_t>(packed->out.size());
  if (auto row = rows_.insert_snapshot(id, bunker, key, size); !row) return tl::unexpected(row.error());
  return Json::object({{"snapshot_id", id}, {"size", size}});
}

Json Bunkers::images() {
  JsonArray items;
  const auto add = [&](const std::string& ref, JsonArray toolchains) {
    const bool available = !toolchains.empty() && jail_problem().empty();
    items.push_back(
        Json::object({{"ref", ref}, {"toolchains", Json(std::move(toolchains))}, {"available", available}}));
  };
  for (const Builtin& each : builtins) {
    const std::string found = toolchain_of(each);
    add(each.image, found.empty() ? JsonArray() : JsonArray{found});
  }
  for (const auto& [name, path] : settings_.images) add(name, JsonArray(path.begin(), path.end()));
  return Json::object({{"items", Json(std::move(items))}, {"next_cursor", Json()}, {"has_more", false}});
}

Result<Json> Bunkers::quota_usage(const std::string& tenant_id) {
  const auto used = rows_.usage(tenant_id);
  if (!used) return tl::unexpected(used.error());
  return Json::object({{"bunkers", used->bunkers},
                       {"bunkers_max", settings_.quota.bunkers_max},
                       {"memory_mb", used->memory_mb},
                       {"memory_mb_max", settings_.quota.memory_mb_max},
                       {"disk_mb", used->disk_mb},
                       {"disk_mb_max", settings_.quota.disk_mb_max}});
}

void Bunkers::sweep(const std::function<bool(const std::string&, const std::string&)>& has_ended) {
  const auto rows = rows_.live_on(settings_.node_id);
  if (!rows) return;
  const std::int64_t now_ms = net::wall_ms();
  std::set<std::string> folders;
  for (const BunkerRow& row : *rows) {
    folders.insert(row.id);
    bool busy = false;
    {
      const std::lock_guard lock(mutex_);
      busy = running_.contains(row.id);
    }
    const bool expired = row.expires_at_ms && *row.expires_at_ms <= now_ms;
    const bool idle =
        row.lifecycle == "session" && !busy && row.last_used_at_ms + row.idle_timeout_s * 1'000 <= now_ms;
    const bool orphan = row.lifecycle == "ephemeral" && row.session_type == "scaicore" && row.session_ref &&
                        has_ended(row.tenant_id, *row.session_ref);
    if (expired || idle || orphan) (void)destroy(row);
  }
  (void)rows_.forget_ended(now_ms - ended_kept_ms);
  // Folders that a crash left between their row and their removal.
  std::error_code failed;
  for (std::filesystem::directory_iterator at(settings_.folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (folders.contains(at->path().filename().string())) continue;
    struct stat info{};
    const bool old = stat(at->path().c_str(), &info) == 0 && info.st_ctim.tv_sec * 1'000 < now_ms - 60'000;
    if (old) remove_folder(at->path().string());
  }
}

void Bunkers::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& [id, switches] : running_) {
    for (const StopPtr& each : switches) each->stop();
  }
}

}  // namespace scaiflow::grid
