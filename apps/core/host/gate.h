#pragma once

#include <memory>
#include <mutex>

namespace scaiflow::core {

/// What comes back from outside (HTTP answers, plugins) passes through it, so that nothing late touches a
/// host that is gone. Callbacks keep it by shared_ptr; it outlives the host.
class Gate {
 public:
  /// Runs `task` unless the gate is shut; the gate cannot be shut meanwhile, so `task` must be short.
  template <class Task>
  void pass(Task&& task) {
    const std::lock_guard lock(mutex_);
    if (open_) task();
  }
  void shut() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }

 private:
  std::recursive_mutex mutex_;  ///< a plugin may answer from inside its call
  bool open_ = true;
};
using GatePtr = std::shared_ptr<Gate>;

}  // namespace scaiflow::core
