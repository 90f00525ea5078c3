#pragma once

#include <poll.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace scaiflow::grid {

/// A file number that is closed with its owner.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Two sockets joined: what comes in at one goes out at the other, until both directions are over. Bounded
/// buffers, nothing waits.
class Relay {
 public:
  /// `to_far`: bytes that the near side has sent already.
  Relay(OwnedFd near, OwnedFd far, std::string to_far = {});

  /// Puts the two entries that it wants to be polled with.
  void want(std::vector<pollfd>& fds) const;
  /// Acts on these entries as they came back; false when it is over.
  bool step(const pollfd& near, const pollfd& far);

 private:
  struct Way {
    std::string bytes;
    bool ended = false, closed = false;
  };
  static bool pull(int from, Way& way);
  static bool push(int to, Way& way);

  OwnedFd near_, far_;
  Way out_, in_;  ///< near to far, far to near
};

}  // namespace scaiflow::grid
