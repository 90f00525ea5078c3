#pragma once

#include <string>
#include <string_view>

namespace scaiflow::machine {

/// UUIDv5 of an effect id (07 §4).
std::string checkpoint_id_of(std::string_view effect_id);
/// `call_` and the first 26 base-32 characters of its SHA-256.
std::string call_id_of(std::string_view effect_id);
/// The part before `/`: what plugins and callees see of every attempt.
std::string key_of(std::string_view effect_id);

}  // namespace scaiflow::machine
