#include "apps/core/machine/run.h"
#include "libs/base/json_text.h"

namespace scaiflow::machine {

void Run::block_event(RuntimeEvent::Type type, const Fiber& fiber, const Frame& frame) {
  if (state_.start.telemetry != "full") return;
  if (state_.block_events >= limits::block_events_max && type != RuntimeEvent::Type::BlockFailed) {
    ++state_.events_suppressed;
    return;
  }
  ++state_.block_events;
  RuntimeEvent event;
  event.type = type;
  event.block = frame.block;
  event.occurrence = frame.occurrence;
  event.fiber = fiber.id;
  event.seq = state_.seq;
  event.at_ms = state_.now_ms;
  event.duration_ms = state_.now_ms - frame.entered_ms;
  event.fuel = state_.event_fuel;
  events_.push_back(std::move(event));
}

void Run::block_exited(const Fiber& fiber, const Frame& frame, const Json& value) {
  const std::size_t before = events_.size();
  block_event(RuntimeEvent::Type::BlockExited, fiber, frame);
  if (events_.size() == before) return;
  events_.back().value = value;
  events_.back().reused_from = frame.reused_from;
}

void Run::block_failed(const Fiber& fiber, const Frame& frame, const ErrorValue& error) {
  const std::size_t before = events_.size();
  block_event(RuntimeEvent::Type::BlockFailed, fiber, frame);
  if (events_.size() > before) events_.back().error = error;
}

void Run::invocation_event(RuntimeEvent::Type type, Json value, std::optional<ErrorValue> error) {
  if (state_.start.telemetry == "off") return;
  RuntimeEvent event;
  event.type = type;
  event.seq = state_.seq;
  event.at_ms = state_.now_ms;
  event.duration_ms = state_.now_ms - state_.started_at_ms;
  event.value = std::move(value);
  event.error = std::move(error);
  event.usage = state_.usage;
  event.suppressed = state_.events_suppressed;
  events_.push_back(std::move(event));
}

void Run::flush_events() {
  if (events_.empty()) return;
  out_.push_back(Emit{std::move(events_)});
  events_.clear();
}

void Run::feed(std::string entry, Json data) { out_.push_back(Feed{std::move(entry), std::move(data)}); }

/// True when a breakpoint or a step stops the fiber before it enters `block` (07 §13).
bool Run::pause_here(Fiber& fiber, BlockId block) {
  DebugState& debug = state_.debug;
  if (fiber.delivery.kind == Delivery::Kind::Wake) {
    fiber.delivery = {};
    return false;
  }
  if (debug.mode == "run" && debug.breakpoints.empty()) return false;
  const BlockEntry& entry = program_.block(block);
  const auto depth = static_cast<std::int64_t>(fiber.frames.size());
  const bool stepped = fiber.id == debug.fiber;
  std::string reason;
  if (debug.mode == "pause") {
    reason = "pause";
  } else if (stepped && (debug.mode == "step_into" || (debug.mode == "step_over" && depth <= debug.depth) ||
                         (debug.mode == "step_out" && depth < debug.depth))) {
    reason = "step";
  } else if (debug.breakpoints.contains(entry.id()) ||
             (entry.node_id() && debug.breakpoints.contains(*entry.node_id()))) {
    reason = "breakpoint";
  } else {
    return false;
  }
  if (reason == "step") debug.mode = "run";
  wait_for(fiber, Wait::Kind::Debug, entry.id());
  feed("debug.paused", Json::object({{"fiber", fiber.id},
                                     {"block_id", entry.id()},
                                     {"node_id", entry.node_id() ? Json(*entry.node_id()) : Json()},
                                     {"reason", reason}}));
  return true;
}

namespace {

constexpr std::size_t shown_value_bytes = limits::event_value_bytes_max;
constexpr std::size_t shown_payload_bytes = limits::event_io_bytes_max;

Json cut_payload(const Json& value) {
  const std::size_t size = json_bytes(value, shown_payload_bytes);
  if (size <= shown_payload_bytes) return value;
  return Json::object(
      {{"truncated", true}, {"size", static_cast<std::int64_t>(json_bytes(value, SIZE_MAX - 1))}});
}

bool is_author_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || name[0] < 'a' || name[0] > 'z') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-") == std::string_view::npos;
}

/// The stored type of an author's event (07 §20.1).
std::string author_type(const std::string& name) {
  if (!is_author_name(name)) return "author.event";
  for (const std::string_view reserved : {"scaicore.", "scaiqueue.", "scaibunker."}) {
    if (std::string_view(name).substr(0, reserved.size()) == reserved) return "author." + name;
  }
  return name;
}

void add_block_value(JsonObject& payload, const BlockEntry& entry, const Json& value) {
  const auto& binding = entry.source->result_binding;
  payload.append("result_binding", binding ? Json(*binding) : Json());
  if (json_bytes(value, shown_value_bytes) > shown_value_bytes) {
    payload.append("result_binding_truncated", true);
  } else {
    payload.append("result_binding_value", value);
  }
}

void add_invocation(JsonObject& payload, const State& state, const RuntimeEvent& event) {
  if (event.type == RuntimeEvent::Type::InvocationStarted) {
    payload.append("input", cut_payload(state.start.input));
    payload.append("flow", state.start.flow);
    payload.append("trigger", to_json(state.start.trigger));
    payload.append("ir_hash", state.start.ir_hash);
    if (state.start.parent) payload.append("parent_execution_id", state.start.parent->execution_id);
    if (state.fork) payload.append("forked_from", state.fork->origin);
  } else {
    if (event.error) {
      payload.append("error", wire_of(*event.error));
    } else {
      payload.append("output", cut_payload(event.value));
    }
    payload.append("duration_ms", event.duration_ms);
    if (event.usage && !event.error) payload.append("usage", to_json(*event.usage));
    if (event.suppressed > 0) payload.append("events_suppressed", event.suppressed);
  }
  if (state.start.instance_key) payload.append("instance_key", *state.start.instance_key);
}

void add_block(JsonObject& payload, const BlockEntry& entry, const RuntimeEvent& event) {
  payload.append("block_kind", name_of(entry.kind));
  if (event.type == RuntimeEvent::Type::BlockExited) {
    add_block_value(payload, entry, event.value);
    payload.append("duration_ms", event.duration_ms);
    if (!event.reused_from.empty()) payload.append("reused_from", event.reused_from);
  } else if (event.error) {
    payload.append("error", wire_of(*event.error));
  }
}

void add_author(JsonObject& payload, const RuntimeEvent& event) {
  if (!is_author_name(event.name)) payload.append("name", event.name);
  payload.append("data", cut_payload(event.value));
}

constexpr std::string_view types[] = {
    "scaicore.runtime.invocation.started", "scaicore.runtime.invocation.completed",
    "scaicore.runtime.invocation.failed",  "scaicore.runtime.block.entered",
    "scaicore.runtime.block.exited",       "scaicore.runtime.block.failed"};

/// Place of each member in a compact event.
enum Place : std::size_t { type_at, time_at, seq_at, fiber_at, block_at, node_at, occurrence_at, extra_at };

}  // namespace

Json compact_event(const Program& program, const State& state, const RuntimeEvent& event) {
  const BlockEntry* entry = event.block < 0 ? nullptr : &program.block(event.block);
  JsonObject extra;
  switch (event.type) {
    case RuntimeEvent::Type::InvocationStarted:
    case RuntimeEvent::Type::InvocationCompleted:
    case RuntimeEvent::Type::InvocationFailed: add_invocation(extra, state, event); break;
    case RuntimeEvent::Type::BlockEntered:
    case RuntimeEvent::Type::BlockExited:
    case RuntimeEvent::Type::BlockFailed: add_block(extra, *entry, event); break;
    case RuntimeEvent::Type::Author: add_author(extra, event); break;
  }
  const bool author = event.type == RuntimeEvent::Type::Author;
  JsonArray out;
  out.reserve(extra_at + 1);
  out.push_back(author ? Json(author_type(event.name)) : Json(static_cast<int>(event.type)));
  out.push_back(event.at_ms);
  out.push_back(event.seq);
  out.push_back(event.fiber);
  out.push_back(entry ? Json(entry->id()) : Json());
  out.push_back(entry && entry->node_id() ? Json(*entry->node_id()) : Json());
  out.push_back(event.occurrence);
  out.push_back(std::move(extra));
  return out;
}

Json expand_event(const Json& compact, const std::string& core_id, const std::string& execution_id) {
  const Json& type = compact.at(type_at);
  const Json& node = compact.at(node_at);
  JsonObject payload;
  payload.append("execution_id", execution_id);
  payload.append("node_id", node);
  if (!compact.at(block_at).is_null()) {
    payload.append("block_id", compact.at(block_at));
    payload.append("occurrence", compact.at(occurrence_at));
  }
  payload.append("fiber", compact.at(fiber_at));
  payload.append("seq", compact.at(seq_at));
  payload.append("source_location", Json::object({{"node_id", node}}));
  if (compact.at(extra_at).is_object()) {
    for (const auto& [name, value] : compact.at(extra_at).as_object()) payload.set(name, value);
  }
  const bool known =
      type.is_int() && type.as_int() >= 0 && type.as_int() < static_cast<std::int64_t>(std::size(types));
  JsonObject out;
  out.append("type", known ? Json(types[type.as_int()]) : type);
  out.append("core_id", core_id);
  out.append("timestamp",
             iso_time(compact.at(time_at).is_int() ? compact.at(time_at).as_int() : 0, Millis::Always));
  out.append("payload", std::move(payload));
  return out;
}

std::string iso_time(std::int64_t ms, Millis millis) {
  const std::int64_t days = (ms >= 0 ? ms : ms - 86'399'999) / 86'400'000;
  std::int64_t rest = ms - days * 86'400'000;
  // Civil date of a day count: years begin in March, eras have 400 years.
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_index = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * month_index + 2) / 5 + 1;
  const std::int64_t month = month_index < 10 ? month_index + 3 : month_index - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const auto pad = [](std::int64_t n, std::size_t width) {
    std::string text = std::to_string(n);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
  };
  std::string out = pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2) + "T";
  out += pad(rest / 3'600'000, 2) + ":" + pad(rest / 60'000 % 60, 2) + ":" + pad(rest / 1'000 % 60, 2);
  if (millis == Millis::Always || rest % 1'000 != 0) out += "." + pad(rest % 1'000, 3);
  return out + "Z";
}

}  // namespace scaiflow::machine
