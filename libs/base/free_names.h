#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace scaiflow {

/// Gives names that nothing has yet: `a`, then `a_2`, `a_3`. Linear in the number of names, whatever they
/// are.
class FreeNames {
 public:
  /// Keeps a name from being given; false when it was taken already.
  bool keep(const std::string& name) { return taken_.insert(name).second; }

  std::string take(const std::string& wanted) {
    std::size_t& number = tried_[wanted];
    std::string name;
    do {
      name = ++number == 1 ? wanted : wanted + '_' + std::to_string(number);
    } while (!keep(name));
    return name;
  }

 private:
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, std::size_t> tried_;  ///< numbers used up, by the wanted name
};

}  // namespace scaiflow
