#include "apps/grid/scaibunker/bridge.h"

#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <list>

#include "apps/grid/scaibunker/relay.h"

extern char** environ;

namespace scaiflow::grid {

namespace {

constexpr int cannot_run = 127;
constexpr std::size_t relays_max = 128;

OwnedFd listen_inside() {
  OwnedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(bridge_port);
  const bool ready = fd.is_open() &&
                     bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     listen(fd.get(), 64) == 0;
  return ready ? std::move(fd) : OwnedFd();
}

OwnedFd connect_outside() {
  OwnedFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, bridge_socket);
  const bool ready =
      fd.is_open() && connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  return ready ? std::move(fd) : OwnedFd();
}

int exit_code_of(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

int run_bridge(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  OwnedFd listener = listen_inside();
  pid_t child = -1;
  if (command.empty() || !listener.is_open() ||
      posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), environ) != 0)
    return cannot_run;
  const OwnedFd handle(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  std::list<Relay> relays;
  while (true) {
    std::vector<pollfd> fds{{handle.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
    for (const Relay& each : relays) each.want(fds);
    if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return cannot_run;
    if (fds[0].revents != 0) return exit_code_of(child);
    std::size_t at = 2;
    for (auto each = relays.begin(); each != relays.end(); at += 2)
      each = each->step(fds[at], fds[at + 1]) ? std::next(each) : relays.erase(each);
    if (fds[1].revents == 0) continue;
    OwnedFd near(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    OwnedFd far = relays.size() < relays_max ? connect_outside() : OwnedFd();
    if (near.is_open() && far.is_open()) relays.emplace_back(std::move(near), std::move(far));
  }
}

}  // namespace scaiflow::grid
