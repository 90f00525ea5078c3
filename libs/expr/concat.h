#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace scaiflow::expr {

/// The parts joined: messages without a chain of `+` (which g++ 12 also warns about for no reason).
inline std::string concat(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

}  // namespace scaiflow::expr
