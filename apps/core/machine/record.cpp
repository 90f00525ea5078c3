#include "apps/core/machine/record.h"

namespace scaiflow::machine {

bool from_json(const Json& json, std::string& out) {
  if (!json.is_string()) return false;
  out = json.as_string();
  return true;
}

bool from_json(const Json& json, std::int64_t& out) {
  if (!json.is_int()) return false;
  out = json.as_int();
  return true;
}

bool from_json(const Json& json, int& out) {
  if (!json.is_int()) return false;
  out = static_cast<int>(json.as_int());
  return true;
}

bool from_json(const Json& json, bool& out) {
  if (!json.is_bool()) return false;
  out = json.as_bool();
  return true;
}

}  // namespace scaiflow::machine
