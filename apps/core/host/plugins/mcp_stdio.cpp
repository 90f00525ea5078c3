#include <algorithm>
#include <map>
#include <mutex>

#include "apps/core/host/plugins/child_process.h"
#include "apps/core/host/plugins/mcp_transport.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::core::mcp {

namespace {

constexpr std::int64_t first_pause_ms = 1'000;
constexpr std::int64_t longest_pause_ms = 60'000;

/// One child at a time. A line is written by whoever calls; lines are read by a thread of its own.
class StdioTransport final : public Transport, public std::enable_shared_from_this<StdioTransport> {
 public:
  StdioTransport(std::vector<std::string> command, std::vector<std::string> environment, net::Timers& timers,
                 net::Executor& executor)
      : command_(std::move(command)),
        environment_(std::move(environment)),
        timers_(timers),
        executor_(executor) {}
  ~StdioTransport() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (child_) child_->kill();
    }
    reader_.stop();
  }

  std::int64_t generation() override {
    const std::lock_guard lock(mutex_);
    start_if_due();
    return generation_;
  }

  Cancel send(Outgoing outgoing, Answered done) override {
    std::shared_ptr<ChildProcess> child;
    {
      const std::lock_guard lock(mutex_);
      start_if_due();
      child = child_;
      if (child && outgoing.id != 0) pending_[outgoing.id] = std::move(done);
    }
    if (!child) {
      done(tl::unexpected(PluginFailure{"unreachable", "the server's process does not run", true, {}}));
      return nullptr;
    }
    if (!child->write_line(to_ecma_text(outgoing.message))) {
      finish(outgoing.id,
             tl::unexpected(PluginFailure{"unreachable", "the server's process has ended", true, {}}));
      return nullptr;
    }
    if (outgoing.id == 0) {
      done(Answer{});
      return nullptr;
    }
    return arm(outgoing);
  }

 private:
  /// The call ends when its time is over, whatever the process does.
  Cancel arm(const Outgoing& outgoing) {
    const std::weak_ptr<StdioTransport> weak = weak_from_this();
    const auto give_up = [weak, id = outgoing.id](const char* code, const char* why) {
      if (const auto self = weak.lock()) self->finish(id, tl::unexpected(PluginFailure{code, why, true, {}}));
    };
    const net::Timers::Id timer = timers_.after(outgoing.timeout_ms, executor_, [give_up] {
      give_up("timeout", "the server did not answer in time");
    });
    return [give_up, weak, timer] {
      if (const auto self = weak.lock()) self->timers_.cancel(timer);
      give_up("cancelled", "the call was cancelled");
    };
  }

  void finish(std::int64_t id, tl::expected<Answer, PluginFailure> answer) {
    Answered done;
    {
      const std::lock_guard lock(mutex_);
      const auto at = pending_.find(id);
      if (at == pending_.end()) return;
      done = std::move(at->second);
      pending_.erase(at);
    }
    done(std::move(answer));
  }

  /// Under the lock.
  void start_if_due() {
    if (child_ || stopping_ || net::steady_ms() < next_start_ms_) return;
    auto started = ChildProcess::start(command_, environment_);
    if (!started) return pause();
    child_ = std::move(*started);
    ++generation_;
    started_at_ms_ = net::steady_ms();
    reader_.post([this, child = child_] { read(*child); });
  }
  void pause() {
    next_start_ms_ = net::steady_ms() + pause_ms_;
    pause_ms_ = std::min(pause_ms_ * 2, longest_pause_ms);
  }

  void read(ChildProcess& child) {
    std::string line;
    while (child.read_line(line)) {
      auto message = try_parse_json(line);
      if (!message || message->contains("method") || !(*message)["id"].is_int()) continue;
      const std::int64_t id = (*message)["id"].as_int();
      finish(id, Answer{std::move(*message), {}, 200});
    }
    ended();
  }

  void ended() {
    std::map<std::int64_t, Answered> lost;
    {
      const std::lock_guard lock(mutex_);
      lost = std::exchange(pending_, {});
      child_ = nullptr;
      if (net::steady_ms() - started_at_ms_ > longest_pause_ms) pause_ms_ = first_pause_ms;
      pause();
    }
    for (const auto& [id, done] : lost)
      done(tl::unexpected(PluginFailure{"unreachable", "the server's process has ended", true, {}}));
  }

  const std::vector<std::string> command_, environment_;
  net::Timers& timers_;
  net::Executor& executor_;
  std::mutex mutex_;  ///< guards what follows
  std::shared_ptr<ChildProcess> child_;
  std::map<std::int64_t, Answered> pending_;
  std::int64_t generation_ = 0, next_start_ms_ = 0, started_at_ms_ = 0, pause_ms_ = first_pause_ms;
  bool stopping_ = false;
  net::Pool reader_{1};
};

}  // namespace

std::shared_ptr<Transport> stdio_transport(std::vector<std::string> command,
                                           std::vector<std::string> environment, net::Timers& timers,
                                           net::Executor& executor) {
  return std::make_shared<StdioTransport>(std::move(command), std::move(environment), timers, executor);
}

}  // namespace scaiflow::core::mcp
