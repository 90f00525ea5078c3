#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "apps/core/host/block_timing.h"
#include "apps/core/host/host.h"
#include "apps/core/host/lived_time.h"
#include "apps/core/host/secrets.h"
#include "apps/core/machine/recording.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

/// An event on its way into an execution, with what must commit beside its record.
struct Incoming {
  machine::EventBody body;
  std::string mail_key;  ///< the mailbox row it comes from
  std::function<Result<bool>(store::Connection&)> write;
  std::vector<UsageRecord> usage;
  std::function<void()> settled;  ///< called once when it has committed or was dropped
  std::int64_t arrived_us = net::steady_us();
};

/// An execution as it was read back from the database.
struct Loaded {
  NewExecution row;
  std::string status;
  std::int64_t epoch = 0, snapshot_seq = 0, journal_bytes = 0;
  CorePtr core;
  machine::ProgramPtr program;
  machine::State state;
  std::vector<MailRow> mail;
  std::shared_ptr<const machine::AnswerBook> book;  ///< of a fork (07 §18)
};

/// The records of an execution up to `seq` (0 = all), as events and the hashes of their commands.
struct Journal {
  NewExecution row;
  std::vector<machine::Event> events;
  std::vector<std::uint32_t> hashes;
};
Result<Journal> load_journal(Host& host, const std::string& execution_id, std::int64_t seq);
Result<Loaded> load_execution(Host& host, const std::string& execution_id);
/// Any execution, folded from its first record up to `seq` (0 = last); the Core is left out.
Result<Loaded> fold_execution(Host& host, const std::string& execution_id, std::int64_t seq);
Result<std::vector<Record>> read_records(store::Connection& db, const std::string& execution_id,
                                         std::int64_t after, std::int64_t limit);
PayloadReader payload_reader(Host& host, const std::string& tenant_id);
machine::ProgramPtr program_of(Host& host, const std::string& execution_id);
/// `user`, `group`, `role`, `delegated_user` or `unrouted` (08 §8.9).
std::string assignee_type_of(const std::string& assignee);
/// {`type`, `value`, `display`}; null for `unrouted`.
Json resolved_assignee(const std::string& assignee);
Slot slot_of(const Loaded& loaded);
/// Adds the row of a checkpoint that opens, and the event that says so.
void add_open(TurnWrite& write, const NewExecution& row, const machine::State& state,
              const machine::OpenCheckpoint& opened);
/// The row of a suspended execution, its open timers as rows beside it; they are due by the wall clock, which
/// is behind the execution's own time where it was set back.
StatusChange suspended_row(const machine::Program& program, const machine::State& state, std::int64_t wall_ms,
                           TurnWrite& write);
/// The row of an execution that has ended; it is kept for that many days.
StatusChange ended_row(const machine::State& state, std::int64_t now_ms, std::int64_t retention_days);

/// Owns the executions of one lane: steps them, writes their turns, runs their commands (07 §1). Public
/// functions may be called from any thread; all else happens on the lane.
class Runner {
 public:
  Runner(Host& host, net::Executor& lane) : host_(host), lane_(lane) {}

  void start(StartPlan plan, ReplyPtr reply);
  /// There is mail for the execution: it is woken when it is not resident.
  void mail(const std::string& execution_id);
  /// Takes over an execution that was running when its owner ended. `done` comes when it has its slot, or
  /// cannot be had.
  void adopt(const std::string& execution_id, std::function<void()> done);
  /// A fork was stored as running: it begins when it is admitted.
  void begin(const std::string& execution_id);
  void wait(const std::string& tenant_id, const std::string& execution_id, ReplyPtr reply);
  void wait_queued(const std::string& execution_id, ReplyPtr reply);
  /// The execution was cancelled while it was queued.
  void withdrawn(const std::string& execution_id);
  /// The execution can no longer be planned, or its row not read: it fails where it is queued.
  void fail_queued(const std::string& execution_id, const machine::ErrorValue& error);
  void refuse(const NewExecution& row, const Error& error, const ReplyPtr& reply);
  /// Drops executions of a Core from memory; they stay `running` and go on at its next start. `done` on the
  /// lane.
  void park(const std::string& core_id, std::function<void()> done);

 private:
  struct Turn {
    Incoming incoming;
    machine::Event event;
    machine::Commands commands;
    std::shared_ptr<TurnWrite> write;
    std::vector<std::pair<std::string, std::string>> refused;  ///< checkpoints that are not stored, and why
    std::vector<machine::EventBody> recorded;  ///< answers to checkpoints that are not stored: they are known
    std::optional<StatusChange> status;
    bool creates = false;
    bool ends = false, suspends = false;
    bool is_seen = false;  ///< an effect of the execution itself might read what it writes
    TurnClock clock;
    TurnTrace trace;
    std::optional<std::int64_t> target;  ///< the fiber that the event is for
  };
  using TurnPtr = std::shared_ptr<Turn>;

  struct Driver {
    std::string id;
    std::int64_t generation = 0;
    CorePtr core;
    machine::ProgramPtr program;
    machine::State state;
    LivedTime lived;
    NewExecution row;
    std::shared_ptr<const machine::AnswerBook> book;
    Slot slot;
    std::int64_t epoch = 1;
    std::int64_t snapshot_seq = 0, bytes_since_snapshot = 0, journal_bytes = 0;
    std::list<Incoming> inbox;  ///< an empty deque still owns a kilobyte
    std::set<std::string> mail_known;
    std::vector<std::string> unwanted;  ///< keys of mail that was not accepted
    int mail_reads = 0;                 ///< readings of the mailbox under way
    TurnPtr open;                       ///< being stepped in slices
    std::vector<TurnPtr> stepped;       ///< of this round: they become one unit
    bool pumping = false;
    int uncommitted = 0, uncommitted_seen = 0;
    std::shared_ptr<std::int64_t> written;  ///< shared by its units (turn_write.h)
    bool created = false;                   ///< its row exists
    bool writes_memory = false;  ///< has the turn of its memory partition, and keeps it over a conflict
    bool counted = false;        ///< in `active` of its instance row
    std::optional<std::int64_t> claim_from;
    machine::Status committed = machine::Status::Running;
    std::map<std::int64_t, net::Timers::Id> timers;
    std::map<std::string, Cancel> effects;
    std::vector<ReplyPtr> replies;
    std::optional<BlockTiming> timing;  ///< with telemetry `full`
    JsonArray times;                    ///< of blocks that were left, until they are stored
    std::map<std::string, std::int64_t> effects_began_us;
    std::map<std::pair<machine::BlockId, std::int64_t>, Json> model_facts;  ///< for the spans of open blocks
  };

  // --- turns (runner_turn.cpp) -------------------------------------------------------------------
  void take(const std::string& id, std::int64_t generation, Incoming incoming);
  void pump(Driver& driver);
  bool step_one(Driver& driver);
  void date(Driver& driver, machine::Event& event) const;
  void clear_unwanted(Driver& driver);
  void go_on(const std::string& id, std::int64_t generation);
  void close_turn(Driver& driver);
  void hand_over(Driver& driver);
  void answer_ahead(Driver& driver, const Turn& turn);
  std::shared_ptr<TurnWrite> write_of(Driver& driver, Turn& turn);
  void add_command(Driver& driver, Turn& turn, TurnWrite& write, machine::Command& command);
  void add_events(const Driver& driver, TurnWrite& write, const machine::Emit& emit);
  void add_checkpoint(Driver& driver, Turn& turn, TurnWrite& write, const machine::OpenCheckpoint& opened);
  void add_checkpoint_closed(const Driver& driver, TurnWrite& write, const machine::UpdateCheckpoint& update);
  void add_status(Driver& driver, TurnWrite& write, const machine::SetStatus& command);
  void add_finish(Driver& driver, TurnWrite& write, machine::Finish& command);
  void add_snapshot(Driver& driver, TurnWrite& write, bool suspends);
  void tell_parent(const Driver& driver, TurnWrite& write, machine::EventBody body,
                   const std::string& dedupe);
  void all_committed(const std::string& id, std::int64_t generation, const std::vector<TurnPtr>& turns,
                     const Result<void>& result);
  void committed(const std::string& id, std::int64_t generation, const TurnPtr& turn,
                 const Result<void>& result);
  void lost(Driver& driver, const TurnPtr& turn, const Error& error);
  void leave_if_idle(const std::string& id, std::int64_t generation);
  enum class Look : std::uint8_t { First, Again };
  void look_up(const std::string& tenant_id, const std::string& id, const ReplyPtr& reply, Look look);
  static bool is_moving(const Driver& driver);
  void answer(Driver& driver);
  void arm(const std::string& id, const ReplyPtr& reply);
  void attach(Driver& driver, const ReplyPtr& reply);
  void retire(Driver& driver);
  void drop(Driver& driver);
  std::optional<std::string> refusal(const Driver& driver, const machine::OpenCheckpoint& opened) const;
  Json result_of(const Driver& driver) const;
  void answer_late(const std::string& id, const ReplyPtr& reply);
  void answer_existing(const NewExecution& row, const ReplyPtr& reply);

  // --- commands (runner_effects.cpp) -------------------------------------------------------------
  void run(Driver& driver, const machine::Command& command);
  void call_model(Driver& driver, const machine::CallModel& command);
  void call_plugin(Driver& driver, const machine::CallPlugin& command);
  void dispatch_plugin(Driver& driver, const machine::CallPlugin& command, Plugin& plugin, PluginCall call);
  void prepare_later(Driver& driver, const machine::CallPlugin& command, Plugin& plugin, PluginCall call,
                     std::int64_t delay_ms);
  void prepare_plugin(Driver& driver, const machine::CallPlugin& command, Plugin& plugin, PluginCall call);
  void take_prepared(Driver& driver, const machine::CallPlugin& command, Plugin& plugin, PluginCall call,
                     const Secrets& secrets,
                     std::optional<tl::expected<PreparedWrite, PluginFailure>> prepared);
  void write_memory(Driver& driver, const machine::WriteMemory& command);
  void prepare_write(const std::string& id, std::int64_t generation, const machine::WriteMemory& command,
                     const Partition& partition, const Json& default_value);
  void leave_memory(Driver& driver);
  void start_call(Driver& driver, const machine::StartCall& command);
  void call_started(Driver& driver, const machine::StartCall& command);
  void cancel_call(Driver& driver, const machine::CancelCall& command);
  void start_timer(Driver& driver, const machine::StartTimer& command);
  bool recall(Driver& driver, const machine::Command& command);
  bool begin_once(Driver& driver, const std::string& effect_id, bool at_most_once);
  void fail_effect(Driver& driver, const std::string& effect_id, machine::ErrorValue error);
  CallContext context_of(const Driver& driver, const std::string& effect_id) const;

  // --- telemetry (runner_telemetry.cpp) ----------------------------------------------------------
  void measure_event(Driver& driver, Turn& turn);
  void measure_step(Driver& driver, Turn& turn);
  void measure_commit(Driver& driver, Turn& turn);
  void keep_times(Driver& driver, const std::vector<BlockTime>& blocks);
  void put_away_times(Driver& driver);
  void leave_times(Driver& driver);
  void export_block(Driver& driver, const BlockTime& block);
  void export_execution(const Driver& driver);

  // --- loading (runner_load.cpp) -----------------------------------------------------------------
  enum class Cause : std::uint8_t { Start, Resume, Crash };
  void load(const std::string& id, Cause cause);
  void install(const std::string& id, Cause cause, const std::shared_ptr<Result<Loaded>>& loaded);
  void install_admitted(const std::string& id, Cause cause, const std::shared_ptr<Result<Loaded>>& loaded);
  void forget(const std::string& id, const Loaded& found);
  void load_over(const std::string& id);
  void load_failed(const std::string& id, const Error& error);
  void take_mail(Driver& driver, const std::vector<MailRow>& mail);
  void read_mail(const std::string& id, std::int64_t generation);
  void reissue(const std::string& id, std::int64_t generation, const machine::Outstanding& open);
  void fail_stored(const std::string& id, const Error& error);

  Driver* find(const std::string& id, std::int64_t generation);
  /// Runs `task` on the lane with the driver, if that is still the one.
  void with(const std::string& id, std::int64_t generation, std::function<void(Driver&)> task);

  Host& host_;
  net::Executor& lane_;
  std::unordered_map<std::string, std::unique_ptr<Driver>> drivers_;
  std::map<std::string, std::vector<ReplyPtr>> waiting_;  ///< replies of executions that are being loaded
  std::set<std::string> loading_;
  std::map<std::string, std::int64_t> fenced_;  ///< epochs under which a turn was refused
  std::map<std::string, std::vector<std::function<void()>>> adopting_;
  std::set<std::string> mailed_while_loading_;
  std::int64_t next_generation_ = 1;
};

}  // namespace scaiflow::core
