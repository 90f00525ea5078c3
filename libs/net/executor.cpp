#include "libs/net/executor.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libs/net/clock.h"
#include "libs/net/round.h"
#include "libs/net/virtual_time.h"

namespace scaiflow::net {
namespace {

class TaskQueue;

/// What a lane has posted since it last told anybody (round.h): whoever is woken at once sleeps again
/// before the next post. The tasks of a pool wait for others as they like, so it has no rounds.
class Round {
 public:
  Round() { current = this; }
  ~Round() { current = nullptr; }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;

  void note(const std::shared_ptr<TaskQueue>& queue) {
    if (std::find(queues_.begin(), queues_.end(), queue) != queues_.end()) return;
    if (queues_.empty()) since_us_ = steady_us();
    queues_.push_back(queue);
  }
  void end();
  void end_if_late() {
    if (!queues_.empty() && steady_us() - since_us_ > round_us) end();
  }

  static thread_local Round* current;

 private:
  static constexpr std::int64_t round_us = 200;

  std::vector<std::shared_ptr<TaskQueue>> queues_;
  std::int64_t since_us_ = 0;
};

thread_local Round* Round::current = nullptr;

/// Tasks in order, taken by one thread or several.
class TaskQueue : public std::enable_shared_from_this<TaskQueue> {
 public:
  explicit TaskQueue(std::size_t queue_max) : queue_max_(queue_max) {}

  void push(Task task) {
    {
      std::lock_guard lock(mutex_);
      if (stopped_) {
        return;
      }
      tasks_.push_back(std::move(task));
    }
    announce();
  }

  bool try_push(Task task) {
    {
      std::lock_guard lock(mutex_);
      if (stopped_ || tasks_.size() >= queue_max_) {
        return false;
      }
      tasks_.push_back(std::move(task));
    }
    announce();
    return true;
  }

  /// Runs tasks until stopped and empty.
  void run(Round* round) {
    while (true) {
      Task task;
      if (!take(task, round)) {
        return;
      }
      task();
      task = nullptr;
      if (round) {
        round->end_if_late();
      }
    }
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    ready_.notify_all();
  }

  /// Calls up a sleeper, one at a time: it calls up the next if there is more than it takes itself.
  void wake() {
    {
      std::lock_guard lock(mutex_);
      if (!needs_one_more()) {
        return;
      }
      called_ = true;
    }
    ready_.notify_one();
  }

 private:
  bool needs_one_more() const { return sleepers_ > 0 && !called_ && !tasks_.empty(); }

  void announce() {
    if (Round::current) {
      Round::current->note(shared_from_this());
    } else {
      wake();
    }
  }

  /// Waits for a task. False when there will be none.
  bool take(Task& task, Round* round) {
    std::unique_lock lock(mutex_);
    if (tasks_.empty() && round) {
      lock.unlock();
      round->end();
      lock.lock();
    }
    while (tasks_.empty()) {
      if (stopped_) {
        return false;
      }
      ++sleepers_;
      ready_.wait(lock);
      --sleepers_;
      called_ = false;
    }
    task = std::move(tasks_.front());
    tasks_.pop_front();
    const bool call = needs_one_more();
    called_ = called_ || call;
    lock.unlock();
    if (call) {
      ready_.notify_one();
    }
    return true;
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
  std::size_t queue_max_;
  std::size_t sleepers_ = 0;
  bool called_ = false;  ///< a sleeper has been called up and does not run yet
  bool stopped_ = false;
};

void Round::end() {
  for (const std::shared_ptr<TaskQueue>& queue : std::exchange(queues_, {})) {
    queue->wake();
  }
}

}  // namespace

void end_round() {
  if (Round::current) Round::current->end();
}

class Lanes::Lane final : public Executor {
 public:
  explicit Lane(std::size_t queue_max)
      : queue_(std::make_shared<TaskQueue>(queue_max)), thread_([this] { run(); }) {}
  ~Lane() override { stop(); }

  void post(Task task) override { queue_->push(std::move(task)); }
  bool try_post(Task task) override { return queue_->try_push(std::move(task)); }

  void stop() {
    queue_->stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  void run() {
    Round round;
    queue_->run(&round);
  }

  std::shared_ptr<TaskQueue> queue_;
  std::thread thread_;
};

Lanes::Lanes(std::size_t count, std::size_t queue_max) {
  assert(count > 0);
  for (std::size_t i = 0; i < count; ++i) {
    lanes_.push_back(std::make_unique<Lane>(queue_max));
  }
}

Lanes::~Lanes() { stop(); }

std::size_t Lanes::size() const { return lanes_.size(); }

Executor& Lanes::at(std::size_t index) { return *lanes_.at(index); }

Executor& Lanes::of(std::string_view key) {
  return *lanes_[std::hash<std::string_view>()(key) % lanes_.size()];
}

void Lanes::stop() {
  for (const auto& lane : lanes_) {
    lane->stop();
  }
}

class Pool::Impl {
 public:
  Impl(std::size_t threads, std::size_t queue_max) : queue(std::make_shared<TaskQueue>(queue_max)) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { queue->run(nullptr); });
    }
  }

  void stop() {
    queue->stop();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) {
        thread.join();
      }
    }
  }

  std::shared_ptr<TaskQueue> queue;

 private:
  std::vector<std::thread> threads_;
};

Pool::Pool(std::size_t threads, std::size_t queue_max) : impl_(std::make_unique<Impl>(threads, queue_max)) {
  assert(threads > 0);
}

Pool::~Pool() { stop(); }

void Pool::post(Task task) { impl_->queue->push(std::move(task)); }

bool Pool::try_post(Task task) { return impl_->queue->try_push(std::move(task)); }

void Pool::stop() { impl_->stop(); }

class Timers::Impl {
 public:
  Impl() : thread_([this] { run(); }) {}
  ~Impl() { stop(); }

  Id at(std::int64_t due_ms, Executor& executor, Task task) {
    std::lock_guard lock(mutex_);
    const Id id = ++last_id_;
    const auto key = std::pair(due_ms, id);
    const bool is_next = timers_.empty() || key < timers_.begin()->first;
    timers_.emplace(key, Entry{&executor, std::move(task)});
    due_by_id_.emplace(id, due_ms);
    if (is_next) {
      changed_.notify_one();
    }
    return id;
  }

  bool cancel(Id id) {
    TimerMap::node_type cancelled;  // destroyed after the lock is gone: its task may own anything
    std::lock_guard lock(mutex_);
    const auto due = due_by_id_.find(id);
    if (due == due_by_id_.end()) {
      return false;
    }
    cancelled = timers_.extract({due->second, id});
    due_by_id_.erase(due);
    return true;
  }

  void stop() {
    TimerMap forgotten;
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
      forgotten.swap(timers_);
      due_by_id_.clear();
    }
    changed_.notify_one();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  struct Entry {
    Executor* executor;
    Task task;
  };
  using TimerMap = std::map<std::pair<std::int64_t, Id>, Entry>;

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      if (timers_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const std::int64_t due_ms = timers_.begin()->first.first;
      if (steady_ms() < due_ms && VirtualTime::is_on()) {
        changed_.wait_for(lock, std::chrono::milliseconds(2));
        continue;
      }
      if (steady_ms() < due_ms) {
        changed_.wait_until(lock, std::chrono::steady_clock::time_point(std::chrono::milliseconds(due_ms)));
        continue;
      }
      post_first(lock);
    }
  }

  /// Posts outside the lock: an inline executor runs the task here, and it may set timers itself.
  void post_first(std::unique_lock<std::mutex>& lock) {
    const auto first = timers_.begin();
    Entry entry = std::move(first->second);
    due_by_id_.erase(first->first.second);
    timers_.erase(first);
    lock.unlock();
    entry.executor->post(std::move(entry.task));
    lock.lock();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  TimerMap timers_;
  std::unordered_map<Id, std::int64_t> due_by_id_;
  Id last_id_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

Timers::Timers() : impl_(std::make_unique<Impl>()) {}
Timers::~Timers() = default;

Timers::Id Timers::at(std::int64_t steady_ms, Executor& executor, Task task) {
  return impl_->at(steady_ms, executor, std::move(task));
}

Timers::Id Timers::after(std::int64_t delay_ms, Executor& executor, Task task) {
  return impl_->at(steady_ms() + delay_ms, executor, std::move(task));
}

bool Timers::cancel(Id id) { return impl_->cancel(id); }

void Timers::stop() { impl_->stop(); }

}  // namespace scaiflow::net
