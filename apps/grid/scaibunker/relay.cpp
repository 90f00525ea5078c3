#include "apps/grid/scaibunker/relay.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace scaiflow::grid {

namespace {

constexpr std::size_t buffer_max = 65'536;

short wanted(bool reads, bool writes) {
  return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

}  // namespace

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

Relay::Relay(OwnedFd near, OwnedFd far, std::string to_far) : near_(std::move(near)), far_(std::move(far)) {
  out_.bytes = std::move(to_far);
  for (const int fd : {near_.get(), far_.get()}) fcntl(fd, F_SETFL, O_NONBLOCK);
}

void Relay::want(std::vector<pollfd>& fds) const {
  const auto open = [](const Way& way) { return !way.ended && way.bytes.size() < buffer_max; };
  // A socket of which nothing is wanted is left out: one that has hung up would wake us for ever.
  const auto add = [&](int fd, short events) { fds.push_back({events != 0 ? fd : -1, events, 0}); };
  add(near_.get(), wanted(open(out_), !in_.bytes.empty()));
  add(far_.get(), wanted(open(in_), !out_.bytes.empty()));
}

bool Relay::step(const pollfd& near, const pollfd& far) {
  constexpr short readable = POLLIN | POLLHUP | POLLERR;
  if ((near.revents & readable) != 0 && !pull(near_.get(), out_)) return false;
  if ((far.revents & readable) != 0 && !pull(far_.get(), in_)) return false;
  return push(far_.get(), out_) && push(near_.get(), in_) && !(out_.closed && in_.closed);
}

bool Relay::pull(int from, Way& way) {
  if (way.ended || way.bytes.size() >= buffer_max) return true;
  std::array<char, buffer_max> chunk;
  const ssize_t n = recv(from, chunk.data(), chunk.size(), 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  way.ended = n == 0;
  way.bytes.append(chunk.data(), static_cast<std::size_t>(n));
  return true;
}

bool Relay::push(int to, Way& way) {
  if (!way.bytes.empty()) {
    const ssize_t n = send(to, way.bytes.data(), way.bytes.size(), MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
    way.bytes.erase(0, static_cast<std::size_t>(n));
  }
  if (way.ended && way.bytes.empty() && !way.closed) {
    way.closed = true;
    shutdown(to, SHUT_WR);
  }
  return true;
}

}  // namespace scaiflow::grid
