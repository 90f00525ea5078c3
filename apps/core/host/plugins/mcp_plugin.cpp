#include "apps/core/host/plugins/mcp_plugin.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <mutex>

#include "apps/core/host/plugins/mcp_transport.h"
#include "apps/core/host/plugins/mcp_wire.h"
#include "apps/core/host/secrets.h"

namespace scaiflow::core {

namespace {

constexpr std::int64_t agree_ms = 10'000;
constexpr std::int64_t discover_ms = 3'000;  ///< a server of the older era may keep silent

/// A cancel that may come before there is anything to cancel.
class Cancelling {
 public:
  void set(Cancel cancel) {
    {
      const std::lock_guard lock(mutex_);
      if (!cancelled_) {
        cancel_ = std::move(cancel);
        return;
      }
    }
    if (cancel) cancel();
  }
  void cancel() {
    Cancel cancel;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      cancel = std::move(cancel_);
    }
    if (cancel) cancel();
  }

 private:
  std::mutex mutex_;
  bool cancelled_ = false;
  Cancel cancel_;
};

/// What was agreed with a server, and how requests go to it.
class McpSession : public std::enable_shared_from_this<McpSession> {
 public:
  explicit McpSession(std::shared_ptr<mcp::Transport> transport) : transport_(std::move(transport)) {}

  /// A request once the era is known; `done` comes once.
  void call(std::string method, Json params, std::int64_t timeout_ms, std::shared_ptr<Cancelling> cancelling,
            std::function<void(PluginResult)> done) {
    agree([self = shared_from_this(), method = std::move(method), params = std::move(params), timeout_ms,
           cancelling = std::move(cancelling),
           done = std::move(done)](const std::optional<PluginFailure>& failed) mutable {
      if (failed) return done(tl::unexpected(*failed));
      self->send(method, std::move(params), timeout_ms, *cancelling, std::move(done));
    });
  }

 private:
  enum class Era : std::uint8_t { Unknown, Agreeing, Stateless, Initialized };
  using Agreed = std::function<void(const std::optional<PluginFailure>&)>;

  void agree(Agreed agreed) {
    const std::int64_t generation = transport_->generation();
    bool begins = false;
    {
      const std::lock_guard lock(mutex_);
      if (generation != generation_ && era_ != Era::Agreeing) era_ = Era::Unknown;
      generation_ = generation;
      if (era_ == Era::Unknown || era_ == Era::Agreeing) {
        begins = era_ == Era::Unknown;
        era_ = Era::Agreeing;
        waiting_.push_back(std::exchange(agreed, nullptr));
      }
    }
    if (agreed) return agreed({});
    if (begins) discover();
  }

  void settle(Era era, const std::optional<PluginFailure>& failed) {
    std::vector<Agreed> waiting;
    {
      const std::lock_guard lock(mutex_);
      era_ = era;
      waiting = std::exchange(waiting_, {});
    }
    for (const Agreed& each : waiting) each(failed);
  }

  void discover() {
    const Json params = mcp::stateless_params(Json::object());
    const std::int64_t id = next_id();
    transport_->send({mcp::request(id, "server/discover", params), id,
                      mcp::stateless_headers("server/discover", params), discover_ms},
                     [self = shared_from_this()](tl::expected<mcp::Answer, PluginFailure> answer) {
                       if (!answer && answer.error().code == "unreachable")
                         return self->settle(Era::Unknown, answer.error());
                       if (answer && speaks_newest(answer->response["result"]))
                         return self->settle(Era::Stateless, {});
                       self->initialize();
                     });
  }

  static bool speaks_newest(const Json& result) {
    const Json& versions = result["supportedVersions"];
    if (!versions.is_array()) return false;
    return std::any_of(versions.as_array().begin(), versions.as_array().end(),
                       [](const Json& each) { return each == Json(mcp::newest_version); });
  }

  void initialize() {
    const std::int64_t id = next_id();
    transport_->send(
        {mcp::request(id, "initialize", mcp::initialize_params()), id, {}, agree_ms},
        [self = shared_from_this()](tl::expected<mcp::Answer, PluginFailure> answer) {
          if (!answer) return self->settle(Era::Unknown, answer.error());
          const PluginResult result = mcp::result_of(answer->response);
          if (!result) return self->settle(Era::Unknown, result.error());
          {
            const std::lock_guard lock(self->mutex_);
            self->session_id_ = answer->session_id;
            self->version_ = result->string_or("protocolVersion", mcp::newest_initialized_version);
          }
          Json initialized = Json::object({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
          self->transport_->send({std::move(initialized), 0, self->session_headers(), agree_ms},
                                 [self](const tl::expected<mcp::Answer, PluginFailure>&) {
                                   self->settle(Era::Initialized, {});
                                 });
        });
  }

  net::Headers session_headers() {
    const std::lock_guard lock(mutex_);
    net::Headers out{{"MCP-Protocol-Version", version_}};
    if (!session_id_.empty()) out.set("Mcp-Session-Id", session_id_);
    return out;
  }

  void send(const std::string& method, Json params, std::int64_t timeout_ms, Cancelling& cancelling,
            std::function<void(PluginResult)> done) {
    bool stateless = false;
    {
      const std::lock_guard lock(mutex_);
      stateless = era_ == Era::Stateless;
    }
    if (stateless) params = mcp::stateless_params(std::move(params));
    const net::Headers headers = stateless ? mcp::stateless_headers(method, params) : session_headers();
    const std::int64_t id = next_id();
    cancelling.set(transport_->send(
        {mcp::request(id, method, std::move(params)), id, headers, timeout_ms},
        [self = shared_from_this(), done = std::move(done)](tl::expected<mcp::Answer, PluginFailure> answer) {
          // A session that the server forgot is begun anew by the next call.
          const bool forgotten = (answer && answer->status == 404) ||
                                 (!answer && answer.error().message.find("404") != std::string::npos);
          if (forgotten) self->settle(Era::Unknown, {});
          done(answer ? mcp::result_of(answer->response) : PluginResult(tl::unexpected(answer.error())));
        }));
  }

  std::int64_t next_id() {
    const std::lock_guard lock(mutex_);
    return ++last_id_;
  }

  const std::shared_ptr<mcp::Transport> transport_;
  std::mutex mutex_;  ///< guards what follows
  Era era_ = Era::Unknown;
  std::int64_t generation_ = 0, last_id_ = 0;
  std::string session_id_, version_;
  std::vector<Agreed> waiting_;
};

class McpPlugin final : public Plugin {
 public:
  McpPlugin(std::shared_ptr<mcp::Transport> transport, net::Executor& executor)
      : session_(std::make_shared<McpSession>(std::move(transport))), executor_(executor) {}

  std::vector<std::string> methods() const override { return {}; }

  void describe(std::function<void(DescribeResult)> done) override {
    executor_.post([session = session_, done = std::move(done)] {
      session->call("tools/list", Json::object(), agree_ms, std::make_shared<Cancelling>(),
                    [done](const PluginResult& result) {
                      done(result ? DescribeResult(mcp::tool_names(*result))
                                  : DescribeResult(tl::unexpected(result.error())));
                    });
    });
  }

  Cancel call(PluginCall call, std::function<void(PluginResult)> done) override {
    auto cancelling = std::make_shared<Cancelling>();
    Json params = Json::object({{"name", call.method}, {"arguments", call.args}});
    Json meta = Json::object({{"idempotencyKey", call.key}});
    if (call.config.size() > 0) meta.set("config", call.config);
    params.set("_meta", std::move(meta));
    // Writing to a process may block, and agreeing waits: neither is for a thread of the engine.
    executor_.post([session = session_, params = std::move(params), timeout_ms = call.deadline_ms, cancelling,
                    done = std::move(done)]() mutable {
      session->call("tools/call", std::move(params), timeout_ms, cancelling,
                    [done = std::move(done)](const PluginResult& result) {
                      done(result ? mcp::tool_result(*result) : result);
                    });
    });
    return [cancelling] { cancelling->cancel(); };
  }

 private:
  std::shared_ptr<McpSession> session_;
  net::Executor& executor_;
};

class LimitedPlugin final : public Plugin {
 public:
  LimitedPlugin(std::shared_ptr<Plugin> plugin, std::int64_t max_concurrent, std::int64_t timeout_ms)
      : plugin_(std::move(plugin)), turns_(std::make_shared<Turns>()), timeout_ms_(timeout_ms) {
    turns_->free = std::max<std::int64_t>(max_concurrent, 1);
  }

  std::vector<std::string> methods() const override { return plugin_->methods(); }
  void describe(std::function<void(DescribeResult)> done) override { plugin_->describe(std::move(done)); }

  Cancel call(PluginCall call, std::function<void(PluginResult)> done) override {
    if (timeout_ms_ > 0) call.deadline_ms = std::min(call.deadline_ms, timeout_ms_);
    auto cancelling = std::make_shared<Cancelling>();
    auto go = [plugin = plugin_, turns = turns_, cancelling, call = std::move(call),
               done = std::move(done)]() mutable {
      cancelling->set(plugin->call(std::move(call), [turns, done = std::move(done)](PluginResult result) {
        turns->leave();
        done(std::move(result));
      }));
    };
    turns_->enter(std::make_shared<decltype(go)>(std::move(go)));
    return [cancelling] { cancelling->cancel(); };
  }

 private:
  struct Turns {
    std::mutex mutex;
    std::int64_t free = 0;
    std::deque<std::function<void()>> waiting;

    template <class Go>
    void enter(std::shared_ptr<Go> go) {
      {
        const std::lock_guard lock(mutex);
        if (free == 0) return waiting.push_back([go] { (*go)(); });
        --free;
      }
      (*go)();
    }
    void leave() {
      std::function<void()> next;
      {
        const std::lock_guard lock(mutex);
        if (waiting.empty()) {
          ++free;
        } else {
          next = std::move(waiting.front());
          waiting.pop_front();
        }
      }
      if (next) next();
    }
  };

  std::shared_ptr<Plugin> plugin_;
  std::shared_ptr<Turns> turns_;
  const std::int64_t timeout_ms_;
};

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const Json& each : list.as_array()) out.push_back(each.is_string() ? each.as_string() : "");
  return out;
}

/// What a server needs of ours to run at all, and what its settings give it.
std::vector<std::string> environment_of(const Json& env) {
  std::vector<std::string> out;
  for (const char* name : {"PATH", "HOME", "LANG", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) out.push_back(std::string(name) + "=" + value);
  }
  if (!env.is_object()) return out;
  for (const auto& [name, value] : env.as_object()) {
    if (value.is_string()) out.push_back(name + "=" + referenced_text(value.as_string()));
  }
  return out;
}

net::Headers headers_of(const Json& given) {
  net::Headers out;
  if (!given.is_object()) return out;
  for (const auto& [name, value] : given.as_object()) {
    if (value.is_string()) out.set(name, referenced_text(value.as_string()));
  }
  return out;
}

}  // namespace

std::shared_ptr<Plugin> make_mcp_plugin(net::HttpClient& client, net::Timers& timers, net::Executor& executor,
                                        const Json& settings) {
  const std::string url = settings.string_or("url", "");
  const std::vector<std::string> command = texts_of(settings["command"]);
  std::shared_ptr<mcp::Transport> transport;
  if (settings.string_or("type", "") == "mcp_http" && !url.empty())
    transport = mcp::http_transport(client, url, headers_of(settings["headers"]));
  if (settings.string_or("type", "") == "mcp_stdio" && !command.empty())
    transport = mcp::stdio_transport(command, environment_of(settings["env"]), timers, executor);
  return transport ? std::make_shared<McpPlugin>(std::move(transport), executor) : nullptr;
}

std::shared_ptr<Plugin> make_limited_plugin(std::shared_ptr<Plugin> plugin, std::int64_t max_concurrent,
                                            std::int64_t timeout_ms) {
  return std::make_shared<LimitedPlugin>(std::move(plugin), max_concurrent, timeout_ms);
}

}  // namespace scaiflow::core
