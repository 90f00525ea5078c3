#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "apps/grid/scaibunker/child_process.h"
#include "apps/grid/scaibunker/relay.h"

namespace scaiflow::grid {

/// Where a sandbox may go.
struct EgressRule {
  std::vector<std::string> hosts;  ///< names, or `*.` and a name for what lies below it
  std::vector<int> ports = {80, 443};
  /// Addresses that are refused whatever the name says.
  std::function<bool(const std::string& address)> is_refused;

  bool allows(const std::string& host, int port) const;
};

/// The way out of one sandbox (08 §8.14): a proxy on a socket of its own that takes CONNECT and plain HTTP to
/// allowed hosts. It resolves names itself, and connects to what it has resolved and checked.
class Egress {
 public:
  /// Makes the socket in a folder of its own that only `owner` may enter. Error `WORKER_UNAVAILABLE`.
  static Result<std::unique_ptr<Egress>> open(EgressRule rule, int owner);
  ~Egress();
  Egress(const Egress&) = delete;
  Egress& operator=(const Egress&) = delete;

  const std::string& socket_path() const { return path_; }
  /// Serves until `stop`. Blocks.
  void serve(const StopSwitch& stop);

 private:
  struct Opening {
    OwnedFd fd;
    std::string head;
  };
  explicit Egress(EgressRule rule) : rule_(std::move(rule)) {}
  void accept_one();
  /// False when the opening is over, one way or the other.
  bool read_head(Opening& opening);
  void connect(Opening& opening, std::size_t head_end);

  EgressRule rule_;
  std::string folder_, path_;
  OwnedFd listener_;
  std::list<Opening> openings_;
  std::list<Relay> relays_;
};

}  // namespace scaiflow::grid
