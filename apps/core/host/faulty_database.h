#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "libs/store/database.h"

namespace scaiflow::core {

/// A database that dies with its process, stands still, or is full, when a test says so. Else it passes
/// everything on.
class FaultyDatabase final : public store::Database {
 public:
  enum class Moment : std::uint8_t { BeforeCommit, AfterCommit };

  explicit FaultyDatabase(store::Database& inner) : inner_(inner) {}

  /// The process ends at the n-th commit from now, counted from 1: nobody hears of that one, and nothing
  /// after it is written.
  void die_at(int commit, Moment moment) {
    const std::lock_guard lock(mutex_);
    die_at_ = commit;
    moment_ = moment;
    dead_ = false;
    commits_ = 0;
  }
  /// Waits until it has died, or until `over` says that there is nothing left to die in.
  bool died_before(const std::function<bool()>& over) {
    std::unique_lock lock(mutex_);
    while (!dead_) {
      if (changed_.wait_for(lock, std::chrono::milliseconds(1), [this] { return dead_; })) break;
      lock.unlock();
      const bool ended = over();
      lock.lock();
      if (ended) return dead_;
    }
    return true;
  }
  /// The process is about to end: what it still asks for is refused. `revive` for the next process.
  void end_process() {
    const std::lock_guard lock(mutex_);
    dead_ = true;
  }
  void revive() {
    const std::lock_guard lock(mutex_);
    dead_ = false;
    die_at_ = 0;
  }
  int commits() {
    const std::lock_guard lock(mutex_);
    return commits_;
  }

  /// Writes wait from here until `resume`, as those of a server that is stopped.
  void pause() {
    const std::lock_guard lock(mutex_);
    paused_ = true;
  }
  void resume() {
    std::deque<std::pair<Unit, Done>> waiting;
    {
      const std::lock_guard lock(mutex_);
      paused_ = false;
      waiting.swap(waiting_);
    }
    for (auto& [unit, done] : waiting) write(std::move(unit), std::move(done));
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  /// Every write is refused with `code` until an empty one is set.
  void refuse_with(std::string code) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(code);
  }
  /// Looks at what each unit has written, inside its transaction.
  void set_check(std::function<void(store::Connection&)> check) {
    const std::lock_guard lock(mutex_);
    check_ = std::move(check);
  }

  void write(Unit unit, Done done) override {
    std::unique_lock lock(mutex_);
    if (dead_ || !refusal_.empty()) {
      const std::string code = dead_ ? store::db_error::Unavailable : refusal_;
      lock.unlock();
      return inner_.write(
          [code](store::Connection&) -> Result<void> { return fail(code, "refused by the test"); },
          std::move(done));
    }
    if (paused_) {
      waiting_.emplace_back(std::move(unit), std::move(done));
      return;
    }
    ++commits_;
    if (die_at_ != 0 && commits_ >= die_at_) {
      dead_ = true;
      const Moment moment = moment_;
      lost_.push_back(std::move(done));
      changed_.notify_all();
      lock.unlock();
      if (moment == Moment::AfterCommit) (void)inner_.write_sync(std::move(unit));
      return;
    }
    const auto check = check_;
    lock.unlock();
    inner_.write(
        [unit = std::move(unit), check](store::Connection& db) {
          Result<void> result = unit(db);
          if (result && check) check(db);
          return result;
        },
        std::move(done));
  }
  Result<void> exclusive(Unit unit) override { return inner_.exclusive(std::move(unit)); }
  void stop() override {}

 protected:
  Result<void> read_unit(const Unit& unit) override { return inner_.read(unit); }

 private:
  store::Database& inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool dead_ = false, paused_ = false;
  int die_at_ = 0, commits_ = 0;
  Moment moment_ = Moment::BeforeCommit;
  std::string refusal_;
  std::function<void(store::Connection&)> check_;
  std::deque<std::pair<Unit, Done>> waiting_;
  std::deque<Done> lost_;  ///< never called, kept so that what they own outlives the process
};

}  // namespace scaiflow::core
