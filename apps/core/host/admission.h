#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>

#include "libs/ir/ir.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

/// What a run occupies while it runs (07 §11).
struct Slot {
  std::string core_id;
  std::int64_t core_max = 0;         ///< `max_concurrent_executions`, 0 = none
  std::string instance_key;          ///< with `instance_max` > 0
  std::int64_t instance_max = 0;     ///< 0 = stateless
  std::int64_t instances_max = 0;    ///< active instances of the Core, 0 = any number
  std::int64_t idle_timeout_ms = 0;  ///< how long an instance without a run stays active
  ir::Overflow overflow = ir::Overflow::DeactivateLru;
  bool exempt_node = false;      ///< callees do not count against `running_max`
  bool exempt_instance = false;  ///< runs in an ancestor's slot
};

/// Who may run now and who waits. Resumed executions come before new ones; Cores take turns. Thread safe;
/// `go` is called outside the lock, on the thread that freed the slot.
class Admission {
 public:
  enum class Answer : std::uint8_t { Admitted, Queued, Full, InstanceLimit };
  /// Again: was acknowledged before a restart, so it waits but is never refused.
  enum class Turn : std::uint8_t { New, Again, Resumed };

  using Now = std::function<std::int64_t()>;
  Admission(std::int64_t running_max, std::int64_t queued_max, Now now_ms = net::steady_ms)
      : running_max_(running_max), queued_max_(queued_max), now_ms_(std::move(now_ms)) {}

  /// Queued: `go` comes later. Full, InstanceLimit: never.
  Answer admit(const Slot& slot, Turn turn, const std::string& execution_id, std::function<void()> go);
  /// Takes the slot whatever the limits say: executions that were running when the process ended.
  void occupy(const Slot& slot);
  void release(const Slot& slot);
  /// Instances may have become idle for good: whoever waits for that is admitted.
  void look_again();
  /// Nobody who waits is admitted any more: the process ends, and their rows are read at the next start.
  void close();
  /// Forgets a queued execution; false when it was admitted already.
  bool withdraw(const std::string& execution_id);

  std::int64_t running() const;
  std::int64_t queued() const;
  struct CoreCounts {
    std::int64_t running = 0, queued = 0, instances = 0;
  };
  CoreCounts counts(const std::string& core_id) const;

 private:
  struct Waiting {
    Slot slot;
    std::string execution_id;
    std::function<void()> go;
  };
  using Queue = std::list<Waiting>;

  bool fits(const Slot& slot) const;
  bool has_room_for_instance(const Slot& slot) const;
  void activate(const Slot& slot);
  void forget_idle();
  void take(const Slot& slot);
  bool admit_from(Queue& queue, std::deque<std::function<void()>>& admitted);
  void admit_waiting(std::deque<std::function<void()>>& admitted);

  mutable std::mutex mutex_;
  bool closed_ = false;
  std::int64_t running_max_, queued_max_;
  std::int64_t running_ = 0, queued_ = 0;
  std::map<std::string, std::int64_t> per_core_;
  using Instance = std::pair<std::string, std::string>;  ///< Core and key
  struct Idle {
    std::int64_t since_ms = 0, until_ms = 0;
  };
  std::map<Instance, std::int64_t> per_instance_;
  std::map<Instance, Idle> idle_;                  ///< active instances without a run
  std::map<std::string, std::int64_t> instances_;  ///< active ones per Core
  std::int64_t first_idle_end_ms_ = INT64_MAX;
  Now now_ms_;
  Queue resumed_;
  std::map<std::string, Queue> fresh_;  ///< per Core
  std::string last_core_;               ///< whose turn it was
};

}  // namespace scaiflow::core
