#pragma once

// For tests: a plain blocking TCP client on loopback, so that requests can be sent byte by byte.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace scaiflow::net {

class LoopbackSocket {
 public:
  /// `receive_buffer` > 0 keeps the kernel's buffer small: a slow reader for tests of backpressure.
  explicit LoopbackSocket(std::uint16_t port, int receive_buffer = 0) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const timeval patience{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~LoopbackSocket() { close(); }
  LoopbackSocket(const LoopbackSocket&) = delete;
  LoopbackSocket& operator=(const LoopbackSocket&) = delete;

  bool connected() const { return connected_; }

  /// False when the other side has closed.
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Everything up to and including `mark`; what came until the close when it does not come.
  std::string read_until(std::string_view mark) {
    while (true) {
      if (const std::size_t at = received_.find(mark); at != std::string::npos) {
        const std::string text = received_.substr(0, at + mark.size());
        received_.erase(0, at + mark.size());
        return text;
      }
      if (!fill()) {
        return std::exchange(received_, {});
      }
    }
  }

  std::string read_bytes(std::size_t count) {
    while (received_.size() < count && fill()) {
    }
    const std::string text = received_.substr(0, count);
    received_.erase(0, text.size());
    return text;
  }

  /// One answer with a Content-Length.
  std::string read_response() {
    std::string head = read_until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? head : head + read_bytes(std::stoul(head.substr(at + 16)));
  }

  /// Everything until the other side closes.
  std::string read_all() {
    while (fill()) {
    }
    return std::exchange(received_, {});
  }

  void close() {
    if (fd_ >= 0) {
      ::close(fd_);
      fd_ = -1;
    }
  }

 private:
  bool fill() {
    char buffer[16 * 1024];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      return false;
    }
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace scaiflow::net
