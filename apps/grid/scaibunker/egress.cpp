#include "apps/grid/scaibunker/egress.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>

#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t head_max = 16'384;
constexpr std::size_t openings_max = 64;
constexpr std::size_t relays_max = 128;
constexpr int connect_ms = 10'000;

void answer(int fd, const char* status) {
  const std::string text =
      std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  [[maybe_unused]] const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

struct Target {
  std::string host;
  int port = 0;
  std::string rest;  ///< what plain HTTP sends on; empty for CONNECT
};

std::optional<int> port_of(std::string_view text) {
  int port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(port) : std::nullopt;
}

bool set_place(Target& target, std::string_view place, int fallback) {
  const std::size_t colon = place.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::optional(fallback) : port_of(place.substr(colon + 1));
  target.host = to_lower(place.substr(0, colon));
  target.port = port.value_or(0);
  return port.has_value() && !target.host.empty();
}

/// `CONNECT host:443 HTTP/1.1`, or `GET http://host/path HTTP/1.1`, which becomes `GET /path HTTP/1.1`.
std::optional<Target> target_of(const std::string& head) {
  const std::string_view line = std::string_view(head).substr(0, head.find("\r\n"));
  const std::vector<std::string_view> words = split(line, ' ');
  if (words.size() != 3) return std::nullopt;
  Target out;
  if (words[0] == "CONNECT") return set_place(out, words[1], 443) ? std::optional(out) : std::nullopt;
  constexpr std::string_view scheme = "http://";
  if (!words[1].starts_with(scheme)) return std::nullopt;
  const std::string_view after = words[1].substr(scheme.size());
  const std::size_t slash = std::min(after.find('/'), after.size());
  if (!set_place(out, after.substr(0, slash), 80)) return std::nullopt;
  const std::string path(slash < after.size() ? after.substr(slash) : "/");
  out.rest = std::string(words[0]) + " " + path + " " + std::string(words[2]) + head.substr(line.size());
  // One request for each connection: a second one could name another host.
  out.rest.insert(out.rest.find("\r\n") + 2, "Connection: close\r\n");
  return out;
}

std::string address_text(const addrinfo& info) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes =
      info.ai_family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(info.ai_addr)->sin_addr)
          : &reinterpret_cast<const sockaddr_in6*>(info.ai_addr)->sin6_addr;
  return inet_ntop(info.ai_family, bytes, text.data(), text.size()) != nullptr ? text.data() : "";
}

bool is_connected(int fd, const addrinfo& info) {
  if (::connect(fd, info.ai_addr, info.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd entry{fd, POLLOUT, 0};
  int error = 1;
  socklen_t size = sizeof error;
  return poll(&entry, 1, connect_ms) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
         error == 0;
}

/// The first address that may be reached, and can be.
OwnedFd connected(const Target& target, const EgressRule& rule) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found) != 0)
    return OwnedFd();
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if ((each->ai_family != AF_INET && each->ai_family != AF_INET6) || rule.is_refused(address_text(*each)))
      continue;
    OwnedFd fd(socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd.is_open() && is_connected(fd.get(), *each)) return fd;
  }
  return OwnedFd();
}

}  // namespace

bool EgressRule::allows(const std::string& host, int port) const {
  if (std::find(ports.begin(), ports.end(), port) == ports.end()) return false;
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& allowed) {
    if (!allowed.starts_with("*.")) return host == allowed;
    // One label in front, as certificates have it.
    const std::size_t dot = host.find('.');
    return dot != std::string::npos && dot > 0 && host.substr(dot) == allowed.substr(1);
  });
}

Result<std::unique_ptr<Egress>> Egress::open(EgressRule rule, int owner) {
  const auto failed = [] {
    return fail("WORKER_UNAVAILABLE", "the way out of a sandbox cannot be made", Retry::Later);
  };
  std::unique_ptr<Egress> out(new Egress(std::move(rule)));
  out->folder_ = (std::filesystem::temp_directory_path() / "scaiflow-egress-XXXXXX").string();
  if (mkdtemp(out->folder_.data()) == nullptr) return failed();
  out->path_ = out->folder_ + "/egress.sock";
  out->listener_ = OwnedFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (out->path_.size() >= sizeof address.sun_path) return failed();
  std::memcpy(address.sun_path, out->path_.c_str(), out->path_.size());
  if (bind(out->listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(out->listener_.get(), 16) != 0 || chmod(out->path_.c_str(), 0666) != 0)
    return failed();
  const auto user = static_cast<uid_t>(owner);
  if (geteuid() == 0 && chown(out->folder_.c_str(), user, user) != 0) return failed();
  return out;
}

Egress::~Egress() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Egress::serve(const StopSwitch& stop) {
  while (true) {
    std::vector<pollfd> fds{{stop.fd(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const Opening& each : openings_) fds.push_back({each.fd.get(), POLLIN, 0});
    for (const Relay& each : relays_) each.want(fds);
    if (poll(fds.data(), fds.size(), 1'000) < 0 && errno != EINTR) return;
    if (fds[0].revents != 0) return;
    std::size_t at = 2;
    for (auto each = openings_.begin(); each != openings_.end();) {
      const bool goes_on = fds[at++].revents == 0 || read_head(*each);
      each = goes_on ? std::next(each) : openings_.erase(each);
    }
    for (auto each = relays_.begin(); each != relays_.end() && at + 1 < fds.size(); at += 2)
      each = each->step(fds[at], fds[at + 1]) ? std::next(each) : relays_.erase(each);
    if (fds[1].revents != 0) accept_one();
  }
}

void Egress::accept_one() {
  OwnedFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd.is_open() || openings_.size() >= openings_max || relays_.size() >= relays_max) return;
  openings_.push_back({std::move(fd), {}});
}

bool Egress::read_head(Opening& opening) {
  std::array<char, 4'096> chunk;
  const ssize_t n = recv(opening.fd.get(), chunk.data(), chunk.size(), 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  opening.head.append(chunk.data(), static_cast<std::size_t>(n));
  const std::size_t end = opening.head.find("\r\n\r\n");
  if (end != std::string::npos) {
    connect(opening, end + 4);
    return false;
  }
  if (opening.head.size() < head_max) return true;
  answer(opening.fd.get(), "431 Request Header Fields Too Large");
  return false;
}

void Egress::connect(Opening& opening, std::size_t head_end) {
  const auto target = target_of(opening.head.substr(0, head_end));
  if (!target) return answer(opening.fd.get(), "400 Bad Request");
  if (!rule_.allows(target->host, target->port)) return answer(opening.fd.get(), "403 Forbidden");
  OwnedFd far = connected(*target, rule_);
  if (!far.is_open()) return answer(opening.fd.get(), "502 Bad Gateway");
  if (target->rest.empty()) {
    constexpr char established[] = "HTTP/1.1 200 Connection established\r\n\r\n";
    [[maybe_unused]] const ssize_t sent =
        send(opening.fd.get(), established, sizeof established - 1, MSG_NOSIGNAL);
  }
  relays_.emplace_back(std::move(opening.fd), std::move(far), target->rest + opening.head.substr(head_end));
}

}  // namespace scaiflow::grid
