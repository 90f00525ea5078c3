// What turns took, told to metrics, to whoever watches, to the timing rows and to the trace collector.
// Nothing here changes what an execution does.
#include "apps/core/host/runner.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

using net::Metric;
constexpr std::size_t rows_per_part = 256;

std::string_view kind_of(const machine::Request& request) {
  struct Visitor {
    std::string_view operator()(const machine::CallModel&) const { return "model"; }
    std::string_view operator()(const machine::CallPlugin&) const { return "plugin"; }
    std::string_view operator()(const machine::WriteMemory&) const { return "memory"; }
    std::string_view operator()(const machine::StartCall&) const { return "call"; }
  };
  return std::visit(Visitor{}, request);
}

bool is_effect(const machine::Command& command) {
  return std::holds_alternative<machine::CallModel>(command) ||
         std::holds_alternative<machine::CallPlugin>(command) ||
         std::holds_alternative<machine::WriteMemory>(command) ||
         std::holds_alternative<machine::StartCall>(command);
}

std::string place_of(const std::string& execution_id, const std::string& block_id, std::int64_t occurrence) {
  return execution_id + ":" + block_id + ":" + std::to_string(occurrence);
}

/// Token counts after the semantic conventions for generative AI.
Json model_facts(const machine::CallModel& call, const machine::Usage& usage, const Json& meta) {
  return Json::object({{"gen_ai.operation.name", call.operation},
                       {"gen_ai.system", meta["provider"].is_string() ? meta["provider"] : Json("unknown")},
                       {"gen_ai.request.model", meta["model"].is_string() ? meta["model"] : Json("unknown")},
                       {"gen_ai.usage.input_tokens", usage.input_tokens},
                       {"gen_ai.usage.output_tokens", usage.output_tokens}});
}

Json node_of(const machine::BlockEntry& entry) { return entry.node_id() ? Json(*entry.node_id()) : Json(); }

}  // namespace

/// Before the step: afterwards the state no longer says whose event it was.
void Runner::measure_event(Driver& driver, Turn& turn) {
  turn.clock.arrived_us = turn.incoming.arrived_us;
  turn.clock.step_us = net::steady_us();
  if (driver.timing) turn.target = fiber_of(driver.state, turn.event.body);
  const auto* done = std::get_if<machine::EffectSucceeded>(&turn.event.body);
  const auto* failed = std::get_if<machine::EffectFailed>(&turn.event.body);
  if (!done && !failed) return;
  const std::string& effect_id = done ? done->effect_id : failed->effect_id;
  const auto& usage = done ? done->usage : failed->usage;
  host_.metrics.add(Metric::Effects, 1, done ? "succeeded" : "failed");
  if (usage) {
    host_.metrics.add(Metric::ModelTokens, usage->input_tokens, "input");
    host_.metrics.add(Metric::ModelTokens, usage->output_tokens, "output");
  }
  const machine::Effect& effect = driver.state.effects.at(effect_id);
  if (const auto began = driver.effects_began_us.extract(effect_id)) {
    host_.metrics.observe(Metric::EffectSeconds, turn.clock.arrived_us - began.mapped(),
                          kind_of(effect.request));
  }
  const auto* call = std::get_if<machine::CallModel>(&effect.request);
  if (!host_.otlp || !usage || !call) return;
  driver.model_facts[{effect.block, effect.occurrence}] =
      model_facts(*call, *usage, done ? done->meta : failed->meta);
}

void Runner::measure_step(Driver& driver, Turn& turn) {
  turn.clock.stepped_us = net::steady_us();
  if (!driver.timing) return;
  if (driver.state.events_suppressed > 0) return driver.timing.reset();  // its marks are incomplete from here
  turn.trace = trace_of(driver.state, turn.commands, turn.target);
}

void Runner::measure_commit(Driver& driver, Turn& turn) {
  const TurnClock& clock = turn.clock;
  host_.metrics.observe(Metric::TurnQueueSeconds, clock.step_us - clock.arrived_us);
  host_.metrics.observe(Metric::TurnStepSeconds, clock.stepped_us - clock.step_us);
  host_.metrics.observe(Metric::TurnCommitSeconds, clock.committed_us - clock.stepped_us);
  for (const machine::Command& command : turn.commands) {
    if (!is_effect(command) || !driver.state.effects.contains(machine::id_of(command))) continue;
    driver.effects_began_us.try_emplace(machine::id_of(command), clock.committed_us);
  }
  if (turn.creates) host_.metrics.add(Metric::ExecutionsStarted);
  if (const auto* adopted = std::get_if<machine::Adopted>(&turn.event.body))
    host_.metrics.add(Metric::ExecutionsAdopted, 1, adopted->cause == "crash" ? "crash" : "resume");
  if (turn.ends) {
    host_.metrics.add(Metric::ExecutionsEnded, 1, name_of(driver.state.status));
    host_.metrics.observe(Metric::ExecutionSeconds,
                          (driver.state.now_ms - driver.state.started_at_ms) * 1'000);
  }
  if (driver.timing) keep_times(driver, driver.timing->turn(turn.trace, clock));
  if (turn.ends) {
    put_away_times(driver);
    if (host_.otlp) export_execution(driver);
  }
}

void Runner::keep_times(Driver& driver, const std::vector<BlockTime>& blocks) {
  if (blocks.empty()) return;
  const bool watched = host_.hub.is_watched(driver.id);
  for (const BlockTime& block : blocks) {
    const machine::BlockEntry& entry = driver.program->block(block.block);
    const TimeShares& own = block.own;
    Json row = Json::array({entry.id(), node_of(entry), block.occurrence, block.fiber, own.queue_us,
                            own.step_us, own.commit_us, own.effect_us, own.waiting_us});
    if (watched) host_.hub.feed(driver.id, "block.timing", timing_entry(row));
    if (host_.otlp) export_block(driver, block);
    driver.times.push_back(std::move(row));
  }
  if (driver.times.size() >= rows_per_part) put_away_times(driver);
}

void Runner::put_away_times(Driver& driver) {
  if (driver.times.empty()) return;
  host_.timings.add(driver.id, driver.state.seq, std::exchange(driver.times, {}));
}

/// A suspended execution leaves memory: the shares of its open blocks so far are kept.
void Runner::leave_times(Driver& driver) {
  if (!driver.timing || driver.uncommitted > 0) return;
  for (const BlockTime& block : driver.timing->rest(net::steady_us())) {
    if (block.own.total() == 0) continue;
    const machine::BlockEntry& entry = driver.program->block(block.block);
    driver.times.push_back(
        Json::array({entry.id(), node_of(entry), block.occurrence, block.fiber, block.own.queue_us,
                     block.own.step_us, block.own.commit_us, block.own.effect_us, block.own.waiting_us}));
  }
  put_away_times(driver);
}

void Runner::export_block(Driver& driver, const BlockTime& block) {
  const machine::BlockEntry& entry = driver.program->block(block.block);
  const std::int64_t offset_us = net::wall_ms() * 1'000 - net::steady_us();
  Span span;
  span.trace_id = trace_id_of(driver.row.root_id);
  span.span_id = span_id_of(place_of(driver.id, entry.id(), block.occurrence));
  span.parent_id = span_id_of(
      block.outer < 0 ? driver.id
                      : place_of(driver.id, driver.program->block(block.outer).id(), block.outer_occurrence));
  span.name = std::string(name_of(entry.kind)) + " " + entry.id();
  span.begun_ns = (block.begun_us + offset_us) * 1'000;
  span.ended_ns = (block.ended_us + offset_us) * 1'000;
  span.error = block.error_type;
  span.attributes = Json::object({{"scaiflow.execution_id", driver.id},
                                  {"scaiflow.block_id", entry.id()},
                                  {"scaiflow.occurrence", block.occurrence},
                                  {"scaiflow.queue_us", block.own.queue_us},
                                  {"scaiflow.step_us", block.own.step_us},
                                  {"scaiflow.commit_us", block.own.commit_us},
                                  {"scaiflow.effect_us", block.own.effect_us}});
  if (entry.node_id()) span.attributes.set("scaiflow.node_id", *entry.node_id());
  if (const auto facts = driver.model_facts.extract({block.block, block.occurrence})) {
    for (const auto& [name, value] : facts.mapped().as_object()) span.attributes.set(name, value);
  }
  host_.otlp->add(std::move(span));
}

void Runner::export_execution(const Driver& driver) {
  const machine::State& state = driver.state;
  Span span;
  span.trace_id = trace_id_of(driver.row.root_id);
  span.span_id = span_id_of(driver.id);
  if (state.start.parent) {
    const std::string& effect = state.start.parent->effect_id;  // `<execution>:<block>:<occurrence>...`
    const std::size_t block = effect.find(':', effect.find(':') + 1);
    span.parent_id = span_id_of(effect.substr(0, effect.find_first_of(":/", block + 1)));
  }
  span.name = "execution " + state.start.flow;
  span.begun_ns = state.started_at_ms * 1'000'000;
  span.ended_ns = net::wall_ms() * 1'000'000;
  if (state.error) span.error = state.error->type;
  span.attributes = Json::object({{"scaiflow.execution_id", driver.id},
                                  {"scaiflow.core_id", driver.row.core_id},
                                  {"scaiflow.tenant_id", driver.row.tenant_id},
                                  {"scaiflow.flow", state.start.flow},
                                  {"scaiflow.status", name_of(state.status)},
                                  {"gen_ai.usage.input_tokens", state.usage.input_tokens},
                                  {"gen_ai.usage.output_tokens", state.usage.output_tokens}});
  host_.otlp->add(std::move(span));
}

}  // namespace scaiflow::core
