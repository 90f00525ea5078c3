#include "apps/core/machine/ids.h"

#include "libs/base/hash.h"

namespace scaiflow::machine {

std::string checkpoint_id_of(std::string_view effect_id) { return uuid5_url(effect_id); }

std::string call_id_of(std::string_view effect_id) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const auto digest = sha256(effect_id);
  std::string out = "call_";
  unsigned bits = 0;
  int have = 0;
  std::size_t at = 0;
  for (int i = 0; i < 26; ++i) {
    if (have < 5) {
      bits = (bits << 8) | digest[at++];
      have += 8;
    }
    have -= 5;
    out += alphabet[(bits >> have) & 31];
  }
  return out;
}

std::string key_of(std::string_view effect_id) {
  return std::string(effect_id.substr(0, effect_id.find('/')));
}

}  // namespace scaiflow::machine
