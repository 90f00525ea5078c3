// Forks (07 §18): a new execution from the records of an old one, which stays as it is.
#include <algorithm>

#include "apps/core/host/engine_impl.h"
#include "apps/core/machine/replay.h"
#include "apps/core/machine/simulation.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::core {

namespace {

Error refused(const std::string& field, const std::string& message) {
  return {"VALIDATION_ERROR", field + ": " + message, Retry::Never,
          Json::array({Json::object({{"field", field}, {"message", message}})})};
}

/// One fork from its request to what is stored of it.
class ForkMaker {
 public:
  ForkMaker(Host& host, const ForkRequest& request) : host_(host), request_(request) {}

  /// Makes it in memory.
  Result<void> make();
  Json preview() const;
  std::shared_ptr<TurnWrite> write() const;
  const std::string& id() const { return row_.id; }
  const machine::State& state() const { return fork_->state(); }

 private:
  Result<void> read_origin();
  Result<void> read_program();
  Result<void> read_answer();
  bool is_replay(const machine::Recording& recording) const;
  Result<machine::Started> started() const;
  machine::ForkApplied applied() const;
  void note_status(TurnWrite& write) const;

  Host& host_;
  const ForkRequest& request_;
  Journal origin_;
  machine::ProgramPtr origin_program_, program_;
  CorePtr core_;
  NewExecution row_;
  std::vector<machine::ForkAnswer> answers_;
  std::int64_t seq_ = 0;
  bool replays_ = false;
  std::int64_t copied_ = 0;  ///< results among the records of a prefix
  std::int64_t now_ms_ = host_.wall_ms();
  std::optional<machine::Fork> fork_;
};

Result<void> ForkMaker::read_origin() {
  Result<Journal> origin = load_journal(host_, request_.execution_id, 0);
  if (!origin) return tl::unexpected(origin.error());
  if (origin->row.tenant_id != request_.tenant_id) return fail("EXECUTION_NOT_FOUND", "no such execution");
  origin_ = std::move(*origin);
  const auto last = static_cast<std::int64_t>(origin_.events.size());
  seq_ = request_.at_seq.value_or(last);
  if (seq_ < 1 || seq_ > last) {
    return tl::unexpected(refused("at_seq", "the journal has the positions 1 to " + std::to_string(last)));
  }
  origin_.events.resize(static_cast<std::size_t>(seq_));
  origin_.hashes.resize(static_cast<std::size_t>(seq_));
  return {};
}

Result<void> ForkMaker::read_program() {
  Result<machine::ProgramPtr> program = host_.programs.load(origin_.row.ir_hash);
  if (!program) return tl::unexpected(program.error());
  origin_program_ = program_ = *program;
  if (request_.ir_hash && *request_.ir_hash != origin_.row.ir_hash) {
    program = host_.programs.load(*request_.ir_hash);
    if (!program) return tl::unexpected(refused("ir_hash", program.error().message));
    program_ = *program;
  }
  if (!program_->flow(origin_.row.flow_name)) {
    return tl::unexpected(refused("ir_hash", "this version has no flow '" + origin_.row.flow_name + "'"));
  }
  Result<CorePtr> core = host_.core_of(origin_.row, program_);
  if (!core) return tl::unexpected(core.error());
  core_ = *core;
  return {};
}

Result<void> ForkMaker::read_answer() {
  if (request_.answer.is_null()) return {};
  machine::ForkAnswer answer;
  answer.block_id = request_.answer.string_or("block_id", "");
  answer.occurrence = request_.answer.int_or("occurrence", 1);
  if (program_->block_named(answer.block_id) < 0)
    return tl::unexpected(refused("answer.block_id", "there is no block '" + answer.block_id + "'"));
  const Json* result = request_.answer.find("result");
  const Json* error = request_.answer.find("error");
  if ((result != nullptr) == (error != nullptr))
    return tl::unexpected(refused("answer", "needs either result or error"));
  if (result) answer.result = *result;
  if (error) {
    answer.error =
        machine::make_error(error->string_or("type", "PluginError"), error->string_or("code", "fork"),
                            error->string_or("message", "set in a fork"));
    answer.error->retryable = error->bool_or("retryable", false);
  }
  answers_.push_back(std::move(answer));
  return {};
}

/// Everything but a plain continuation is a new run (07 §18). Calls that are answered to the origin alone
/// cannot be waited for: they are made again.
bool ForkMaker::is_replay(const machine::Recording& recording) const {
  if (program_ != origin_program_ || request_.input) return true;
  for (const machine::ForkAnswer& each : answers_) {
    const std::string place = each.block_id + ":" + std::to_string(each.occurrence);
    const auto known = recording.results.lower_bound(place);
    if (known == recording.results.end() || known->first.rfind(place, 0) != 0) continue;
    const char after = known->first.size() > place.size() ? known->first[place.size()] : ':';
    if (after < '0' || after > '9') return true;
  }
  const auto state = machine::fold(*origin_program_, origin_.events, origin_.hashes);
  return state && std::any_of(state->calls.begin(), state->calls.end(),
                              [](const auto& call) { return call.second.is_async && !call.second.answer; });
}

/// The first record of a replay: the origin's under a new id, with what the request and the version change.
Result<machine::Started> ForkMaker::started() const {
  auto started = std::get<machine::Started>(origin_.events.front().body);
  if (request_.input) started.input = *request_.input;
  const machine::FlowEntry& flow = *program_->flow(started.flow);
  if (!started.input.is_object()) return tl::unexpected(refused("input", "expected an object"));
  if (Result<void> fits = check_input_size(started.input); !fits) return tl::unexpected(fits.error());
  const auto problems = machine::check_input(*program_, flow, started.input);
  if (!problems.empty())
    return tl::unexpected(refused("input." + problems.front().field, problems.front().message));
  if (program_ != origin_program_) {
    StartRequest planned;
    planned.tenant_id = request_.tenant_id;
    planned.flow = started.flow;
    planned.input = started.input;
    planned.instance_key = started.instance_key;
    Result<StartPlan> plan = plan_start(core_, program_, planned,
                                        CallerRef{"", "", "", core_->spec.id, {}, 0, false}, host_.settings);
    if (!plan) return tl::unexpected(plan.error());
    started.config = plan->started.config;
    started.secrets = plan->started.secrets;
    started.limits = plan->started.limits;
    started.preamble = plan->started.preamble;
    started.ir_hash = program_->ir_hash();
  }
  started.execution_id = started.root_execution_id = row_.id;
  started.parent.reset();
  started.shares_slot = false;
  started.debug = Json();
  if (request_.memory == ForkRequest::Memory::Live && started.memory) {
    auto rows = host_.database.read([&](store::Connection& db) {
      return load_memory(db, {row_.core_id, started.partition_key}, program_->memory_fields_used());
    });
    if (!rows) return tl::unexpected(rows.error());
    started.memory = std::move(*rows);
  }
  return started;
}

machine::ForkApplied ForkMaker::applied() const {
  machine::ForkApplied out;
  out.execution_id = row_.id;
  out.origin = request_.execution_id;
  out.origin_seq = seq_;
  out.set = request_.set;
  out.memory_mode = request_.memory == ForkRequest::Memory::Live ? "live" : "sandbox";
  out.mode = replays_ ? "replay" : "prefix";
  out.on_mismatch = request_.on_mismatch == ForkRequest::Mismatch::Stop ? "stop" : "live";
  out.answers = answers_;
  out.breakpoints = request_.breakpoints;
  return out;
}

Result<void> ForkMaker::make() {
  if (Result<void> read = read_origin(); !read) return read;
  if (Result<void> read = read_program(); !read) return read;
  if (Result<void> read = read_answer(); !read) return read;
  row_ = origin_.row;
  row_.id = row_.root_id = net::new_id("exec_");
  row_.ir_hash = program_->ir_hash();
  row_.parent_id = row_.parent_effect = row_.idem_key = row_.idem_hash = std::nullopt;
  row_.invoked_by = request_.invoked_by;
  row_.identity = request_.identity;
  row_.created_at_ms = now_ms_;
  row_.forked_from = request_.execution_id;
  row_.forked_seq = seq_;
  machine::Recording recording = machine::record_of(*origin_program_, origin_.events, seq_);
  replays_ = is_replay(recording);
  fork_.emplace(program_);
  const machine::AnswerBook book(request_.execution_id,
                                 replays_ ? std::move(recording) : machine::Recording(), answers_);
  if (replays_) {
    Result<machine::Started> start = started();
    if (!start) return tl::unexpected(start.error());
    row_.input = start->input;
    fork_->replay(std::move(*start), book);
  } else {
    row_.input = std::get<machine::Started>(origin_.events.front().body).input;
    copied_ = static_cast<std::int64_t>(recording.results.size());
    if (!fork_->copy(origin_.events, origin_.hashes))
      return fail("JournalCorruptError", "the journal of the execution cannot be read");
  }
  fork_->apply(applied(), book, now_ms_, now_ms_);
  return {};
}

Json ForkMaker::preview() const {
  constexpr std::size_t shown_max = 50;
  JsonArray mismatches;
  for (const machine::LiveRequest& each : fork_->live()) {
    if (mismatches.size() == shown_max) break;
    mismatches.push_back(Json::object({{"block_id", each.block_id},
                                       {"node_id", each.node_id ? Json(*each.node_id) : Json()},
                                       {"occurrence", each.occurrence},
                                       {"kind", each.kind},
                                       {"reason", each.changed ? "changed" : "not_recorded"}}));
  }
  return Json::object({{"mode", replays_ ? "replay" : "prefix"},
                       {"reusable", copied_ + fork_->reused()},
                       {"live", static_cast<std::int64_t>(fork_->live().size())},
                       {"mismatches", std::move(mismatches)}});
}

void ForkMaker::note_status(TurnWrite& write) const {
  const machine::State& state = fork_->state();
  if (machine::has_ended(state.status)) {
    const std::int64_t days =
        core_->spec.resource_limits.int_or("retention_days", host_.settings.retention_days);
    write.status = ended_row(state, now_ms_, days);
  } else if (state.status == machine::Status::Suspended) {
    write.status = suspended_row(*program_, state, now_ms_, write);
  } else {
    StatusChange change;
    change.status = "running";
    change.owner_node = host_.settings.node_id;
    change.usage = state.usage;
    write.status = std::move(change);
    Loaded loaded;
    loaded.row = row_;
    loaded.core = core_;
    loaded.program = program_;
    loaded.state.start = state.start;
    const Slot slot = slot_of(loaded);
    write.instance_key = slot.instance_key;
    write.instance_delta = slot.instance_max > 0 ? 1 : 0;
  }
}

std::shared_ptr<TurnWrite> ForkMaker::write() const {
  auto write = std::make_shared<TurnWrite>();
  const machine::State& state = fork_->state();
  write->execution_id = row_.id;
  write->tenant_id = write->events.tenant_id = write->module_events.tenant_id = row_.tenant_id;
  write->core_id = write->events.core_id = write->module_events.core_id = row_.core_id;
  write->events.execution_id = write->module_events.execution_id = row_.id;
  write->now_ms = now_ms_;
  write->bridge = host_.ports.bridge;
  write->accounting = host_.ports.accounting;
  write->create = row_;
  write->create->started_at_ms = state.started_at_ms;
  for (std::size_t i = 0; i < fork_->journal().size(); ++i) {
    write->records.push_back(encode_record(fork_->journal()[i], fork_->hashes()[i], 1, write->payloads));
  }
  for (const machine::RuntimeEvent& event : fork_->events())
    write->events.events.push_back(machine::compact_event(*program_, state, event));
  for (const machine::OpenCheckpoint& opened : fork_->checkpoints()) add_open(*write, row_, state, opened);
  note_status(*write);
  if (state.start.partition_key == "fork:" + row_.id) {
    write->conditional = [partition = Partition{row_.core_id, state.start.partition_key},
                          rows = state.memory_rows](store::Connection& db) {
      return seed_partition(db, partition, rows);
    };
  }
  return write;
}

}  // namespace

Result<Json> EngineImpl::preview_fork(const ForkRequest& request) {
  ForkMaker maker(*host_, request);
  if (Result<void> made = maker.make(); !made) return tl::unexpected(made.error());
  return maker.preview();
}

void EngineImpl::fork(ForkRequest request, std::function<void(Result<Json>)> done) {
  host_->pool.post([this, request = std::move(request), done = std::move(done)] {
    if (Result<void> within = host_->within_budget(request.tenant_id); !within)
      return done(tl::unexpected(within.error()));
    ForkMaker maker(*host_, request);
    if (Result<void> made = maker.make(); !made) return done(tl::unexpected(made.error()));
    const std::shared_ptr<TurnWrite> write = maker.write();
    const std::string id = maker.id();
    const bool runs = maker.state().status == machine::Status::Running;
    host_->database.write(
        [this, write](store::Connection& db) { return write->apply(db, host_->event_ids); },
        [this, write, id, runs, done](const Result<void>& stored) {
          if (!stored) return done(tl::unexpected(stored.error()));
          host_->hub.committed();
          if (write->timers) {
            for (const TimerRow& timer : *write->timers) host_->note_due(timer.due_at_ms);
          }
          host_->pool.post([this, id, runs, done] {
            done(host_->database.read([&](store::Connection& db) { return stored_result(db, "", id); }));
            if (runs) host_->runner_of(id).begin(id);
          });
        });
  });
}

}  // namespace scaiflow::core
