#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/core/host/ports.h"
#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/net/executor.h"
#include "libs/net/http_client.h"

namespace scaiflow::core {

/// How a provider is made to answer in JSON (08 §8.15).
enum class Structured : std::uint8_t { JsonSchema, Tool, JsonObject, Prompt };
inline constexpr std::string_view Structured_names[] = {"json_schema", "tool", "json_object", "prompt"};
constexpr std::string_view name_of(Structured s) { return Structured_names[static_cast<int>(s)]; }

/// A configured or discovered provider. The key never leaves this struct but in requests.
struct ProviderSettings {
  std::string key;
  std::string type = "openai";
  std::string base_url;  ///< up to and without `/chat/completions`
  std::string api_key;
  Json headers = Json::object();
  Structured structured = Structured::JsonSchema;
  std::int64_t timeout_ms = 120'000;
  std::int64_t max_concurrent = 32;
  std::vector<std::string> models;  ///< static list, or what was discovered
  bool discover = true;             ///< ask `GET {base}/models`
  bool probed = false;              ///< a local server that may not be there: kept only while it answers
};

struct ProviderStatus {
  std::string key;
  std::string type;
  std::vector<std::string> models;
  std::string health;  ///< `healthy`, `degraded`, `unhealthy`, `unknown`
  std::int64_t discovered_at_ms = 0;
};

/// What goes to a provider, below its base URL.
struct ProviderBody {
  std::string path;
  std::string content_type;
  std::string bytes;
};

/// One answer of a provider, as the wire gave it.
struct ProviderAnswer {
  int status = 0;
  Json body;
  std::string text;  ///< when the body is no JSON
  std::string content_type;
  std::optional<std::int64_t> retry_after_ms;
};

/// The model providers of this node: settings, environment, local servers; their models and their health.
/// Thread safe. Secrets are in requests alone.
class Providers {
 public:
  using Done = std::function<void(Result<ProviderAnswer>)>;
  using OnData = std::function<void(std::string_view chunk)>;

  /// `settings`: key ->
  /// {`type`,`base_url`,`api_key`,`headers`,`structured`,`timeout_ms`,`max_concurrent`,`models`}.
  Providers(net::HttpClient& http, const Json& settings);
  ~Providers();

  /// Asks every provider for its models, in the background, and again every 10 minutes.
  void start_discovery();
  void stop();

  std::vector<ProviderStatus> list() const;
  std::optional<ProviderSettings> find(const std::string& key) const;
  /// 08 §8.15: the first provider that lists `slug` as it is, else `provider/model`; `MODEL_NOT_FOUND`.
  Result<ModelTarget> resolve_slug(const std::string& slug) const;
  /// `scaigrid` -> `resolve_slug`; a provider key -> that provider; else `PROVIDER_NOT_FOUND`.
  Result<ModelTarget> resolve(const std::string& ref, const std::string& model) const;
  /// Whether somebody serves it now or may soon: used by the load check of a Core.
  bool may_serve(const std::string& ref, const std::string& model) const;

  /// `POST {base}/{path}` with the provider's key and headers. `body.model` must be the provider's name of
  /// it. With `on_data` a 2xx body is handed over as it comes. Errors: `MODEL_UNAVAILABLE` while the circuit
  /// is open or the provider is unknown, else those of HttpClient. Any status is an answer.
  Cancel post(const std::string& provider, const std::string& path, const Json& body, std::int64_t timeout_ms,
              OnData on_data, Done done);
  /// The same for a body that is ready, to a provider of OpenAI's kind.
  Cancel post(const std::string& provider, ProviderBody body, std::int64_t timeout_ms, Done done);

 private:
  Cancel send(const std::string& provider, ProviderBody body, std::int64_t timeout_ms, OnData on_data,
              Done done);
  struct Entry;
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace scaiflow::core
