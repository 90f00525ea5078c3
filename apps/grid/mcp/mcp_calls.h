#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace scaiflow::grid {

/// Tool calls that run, by the name under which their client may cancel them. Thread safe.
class McpCalls {
 public:
  void began(const std::string& key, const std::string& execution_id) {
    const std::lock_guard lock(mutex_);
    running_[key] = execution_id;
  }
  /// The execution, for whoever ends the call first.
  std::optional<std::string> ended(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto at = running_.find(key);
    if (at == running_.end()) return std::nullopt;
    std::string execution_id = std::move(at->second);
    running_.erase(at);
    return execution_id;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> running_;
};

}  // namespace scaiflow::grid
