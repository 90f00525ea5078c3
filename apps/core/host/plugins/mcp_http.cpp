#include "apps/core/host/plugins/mcp_transport.h"
#include "apps/core/host/plugins/mcp_wire.h"
#include "libs/base/json_text.h"

namespace scaiflow::core::mcp {

namespace {

constexpr int connect_tries = 3;

PluginFailure failure_of(const Error& error) {
  if (error.code == net::client_error::Timeout)
    return {"timeout", "the server did not answer in time", true, {}};
  if (error.code == net::client_error::BodyTooLarge)
    return {"result_too_large", "the answer is too large", false, {}};
  return {"unreachable", "the server cannot be reached: " + error.message, true, {}};
}

class HttpTransport final : public Transport, public std::enable_shared_from_this<HttpTransport> {
 public:
  HttpTransport(net::HttpClient& client, std::string url, net::Headers headers)
      : client_(client), url_(std::move(url)), headers_(std::move(headers)) {}

  Cancel send(Outgoing outgoing, Answered done) override {
    net::HttpClientRequest request;
    request.method = "POST";
    request.url = url_;
    request.headers = headers_;
    for (const auto& [name, value] : outgoing.headers) request.headers.set(name, value);
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json, text/event-stream");
    request.body = to_ecma_text(outgoing.message);
    request.timeout_ms = outgoing.timeout_ms;
    auto attempt = std::make_shared<Attempt>();
    attempt->request = std::move(request);
    attempt->id = outgoing.id;
    attempt->done = std::move(done);
    post(attempt);
    return [attempt] {
      const std::lock_guard lock(attempt->mutex);
      attempt->tries = 0;
      attempt->handle.cancel();
    };
  }
  std::int64_t generation() override { return 1; }

 private:
  struct Attempt {
    net::HttpClientRequest request;
    std::int64_t id = 0;
    Answered done;
    std::mutex mutex;  ///< guards what follows
    net::HttpClient::Handle handle;
    int tries = connect_tries;
  };

  /// Again only when surely nothing was sent (07 §10).
  void post(const std::shared_ptr<Attempt>& attempt) {
    const std::lock_guard lock(attempt->mutex);
    --attempt->tries;
    attempt->handle = client_.send(
        attempt->request, [self = shared_from_this(), attempt](const Result<net::HttpClientResponse>& got) {
          if (got) return attempt->done(answer_of(*attempt, *got));
          bool again = got.error().code == net::client_error::ConnectFailed;
          {
            const std::lock_guard inner(attempt->mutex);
            again = again && attempt->tries > 0;
          }
          if (again) return self->post(attempt);
          attempt->done(tl::unexpected(failure_of(got.error())));
        });
  }

  static tl::expected<Answer, PluginFailure> answer_of(const Attempt& attempt,
                                                       const net::HttpClientResponse& got) {
    Answer out;
    out.status = got.status;
    out.session_id = std::string(got.headers.get("Mcp-Session-Id"));
    if (attempt.id == 0 && got.status < 300) return out;
    auto response = response_in(std::string(got.headers.get("Content-Type")), got.body, attempt.id);
    if (response) {
      out.response = std::move(*response);
      return out;
    }
    const std::string status = std::to_string(got.status);
    if (got.status >= 500)
      return tl::unexpected(PluginFailure{"unreachable", "the server answered " + status, true, {}});
    if (got.status >= 400)
      return tl::unexpected(PluginFailure{"rejected", "the server answered " + status, false, {}});
    return tl::unexpected(
        PluginFailure{"bad_response", "the server answered nothing of its protocol", false, {}});
  }

  net::HttpClient& client_;
  const std::string url_;
  const net::Headers headers_;
};

}  // namespace

std::shared_ptr<Transport> http_transport(net::HttpClient& client, std::string url, net::Headers headers) {
  return std::make_shared<HttpTransport>(client, std::move(url), std::move(headers));
}

}  // namespace scaiflow::core::mcp
