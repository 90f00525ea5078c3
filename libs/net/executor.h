#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace scaiflow::net {

using Task = std::function<void()>;

/// Runs tasks, in order of posting where it is serial. Queues are bounded for new work: who admits work calls
/// `try_post` and answers "overloaded" when it is refused; continuations of admitted work use `post`.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Takes a continuation of work that was admitted before. Dropped after stop.
  virtual void post(Task task) = 0;
  /// Takes new work; false when the queue is full or stopped.
  virtual bool try_post(Task task) = 0;
};

/// `count` serial executors, each on its own thread: what is posted to one lane never runs at the same time
/// as another task of that lane, so that the state owned by a lane needs no lock.
class Lanes {
 public:
  explicit Lanes(std::size_t count, std::size_t queue_max = 65'536);
  ~Lanes();

  std::size_t size() const;
  Executor& at(std::size_t index);
  /// The lane for a key (execution id, room id): always the same one.
  Executor& of(std::string_view key);
  /// Runs what is queued, refuses what comes later, joins. Never from a lane's own thread.
  void stop();

 private:
  class Lane;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

/// `threads` threads for blocking work (SQL reads, files, compression, compile jobs); tasks run side by side.
class Pool final : public Executor {
 public:
  explicit Pool(std::size_t threads, std::size_t queue_max = 4'096);
  ~Pool() override;

  void post(Task task) override;
  bool try_post(Task task) override;
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs tasks in place, on the posting thread. For tests and for callers that need no other thread.
class InlineExecutor final : public Executor {
 public:
  void post(Task task) override { task(); }
  bool try_post(Task task) override {
    task();
    return true;
  }
};

/// Timers on the steady clock (libs/net/clock.h). A due timer posts its task on its executor; the executor
/// must outlive it.
class Timers {
 public:
  using Id = std::uint64_t;

  Timers();
  ~Timers();

  Id at(std::int64_t steady_ms, Executor& executor, Task task);
  Id after(std::int64_t delay_ms, Executor& executor, Task task);
  /// True when the task was not posted yet and never will be.
  bool cancel(Id id);
  /// Forgets all timers and joins.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scaiflow::net
