#include "apps/core/machine/event.h"

#include <array>
#include <utility>

namespace scaiflow::machine {

namespace {

constexpr std::array<std::string_view, event_types> names = {
    "Started",       "EffectBegun",        "EffectSucceeded",     "EffectFailed",
    "TimerFired",    "CheckpointResolved", "CheckpointCancelled", "CallAnswered",
    "CallSuspended", "CancelRequested",    "DebugCommand",        "Adopted",
    "ForkApplied",   "HostFault"};

template <std::size_t I>
bool read_as(const Json& fields, EventBody& out) {
  return from_json(fields, out.emplace<I>());
}

template <std::size_t... I>
bool read_type(std::size_t type, const Json& fields, EventBody& out, std::index_sequence<I...>) {
  bool ok = false;
  (void)((I == type && (ok = read_as<I>(fields, out), true)) || ...);
  return ok;
}

}  // namespace

std::string_view name_of(const EventBody& body) { return names[body.index()]; }

Json to_json(const EventBody& body) {
  return std::visit([](const auto& record) { return to_json(record); }, body);
}

bool from_json(int type, const Json& fields, EventBody& out) {
  if (type < 1 || type > event_types) return false;
  return read_type(static_cast<std::size_t>(type - 1), fields, out, std::make_index_sequence<event_types>());
}

}  // namespace scaiflow::machine
