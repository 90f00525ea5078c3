#include "apps/grid/scaibunker/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <set>

#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

constexpr std::size_t chunk_bytes = 65'536;
/// A child that was killed is gone at once; its output pipe may be held by nobody longer than this.
constexpr std::int64_t drain_ms = 2'000;
constexpr std::size_t tree_max = 4'096;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct Pipe {
  Fd read, write;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Fd(fds[0]), Fd(fds[1])};
}

Fd memory_file(const std::string& bytes) {
  Fd fd(memfd_create("scaiflow", MFD_CLOEXEC));
  std::size_t done = 0;
  while (fd.is_open() && done < bytes.size()) {
    const ssize_t n = write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n <= 0) return Fd();
    done += static_cast<std::size_t>(n);
  }
  if (fd.is_open()) lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

/// Ours move out of the way first, so that no number of the child's is overwritten before it was copied.
Fd above(Fd fd) { return Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 100)); }

struct Child {
  pid_t pid = -1;
  Fd handle, in, out, err;
};

class Spawner {
 public:
  Spawner() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    sigset_t none, standard;
    sigemptyset(&none);
    sigemptyset(&standard);
    sigaddset(&standard, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &standard);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Spawner() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  void give(Fd fd, int number) {
    kept_.push_back(above(std::move(fd)));
    posix_spawn_file_actions_adddup2(&actions_, kept_.back().get(), number);
  }

  int spawn(const std::vector<std::string>& argv, pid_t& pid) {
    std::vector<char*> arguments;
    for (const std::string& each : argv) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    return posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  std::vector<Fd> kept_;
};

Result<Child> start(const ChildSpec& spec) {
  auto in = make_pipe(), out = make_pipe(), err = make_pipe();
  if (!in || !out || !err) return fail("WORKER_UNAVAILABLE", "no more files can be opened", Retry::Later);
  Spawner spawner;
  spawner.give(std::move(in->read), 0);
  spawner.give(std::move(out->write), 1);
  spawner.give(std::move(err->write), 2);
  for (const ChildFile& file : spec.files) {
    Fd bytes = memory_file(file.bytes);
    if (!bytes.is_open()) return fail("WORKER_UNAVAILABLE", "no memory for a sandbox", Retry::Later);
    spawner.give(std::move(bytes), file.number);
  }
  Child child;
  if (const int failed = spawner.spawn(spec.argv, child.pid); failed != 0) {
    return fail("WORKER_UNAVAILABLE", spec.argv.front() + " cannot be started", Retry::Later);
  }
  child.handle = Fd(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
  child.in = std::move(in->write);
  child.out = std::move(out->read);
  child.err = std::move(err->read);
  for (const Fd* fd : {&child.in, &child.out, &child.err}) fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  return child;
}

/// Moves bytes between the child and us until it has ended and its streams are closed.
class Pump {
 public:
  Pump(const ChildSpec& spec, Child child)
      : spec_(spec), child_(std::move(child)), started_ms_(net::steady_ms()) {}

  ChildOutcome run() {
    if (spec_.stdin_text.empty()) child_.in.close();
    next_watch_ms_ = started_ms_ + spec_.watch_every_ms;
    while (child_.handle.is_open() || child_.out.is_open() || child_.err.is_open()) {
      if (!wait()) break;
    }
    outcome_.duration_ms = net::steady_ms() - started_ms_;
    return std::move(outcome_);
  }

 private:
  /// One round; false when the streams of a dead child stay open too long.
  bool wait() {
    const std::int64_t now_ms = net::steady_ms();
    const std::int64_t deadline_ms = started_ms_ + spec_.timeout_ms;
    if (killed_ms_ > 0 && now_ms > killed_ms_ + drain_ms) return false;
    if (killed_ms_ == 0 && now_ms >= deadline_ms) kill_group(ChildEnd::TimedOut);
    if (killed_ms_ == 0 && spec_.is_over_limit && now_ms >= next_watch_ms_) {
      if (spec_.is_over_limit(child_.pid)) kill_group(ChildEnd::OverLimit);
      // A look that takes long is taken seldom.
      const std::int64_t after_ms = net::steady_ms();
      next_watch_ms_ = after_ms + std::max(spec_.watch_every_ms, 10 * (after_ms - now_ms));
    }
    const int stop_fd = spec_.stop && killed_ms_ == 0 ? spec_.stop->fd() : -1;
    std::array<pollfd, 5> fds{pollfd{child_.handle.get(), POLLIN, 0}, pollfd{child_.out.get(), POLLIN, 0},
                              pollfd{child_.err.get(), POLLIN, 0}, pollfd{child_.in.get(), POLLOUT, 0},
                              pollfd{stop_fd, POLLIN, 0}};
    const std::int64_t wake_ms = killed_ms_ > 0 ? now_ms + 50 : std::min(deadline_ms, next_watch_ms_);
    poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(wake_ms - now_ms, 1, 1'000)));
    if (fds[1].revents != 0) read_some(child_.out, outcome_.out);
    if (fds[2].revents != 0) read_some(child_.err, outcome_.err);
    if (fds[3].revents != 0) write_some();
    if (fds[4].revents != 0) kill_group(ChildEnd::Stopped);
    if (fds[0].revents != 0) reap();
    return true;
  }

  void kill_group(ChildEnd why) {
    outcome_.end = why;
    killed_ms_ = net::steady_ms();
    ::kill(-child_.pid, SIGKILL);
  }

  void reap() {
    int status = 0;
    while (waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
    }
    outcome_.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    child_.handle.close();
    child_.in.close();
    // Whatever it left behind in its group goes with it.
    ::kill(-child_.pid, SIGKILL);
    if (killed_ms_ == 0) killed_ms_ = net::steady_ms();
  }

  void read_some(Fd& fd, std::string& into) {
    const ssize_t n = read(fd.get(), buffer_.data(), buffer_.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return fd.close();
    const std::size_t room = spec_.output_bytes_max - std::min(spec_.output_bytes_max, into.size());
    const std::size_t kept = std::min(room, static_cast<std::size_t>(n));
    into.append(buffer_.data(), kept);
    outcome_.truncated = outcome_.truncated || kept < static_cast<std::size_t>(n);
  }

  void write_some() {
    const ssize_t n =
        write(child_.in.get(), spec_.stdin_text.data() + written_, spec_.stdin_text.size() - written_);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n > 0) written_ += static_cast<std::size_t>(n);
    if (n <= 0 || written_ == spec_.stdin_text.size()) child_.in.close();
  }

  const ChildSpec& spec_;
  Child child_;
  ChildOutcome outcome_;
  std::int64_t started_ms_, next_watch_ms_ = 0;
  std::int64_t killed_ms_ = 0;  ///< since when only the rest of its output is awaited
  std::size_t written_ = 0;
  std::vector<char> buffer_ = std::vector<char>(chunk_bytes);
};

std::vector<int> children_of(int pid) {
  std::vector<int> out;
  std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  for (int child = 0; file >> child;) out.push_back(child);
  return out;
}

/// Anonymous memory, shared pages by their share.
std::int64_t own_memory_bytes(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  std::string word;
  for (std::int64_t kib = 0; file >> word;) {
    if (word == "Pss_Anon:" && file >> kib) return kib * 1'024;
  }
  return 0;
}

}  // namespace

StopSwitch::StopSwitch() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
StopSwitch::~StopSwitch() {
  if (fd_ >= 0) close(fd_);
}
void StopSwitch::stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

Result<ChildOutcome> run_child(const ChildSpec& spec) {
  auto child = start(spec);
  if (!child) return tl::unexpected(child.error());
  return Pump(spec, std::move(*child)).run();
}

bool tree_holds_more(int pid, std::int64_t bytes) {
  static const std::int64_t page_bytes = sysconf(_SC_PAGESIZE);
  std::int64_t resident_bytes = 0;
  std::vector<int> open{pid};
  for (std::size_t i = 0; i < open.size() && i < tree_max; ++i) {
    std::ifstream file("/proc/" + std::to_string(open[i]) + "/statm");
    std::int64_t size = 0, resident = 0, shared = 0;
    if (file >> size >> resident >> shared) resident_bytes += (resident - shared) * page_bytes;
    for (const int child : children_of(open[i])) open.push_back(child);
  }
  if (resident_bytes <= bytes) return false;
  // Pages that a fork shares were counted for each: count them by their shares, which costs more.
  std::int64_t own_bytes = 0;
  for (const int each : open) own_bytes += own_memory_bytes(each);
  return own_bytes > bytes;
}

}  // namespace scaiflow::grid
