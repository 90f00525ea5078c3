#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/core/host/ports.h"
#include "libs/net/executor.h"
#include "libs/net/http_client.h"

namespace scaiflow::core::mcp {

/// One message to a server and what came back for it.
struct Outgoing {
  Json message;
  std::int64_t id = 0;  ///< 0: a notification, which has no answer
  net::Headers headers;
  std::int64_t timeout_ms = 0;
};
struct Answer {
  Json response;  ///< null for a notification
  std::string session_id;
  int status = 200;
};
using Answered = std::function<void(tl::expected<Answer, PluginFailure>)>;

class Transport {
 public:
  virtual ~Transport() = default;
  /// `done` comes once, on any thread, also after a cancel.
  virtual Cancel send(Outgoing outgoing, Answered done) = 0;
  /// Counts the servers behind it: when it changes, what was agreed with the last one is void.
  virtual std::int64_t generation() = 0;
};

/// Streamable HTTP: each message is a POST.
std::shared_ptr<Transport> http_transport(net::HttpClient& client, std::string url, net::Headers headers);
/// A child process that reads and writes lines; restarted on exit after 1 s, then twice as long, up to 60 s.
std::shared_ptr<Transport> stdio_transport(std::vector<std::string> command,
                                           std::vector<std::string> environment, net::Timers& timers,
                                           net::Executor& executor);

}  // namespace scaiflow::core::mcp
