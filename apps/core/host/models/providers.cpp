#include "apps/core/host/models/providers.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>

#include "apps/core/host/models/anthropic_wire.h"
#include "apps/core/host/secrets.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

constexpr int failures_until_unhealthy = 3;
constexpr std::int64_t probe_every_ms = 30'000;
constexpr std::int64_t discover_every_ms = 600'000;
constexpr std::int64_t discover_timeout_ms = 5'000;
constexpr std::int64_t idle_timeout_ms = 60'000;
/// An answer as it comes over the wire: an escaped byte takes six, the pieces of a stream have frames.
constexpr std::size_t wire_bytes_max = 8 * limits::model_answer_bytes_max;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string without_slash(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

Structured structured_of(const std::string& text, Structured fallback) {
  for (std::size_t i = 0; i < std::size(Structured_names); ++i) {
    if (Structured_names[i] == text) return static_cast<Structured>(i);
  }
  return fallback;
}

ProviderSettings from_json(const std::string& key, const Json& json) {
  ProviderSettings out;
  out.key = key;
  out.type = json.string_or("type", "openai");
  out.base_url = without_slash(json.string_or("base_url", ""));
  out.api_key = referenced_text(json.string_or("api_key", ""));
  if (json["headers"].is_object()) out.headers = json["headers"];
  out.structured = structured_of(json.string_or("structured", ""),
                                 out.type == "anthropic" ? Structured::Tool : Structured::JsonSchema);
  out.timeout_ms = json.int_or("timeout_ms", out.timeout_ms);
  out.max_concurrent = std::max<std::int64_t>(json.int_or("max_concurrent", out.max_concurrent), 1);
  if (json["models"].is_array()) {
    for (const Json& model : json["models"].as_array()) {
      if (model.is_string()) out.models.push_back(model.as_string());
    }
    out.discover = false;
  }
  return out;
}

ProviderSettings plain(std::string key, std::string base_url, std::string api_key) {
  ProviderSettings out;
  out.key = std::move(key);
  out.base_url = without_slash(std::move(base_url));
  out.api_key = std::move(api_key);
  return out;
}

std::string ollama_url(std::string host) {
  if (host.find("://") == std::string::npos) host = "http://" + host;
  if (host.find(':', host.find("://") + 3) == std::string::npos) host += ":11434";
  return without_slash(host) + "/v1";
}

/// What the environment gives (08 §8.15), and local servers that are asked whether they are there.
std::vector<ProviderSettings> from_environment() {
  std::vector<ProviderSettings> out;
  if (const std::string key = environment("OPENAI_API_KEY"); !key.empty()) {
    const std::string base = environment("OPENAI_BASE_URL");
    out.push_back(plain("openai", base.empty() ? "https://api.openai.com/v1" : base, key));
  }
  if (const std::string key = environment("ANTHROPIC_API_KEY"); !key.empty()) {
    const std::string base = environment("ANTHROPIC_BASE_URL");
    ProviderSettings anthropic =
        plain("anthropic", base.empty() ? "https://api.anthropic.com/v1" : base, key);
    anthropic.type = "anthropic";
    anthropic.structured = Structured::Tool;
    out.push_back(std::move(anthropic));
  }
  const std::string ollama = environment("OLLAMA_HOST");
  out.push_back(plain("ollama", ollama_url(ollama.empty() ? "127.0.0.1" : ollama), ""));
  out.back().probed = ollama.empty();
  out.push_back(plain("llamacpp", "http://127.0.0.1:8080/v1", ""));
  out.back().probed = true;
  return out;
}

}  // namespace

struct Providers::Entry {
  ProviderSettings settings;
  bool answered = false;  ///< a discovery succeeded
  int failures = 0;
  std::int64_t last_probe_ms = 0;
  std::int64_t discovered_at_ms = 0;
  std::int64_t active = 0;
  std::deque<std::function<void()>> waiting;

  bool is_there() const { return !settings.probed || answered; }
};

struct Providers::Shared : std::enable_shared_from_this<Providers::Shared> {
  net::HttpClient* http = nullptr;
  net::Timers timers;
  net::Pool pool{1};
  mutable std::mutex mutex;
  std::vector<Entry> entries;  ///< in the order of the catalogue
  bool stopped = false;

  Entry* find(const std::string& key) {
    const auto at = std::find_if(entries.begin(), entries.end(),
                                 [&](const Entry& each) { return each.settings.key == key; });
    return at == entries.end() ? nullptr : &*at;
  }

  void discover_all();
  void discover(const ProviderSettings& settings);
  void learn(const std::string& key, const Result<net::HttpClientResponse>& response);
  bool may_try(Entry& entry);
  void finished(const std::string& key, bool ok);
};

namespace {

net::HttpClientRequest request_for(const ProviderSettings& provider, std::string method,
                                   const std::string& path) {
  net::HttpClientRequest out;
  out.method = std::move(method);
  out.url = provider.base_url + "/" + path;
  if (provider.type == "anthropic") {
    out.headers.set("x-api-key", provider.api_key);
    out.headers.set("anthropic-version", "2023-06-01");
  } else if (!provider.api_key.empty()) {
    out.headers.set("Authorization", "Bearer " + provider.api_key);
  }
  for (const auto& [name, value] : provider.headers.as_object()) {
    if (value.is_string()) out.headers.set(name, value.as_string());
  }
  out.body_max = wire_bytes_max;
  return out;
}

}  // namespace

void Providers::Shared::discover_all() {
  std::vector<ProviderSettings> all;
  {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    for (const Entry& each : entries) all.push_back(each.settings);
  }
  for (const ProviderSettings& each : all) {
    if (each.discover && !each.base_url.empty()) discover(each);
  }
  timers.after(discover_every_ms, pool, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->discover_all();
  });
}

void Providers::Shared::discover(const ProviderSettings& settings) {
  net::HttpClientRequest request = request_for(settings, "GET", "models");
  request.timeout_ms = discover_timeout_ms;
  request.connect_timeout_ms = 2'000;
  http->send(std::move(request),
             [weak = weak_from_this(), key = settings.key](const Result<net::HttpClientResponse>& response) {
               if (const auto self = weak.lock()) self->learn(key, response);
             });
}

/// A list of models in OpenAI's shape; what was known is kept when the provider is away.
void Providers::Shared::learn(const std::string& key, const Result<net::HttpClientResponse>& response) {
  if (!response || response->status != 200) return;
  const auto body = try_parse_json(response->body);
  if (!body || !(*body)["data"].is_array()) return;
  std::vector<std::string> models;
  for (const Json& model : (*body)["data"].as_array()) {
    const std::string id = model.string_or("id", "");
    if (!id.empty()) models.push_back(id);
  }
  const std::lock_guard lock(mutex);
  Entry* entry = find(key);
  if (!entry) return;
  entry->settings.models = std::move(models);
  entry->answered = true;
  entry->failures = 0;
  entry->discovered_at_ms = net::wall_ms();
}

/// An unhealthy provider is tried once in 30 s; all other calls fail at once, so that fallbacks start.
bool Providers::Shared::may_try(Entry& entry) {
  if (entry.failures < failures_until_unhealthy) return true;
  const std::int64_t now = net::steady_ms();
  if (now - entry.last_probe_ms < probe_every_ms) return false;
  entry.last_probe_ms = now;
  return true;
}

void Providers::Shared::finished(const std::string& key, bool ok) {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex);
    Entry* entry = find(key);
    if (!entry) return;
    --entry->active;
    entry->failures = ok ? 0 : entry->failures + 1;
    if (entry->failures == failures_until_unhealthy) entry->last_probe_ms = net::steady_ms();
    if (!entry->waiting.empty()) {
      next = std::move(entry->waiting.front());
      entry->waiting.pop_front();
      ++entry->active;
    }
  }
  if (next) next();
}

Providers::Providers(net::HttpClient& http, const Json& settings) : shared_(std::make_shared<Shared>()) {
  shared_->http = &http;
  if (settings.is_object()) {
    for (const auto& [key, json] : settings.as_object())
      shared_->entries.emplace_back().settings = from_json(key, json);
  }
  for (ProviderSettings& each : from_environment()) {
    if (!shared_->find(each.key)) shared_->entries.emplace_back().settings = std::move(each);
  }
}

Providers::~Providers() { stop(); }

void Providers::stop() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopped = true;
  }
  shared_->timers.stop();
  shared_->pool.stop();
}

void Providers::start_discovery() {
  shared_->pool.post([shared = shared_] { shared->discover_all(); });
}

std::vector<ProviderStatus> Providers::list() const {
  const std::lock_guard lock(shared_->mutex);
  std::vector<ProviderStatus> out;
  for (const Entry& each : shared_->entries) {
    if (!each.is_there()) continue;
    const bool unhealthy = each.failures >= failures_until_unhealthy;
    const std::string health = unhealthy           ? "unhealthy"
                               : each.failures > 0 ? "degraded"
                               : each.answered     ? "healthy"
                                                   : "unknown";
    out.push_back(
        {each.settings.key, each.settings.type, each.settings.models, health, each.discovered_at_ms});
  }
  return out;
}

std::optional<ProviderSettings> Providers::find(const std::string& key) const {
  const std::lock_guard lock(shared_->mutex);
  const Entry* entry = shared_->find(key);
  return entry && entry->is_there() ? std::optional(entry->settings) : std::nullopt;
}

Result<ModelTarget> Providers::resolve_slug(const std::string& slug) const {
  const std::lock_guard lock(shared_->mutex);
  for (const Entry& each : shared_->entries) {
    const auto& models = each.settings.models;
    if (each.is_there() && std::find(models.begin(), models.end(), slug) != models.end())
      return ModelTarget{each.settings.key, slug};
  }
  const std::size_t slash = slug.find('/');
  const Entry* entry = slash == std::string::npos ? nullptr : shared_->find(slug.substr(0, slash));
  if (entry && entry->is_there()) return ModelTarget{entry->settings.key, slug.substr(slash + 1)};
  return fail("MODEL_NOT_FOUND", "no configured provider offers the model '" + slug + "'");
}

Result<ModelTarget> Providers::resolve(const std::string& ref, const std::string& model) const {
  if (ref == "scaigrid") return resolve_slug(model);
  if (find(ref)) return ModelTarget{ref, model};
  return fail("PROVIDER_NOT_FOUND", "there is no provider '" + ref + "'");
}

bool Providers::may_serve(const std::string& ref, const std::string& model) const {
  return resolve(ref, model).has_value();
}

namespace {

ProviderAnswer answer_of(const net::HttpClientResponse& response) {
  ProviderAnswer out;
  out.status = response.status;
  out.content_type = response.headers.get("content-type");
  if (auto body = try_parse_json(response.body)) {
    out.body = std::move(*body);
  } else {
    out.text = response.body;
  }
  const std::string_view wait = response.headers.get("retry-after");
  if (!wait.empty() && wait.find_first_not_of("0123456789") == std::string_view::npos && wait.size() < 6) {
    out.retry_after_ms = std::stoll(std::string(wait)) * 1'000;
  }
  return out;
}

/// What says nothing of the provider's health: we let go, or have heard enough.
bool is_its_fault(const Error& error) {
  return error.code != net::client_error::Cancelled && error.code != net::client_error::BodyTooLarge;
}

bool is_backend_failure(int status) { return status == 408 || status == 425 || status >= 500; }

/// One call on its way, which may still wait for its turn.
struct PendingCall {
  std::mutex mutex;
  net::HttpClient::Handle handle;
  bool sent = false, cancelled = false;
};

}  // namespace

namespace {

/// Callbacks of a caller who speaks OpenAI's shapes, put before a provider who does not.
void translate(const Json& chat, Providers::OnData& on_data, Providers::Done& done) {
  const ToolAnswer how = answers_by_tool(chat) ? ToolAnswer::Text : ToolAnswer::Calls;
  if (on_data) {
    on_data = [stream = std::make_shared<AnthropicStream>(how),
               inner = std::move(on_data)](std::string_view chunk) { inner(stream->feed(chunk)); };
  }
  done = [how, inner = std::move(done)](Result<ProviderAnswer> answer) {
    if (answer) answer->body = openai_answer(answer->body, how);
    inner(std::move(answer));
  };
}

tl::unexpected<Error> only_chats(const std::string& provider) {
  return fail("MODEL_UNAVAILABLE", "provider '" + provider + "' only chats");
}

}  // namespace

Cancel Providers::post(const std::string& provider, const std::string& path, const Json& body,
                       std::int64_t timeout_ms, OnData on_data, Done done) {
  const auto settings = find(provider);
  const char* const json = "application/json";
  if (!settings || settings->type != "anthropic")
    return send(provider, {path, json, to_ecma_text(body)}, timeout_ms, std::move(on_data), std::move(done));
  if (path != "chat/completions") {
    done(only_chats(provider));
    return nullptr;
  }
  translate(body, on_data, done);
  return send(provider, {"messages", json, to_ecma_text(anthropic_request(body))}, timeout_ms,
              std::move(on_data), std::move(done));
}

Cancel Providers::post(const std::string& provider, ProviderBody body, std::int64_t timeout_ms, Done done) {
  const auto settings = find(provider);
  if (settings && settings->type == "anthropic") {
    done(only_chats(provider));
    return nullptr;
  }
  return send(provider, std::move(body), timeout_ms, nullptr, std::move(done));
}

Cancel Providers::send(const std::string& provider, ProviderBody body, std::int64_t timeout_ms,
                       OnData on_data, Done done) {
  auto pending = std::make_shared<PendingCall>();
  std::function<void()> send;
  Error refusal;
  {
    const std::lock_guard lock(shared_->mutex);
    Entry* entry = shared_->find(provider);
    if (!entry || !entry->is_there()) {
      refusal = {"MODEL_UNAVAILABLE", "there is no provider '" + provider + "'", Retry::Later, {}};
    } else if (!shared_->may_try(*entry)) {
      refusal = {"MODEL_UNAVAILABLE", "provider '" + provider + "' does not answer", Retry::Later, {}};
    } else {
      net::HttpClientRequest request = request_for(entry->settings, "POST", body.path);
      request.headers.set("Content-Type", body.content_type);
      request.body = std::move(body.bytes);
      request.timeout_ms = std::min(timeout_ms, entry->settings.timeout_ms);
      request.idle_timeout_ms = idle_timeout_ms;
      send = [shared = shared_, provider, request = std::move(request), on_data, done, pending] {
        const auto finish = [shared, provider, done](const Result<net::HttpClientResponse>& response) {
          shared->finished(provider, response ? !is_backend_failure(response->status)
                                              : !is_its_fault(response.error()));
          if (response) return done(answer_of(*response));
          done(tl::unexpected(response.error()));
        };
        const std::lock_guard lock_pending(pending->mutex);
        if (pending->cancelled) return finish(fail(net::client_error::Cancelled, "cancelled"));
        pending->sent = true;
        pending->handle =
            on_data ? shared->http->send(request, on_data, finish) : shared->http->send(request, finish);
      };
      if (entry->active >= entry->settings.max_concurrent) {
        entry->waiting.push_back(std::exchange(send, nullptr));
      } else {
        ++entry->active;
      }
    }
  }
  if (!refusal.code.empty()) {
    done(tl::unexpected(std::move(refusal)));
    return nullptr;
  }
  if (send) send();
  return [pending] {
    const std::lock_guard lock(pending->mutex);
    pending->cancelled = true;
    if (pending->sent) pending->handle.cancel();
  };
}

}  // namespace scaiflow::core
