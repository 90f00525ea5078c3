#include "libs/net/executor.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "libs/net/clock.h"
#include "libs/net/virtual_time.h"

namespace scaiflow::net {
namespace {

/// Tasks in order, taken by one thread or several.
class TaskQueue {
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
    ready_.notify_one();
  }

  bool try_push(Task task) {
    {
      std::lock_guard lock(mutex_);
      if (stopped_ || tasks_.size() >= queue_max_) {
        return false;
      }
      tasks_.push_back(std::move(task));
    }
    ready_.notify_one();
    return true;
  }

  /// Runs tasks until stopped and empty.
  void run() {
    while (true) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [&] { return stopped_ || !tasks_.empty(); });
        if (tasks_.empty()) {
          return;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    ready_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
  std::size_t queue_max_;
  bool stopped_ = false;
};

}  // namespace

class Lanes::Lane final : public Executor {
 public:
  explicit Lane(std::size_t queue_max) : queue_(queue_max), thread_([this] { queue_.run(); }) {}
  ~Lane() override { stop(); }

  void post(Task task) override { queue_.push(std::move(task)); }
  bool try_post(Task task) override { return queue_.try_push(std::move(task)); }

  void stop() {
    queue_.stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  TaskQueue queue_;
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
  Impl(std::size_t threads, std::size_t queue_max) : queue(queue_max) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { queue.run(); });
    }
  }

  void stop() {
    queue.stop();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) {
        thread.join();
      }
    }
  }

  TaskQueue queue;

 private:
  std::vector<std::thread> threads_;
};

Pool::Pool(std::size_t threads, std::size_t queue_max) : impl_(std::make_unique<Impl>(threads, queue_max)) {
  assert(threads > 0);
}

Pool::~Pool() { stop(); }

void Pool::post(Task task) { impl_->queue.push(std::move(task)); }

bool Pool::try_post(Task task) { return impl_->queue.try_push(std::move(task)); }

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
