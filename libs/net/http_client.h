#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::net {

/// Codes of Error that HttpClient gives.
namespace client_error {
inline constexpr char ConnectFailed[] = "connect_failed";  ///< surely nothing was sent
inline constexpr char AddressRefused[] = "address_refused";  ///< the filter said no; nothing was sent
inline constexpr char InvalidUrl[] = "invalid_url";  ///< nothing was sent
inline constexpr char Timeout[] = "timeout";  ///< the request may have been worked on
inline constexpr char BodyTooLarge[] = "body_too_large";  ///< answer above `body_max`
inline constexpr char Cancelled[] = "cancelled";
inline constexpr char TransferFailed[] = "transfer_failed";  ///< broken off; may have been worked on
inline constexpr char Overloaded[] = "overloaded";  ///< too many transfers; nothing was sent
}  // namespace client_error

enum class Redirects : std::uint8_t { Refuse, Follow };
/// A shared connection may turn out dead, and then the transport sends the request again by itself. Fresh
/// connections cost a handshake and send at most once: for requests that must not be doubled.
enum class ConnectionUse : std::uint8_t { Shared, Fresh };

/// Decides about an address before it is connected to (10 §9.2). `address` is an IP address in text form.
using AddressFilter = std::function<bool(std::string_view address, std::uint16_t port)>;

struct HttpClientRequest {
  std::string method = "GET";
  std::string url;  ///< http or https, absolute
  Headers headers;
  std::string body;
  std::int64_t timeout_ms = 30'000;  ///< whole transfer; 0 = none
  std::int64_t connect_timeout_ms = 5'000;
  std::int64_t idle_timeout_ms = 0;  ///< no byte received for so long; 0 = none
  std::size_t body_max = 10u << 20;  ///< bytes of answer, streamed or not
  Redirects redirects = Redirects::Refuse;
  int redirects_max = 5;
  ConnectionUse connection = ConnectionUse::Shared;
  AddressFilter address_filter;  ///< asked for every address, after each redirect too; unset = all allowed
};

/// Any status is an answer, not an error. `body` is empty where it was streamed.
struct HttpClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
  std::string url;  ///< last one asked, after redirects
};

struct HttpClientOptions {
  std::size_t connections_per_host_max = 256;
  /// With those that wait for a connection. More than executions may run: their calls wait, they do not fail.
  std::size_t transfers_max = 65'536;
  std::string ca_file;  ///< empty = the system's
  std::string user_agent = "scaiflow";
};

/// HTTP client on one thread of its own. All callbacks run on that thread: they must be short and must not
/// block; post the work on. `done` is called exactly once for each send, also after cancel and at stop.
class HttpClient {
 public:
  /// One transfer. Copies share it; dropping it does not cancel.
  class Handle {
   public:
    Handle() = default;
    /// Ends the transfer; `done` gets `cancelled` unless it has run already. From any thread.
    void cancel() const;

   private:
    friend class HttpClient;
    std::function<void()> cancel_;
  };

  using OnData = std::function<void(std::string_view chunk)>;
  using OnDone = std::function<void(Result<HttpClientResponse>)>;

  explicit HttpClient(HttpClientOptions options = {});
  /// Stops: transfers in work end with `cancelled`.
  ~HttpClient();

  Handle send(HttpClientRequest request, OnDone done);
  /// Streams the body of a 2xx answer to `on_data` as it comes; other answers are gathered as above.
  Handle send(HttpClientRequest request, OnData on_data, OnDone done);

  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< shared with handles, weakly
};

}  // namespace scaiflow::net
