#include "apps/core/machine/command.h"

#include "libs/base/hash.h"

namespace scaiflow::machine {

std::string id_of(const Command& command) {
  struct Visitor {
    std::string operator()(const CallModel& c) const { return c.effect_id; }
    std::string operator()(const CallPlugin& c) const { return c.effect_id; }
    std::string operator()(const WriteMemory& c) const { return c.effect_id; }
    std::string operator()(const OpenCheckpoint& c) const { return c.checkpoint_id; }
    std::string operator()(const UpdateCheckpoint& c) const { return c.checkpoint_id; }
    std::string operator()(const StartCall& c) const { return c.effect_id; }
    std::string operator()(const CancelCall& c) const { return c.call_id; }
    std::string operator()(const CancelEffect& c) const { return c.effect_id; }
    std::string operator()(const StartTimer& c) const { return std::to_string(c.timer_id); }
    std::string operator()(const StopTimer& c) const { return std::to_string(c.timer_id); }
    std::string operator()(const Emit&) const { return {}; }
    std::string operator()(const SetStatus& c) const { return c.status; }
    std::string operator()(const Finish& c) const { return c.status; }
    std::string operator()(const Feed&) const { return {}; }
  };
  return std::visit(Visitor{}, command);
}

std::uint32_t hash_of(const Commands& commands) {
  std::uint32_t hash = 0;
  for (const Command& command : commands) {
    if (std::holds_alternative<Feed>(command)) continue;
    const char kind = static_cast<char>(command.index() + 1);
    hash = crc32c({&kind, 1}, hash);
    hash = crc32c(id_of(command), hash);
  }
  return hash;
}

}  // namespace scaiflow::machine
