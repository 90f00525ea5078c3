#include "apps/core/host/admission.h"

#include <algorithm>
#include <utility>

namespace scaiflow::core {

bool Admission::fits(const Slot& slot) const {
  if (!slot.exempt_node && running_ >= running_max_) return false;
  if (slot.core_max > 0) {
    const auto at = per_core_.find(slot.core_id);
    if (at != per_core_.end() && at->second >= slot.core_max) return false;
  }
  if (slot.instance_max > 0 && !slot.exempt_instance) {
    const auto at = per_instance_.find({slot.core_id, slot.instance_key});
    if (at != per_instance_.end() && at->second >= slot.instance_max) return false;
    if (!has_room_for_instance(slot)) return false;
  }
  return true;
}

/// An instance that is active already, a free place, or one that an idle instance gives up (07 §12).
bool Admission::has_room_for_instance(const Slot& slot) const {
  const Instance instance{slot.core_id, slot.instance_key};
  if (slot.instances_max <= 0 || per_instance_.contains(instance) || idle_.contains(instance)) return true;
  const auto active = instances_.find(slot.core_id);
  if (active == instances_.end() || active->second < slot.instances_max) return true;
  const auto idle = idle_.lower_bound({slot.core_id, ""});
  return slot.overflow == ir::Overflow::DeactivateLru && idle != idle_.end() &&
         idle->first.first == slot.core_id;
}

/// The instance has a run from now on; above the limit the longest idle one is deactivated.
void Admission::activate(const Slot& slot) {
  const Instance instance{slot.core_id, slot.instance_key};
  if (++per_instance_[instance] > 1 || idle_.erase(instance) > 0) return;
  std::int64_t& active = instances_[slot.core_id];
  if (slot.instances_max > 0 && active >= slot.instances_max) {
    auto longest = idle_.end();
    for (auto at = idle_.lower_bound({slot.core_id, ""});
         at != idle_.end() && at->first.first == slot.core_id; ++at) {
      if (longest == idle_.end() || at->second.since_ms < longest->second.since_ms) longest = at;
    }
    if (longest != idle_.end()) {
      idle_.erase(longest);
      --active;
    }
  }
  ++active;
}

void Admission::forget_idle() {
  const std::int64_t now_ms = now_ms_();
  if (now_ms < first_idle_end_ms_) return;
  first_idle_end_ms_ = INT64_MAX;
  for (auto at = idle_.begin(); at != idle_.end();) {
    if (at->second.until_ms > now_ms) {
      first_idle_end_ms_ = std::min(first_idle_end_ms_, at->second.until_ms);
      ++at;
      continue;
    }
    const auto active = instances_.find(at->first.first);
    if (active != instances_.end() && --active->second <= 0) instances_.erase(active);
    at = idle_.erase(at);
  }
}

void Admission::look_again() {
  std::deque<std::function<void()>> admitted;
  {
    const std::lock_guard lock(mutex_);
    forget_idle();
    if (queued_ > 0 && !closed_) admit_waiting(admitted);
  }
  for (const auto& go : admitted) go();
}

void Admission::take(const Slot& slot) {
  if (!slot.exempt_node) ++running_;
  ++per_core_[slot.core_id];
  if (slot.instance_max > 0 && !slot.exempt_instance) activate(slot);
}

Admission::Answer Admission::admit(const Slot& slot, Turn turn, const std::string& execution_id,
                                   std::function<void()> go) {
  const std::lock_guard lock(mutex_);
  forget_idle();
  // Whoever waits does not fit, so that nobody is overtaken by one who does.
  if (fits(slot)) {
    take(slot);
    return Answer::Admitted;
  }
  const bool rejects = slot.overflow == ir::Overflow::Reject && turn == Turn::New;
  if (rejects && slot.instance_max > 0 && !slot.exempt_instance && !has_room_for_instance(slot))
    return Answer::InstanceLimit;
  if (turn == Turn::New && queued_ >= queued_max_) return Answer::Full;
  ++queued_;
  (turn == Turn::Resumed ? resumed_ : fresh_[slot.core_id]).push_back({slot, execution_id, std::move(go)});
  return Answer::Queued;
}

void Admission::occupy(const Slot& slot) {
  const std::lock_guard lock(mutex_);
  take(slot);
}

/// The first of the queue that fits; of one instance nobody overtakes.
bool Admission::admit_from(Queue& queue, std::deque<std::function<void()>>& admitted) {
  for (auto at = queue.begin(); at != queue.end(); ++at) {
    if (!fits(at->slot)) continue;
    take(at->slot);
    admitted.push_back(std::move(at->go));
    queue.erase(at);
    --queued_;
    return true;
  }
  return false;
}

void Admission::admit_waiting(std::deque<std::function<void()>>& admitted) {
  while (admit_from(resumed_, admitted)) continue;
  for (bool progress = true; progress && !fresh_.empty();) {
    progress = false;
    auto at = fresh_.upper_bound(last_core_);
    for (std::size_t tried = fresh_.size(); tried > 0; --tried) {
      if (at == fresh_.end()) at = fresh_.begin();
      const auto current = at++;
      const bool took = admit_from(current->second, admitted);
      if (took) last_core_ = current->first;
      progress = progress || took;
      if (current->second.empty()) fresh_.erase(current);
      if (took) break;
    }
  }
}

void Admission::release(const Slot& slot) {
  std::deque<std::function<void()>> admitted;
  {
    const std::lock_guard lock(mutex_);
    if (!slot.exempt_node) --running_;
    const auto core = per_core_.find(slot.core_id);
    if (core != per_core_.end() && --core->second <= 0) per_core_.erase(core);
    if (slot.instance_max > 0 && !slot.exempt_instance) {
      const auto instance = per_instance_.find({slot.core_id, slot.instance_key});
      if (instance != per_instance_.end() && --instance->second <= 0) {
        const std::int64_t now_ms = now_ms_();
        idle_[instance->first] = {now_ms, now_ms + slot.idle_timeout_ms};
        first_idle_end_ms_ = std::min(first_idle_end_ms_, now_ms + slot.idle_timeout_ms);
        per_instance_.erase(instance);
      }
      forget_idle();
    }
    if (queued_ > 0 && !closed_) admit_waiting(admitted);
  }
  for (const auto& go : admitted) go();
}

void Admission::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

bool Admission::withdraw(const std::string& execution_id) {
  const std::lock_guard lock(mutex_);
  const auto remove = [&](Queue& queue) {
    return queue.remove_if([&](const Waiting& each) { return each.execution_id == execution_id; }) > 0;
  };
  bool found = remove(resumed_);
  for (auto at = fresh_.begin(); !found && at != fresh_.end(); ++at) {
    found = remove(at->second);
    if (at->second.empty()) {
      fresh_.erase(at);
      break;
    }
  }
  if (found) --queued_;
  return found;
}

std::int64_t Admission::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::int64_t Admission::queued() const {
  const std::lock_guard lock(mutex_);
  return queued_;
}

Admission::CoreCounts Admission::counts(const std::string& core_id) const {
  const std::lock_guard lock(mutex_);
  CoreCounts out;
  if (const auto at = per_core_.find(core_id); at != per_core_.end()) out.running = at->second;
  if (const auto at = fresh_.find(core_id); at != fresh_.end())
    out.queued = static_cast<std::int64_t>(at->second.size());
  if (const auto at = instances_.find(core_id); at != instances_.end()) out.instances = at->second;
  return out;
}

}  // namespace scaiflow::core
