// What must hold whatever happens (07 section 22): the process ends at every commit, another one takes over,
// the database stands still or is full. `SCAIFLOW_FULL=1` draws the full counts.
#include <atomic>
#include <random>
#include <set>

#include "apps/core/host/test_world.h"
#include "apps/core/host/turn_write.h"
#include "apps/core/machine/simulation.h"

namespace scaiflow::core {
namespace {

using Moment = FaultyDatabase::Moment;

bool full() { return std::getenv("SCAIFLOW_FULL") != nullptr; }

/// The outside world: answers at once and counts what it was asked, by key.
class CountingPlugin final : public Plugin {
 public:
  std::vector<std::string> methods() const override { return {}; }
  Cancel call(PluginCall call, std::function<void(PluginResult)> done) override {
    {
      const std::lock_guard lock(mutex_);
      ++issues_[call.key];
    }
    done(Json::object({{"seen", call.args["n"]}}));
    return nullptr;
  }
  std::map<std::string, int> issues() const {
    const std::lock_guard lock(mutex_);
    return issues_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> issues_;
};

/// Memory, calls one after the other and side by side, a person, another Core, a loop: all that can be cut.
const char* const everything = R"J([
  {"kind":"rigid","id":"first","result_binding":"a","source_location":{},
   "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":1}}]},
  {"kind":"rigid","id":"note","source_location":{},
   "statements":[{"kind":"memory_set","field":"total","value":"memory.total + 1"}]},
  {"kind":"parallel","id":"both","result_binding":"p","source_location":{},"branches":[
    {"name":"x","body":[{"kind":"rigid","id":"bx","source_location":{},
      "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":2}}]}]},
    {"name":"y","body":[{"kind":"rigid","id":"by","source_location":{},
      "statements":[{"kind":"memory_set","field":"total","value":"memory.total + 10"}]}]}]},
  {"kind":"checkpoint","id":"ask","result_binding":"answer","source_location":{},"options":["yes","no"]},
  {"kind":"core_call","id":"call","result_binding":"got","source_location":{},"target":"core://acme/callee",
   "input_bindings":{"n":"3"}},
  {"kind":"foreach","id":"loop","result_binding":"l","source_location":{},"item":"i","iterable":"[1, 2]",
   "max_concurrent":2,"body":[{"kind":"rigid","id":"each","source_location":{},
   "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":"{{i}}"}}]}]},
  {"kind":"rigid","id":"done","source_location":{},
   "statements":[{"kind":"return","value":["{{a.seen}}","{{p.x.seen}}","{{answer.decision}}","{{got.seen}}",
                                           "{{l[1].seen}}","{{memory.total}}"]}]}])J";
const char* const callee = R"J([
  {"kind":"rigid","id":"inner","result_binding":"r","source_location":{},
   "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":"{{n}}"}}]},
  {"kind":"rigid","id":"out","source_location":{},"statements":[{"kind":"return","value":"{{r}}"}]}])J";
const char* const everything_output = R"([1,2,"yes",3,2,11])";

/// A world with the counting plugin and both Cores.
struct Cut {
  std::shared_ptr<CountingPlugin> outside = std::make_shared<CountingPlugin>();
  World world;
  std::string core;

  explicit Cut(const std::string& body = everything) {
    world.add_plugin("counting", outside);
    const std::string more =
        R"({"memory":[{"name":"total","type":"int","default":0}],
            "plugins":[{"alias":"counting","endpoint":"plugin://counting"}]})";
    world.deploy("callee", callee, more);
    core = world.deploy("cut", body, more);
  }

  /// Answers whatever is asked, until the execution has ended.
  void answer_people(const std::string& id) {
    while (true) {
      const Json record = world.engine().get_execution("acme", id).value_or(Json());
      const std::string status = record.string_or("status", "");
      if (status == "completed" || status == "failed") return;
      const Json& open = record["checkpoint_ids"];
      if (open.size() > 0 && status == "suspended") (void)world.resolve(open.at(0).as_string(), "yes");
      (void)world.wait(id, 20);
    }
  }

  /// A caller that may repeat itself.
  StartRequest keyed_request() {
    StartRequest request = world.request(core, Json::object());
    request.wait_ms = 0;
    request.idempotency_key = "once";
    request.idempotency_hash = "h";
    return request;
  }

  std::string start() {
    const Result<StartOutcome> outcome = world.start(keyed_request());
    return outcome ? outcome->result.string_or("execution_id", "") : "";
  }
};

void expect_whole_journal(World& world) {
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM (SELECT execution_id FROM mod_scaicore_journal GROUP BY "
                         "execution_id HAVING COUNT(*) <> MAX(seq) OR MIN(seq) <> 1)"),
            0);
  EXPECT_TRUE(world.becomes("SELECT COUNT(*) FROM mod_scaicore_mailbox", 0)) << "mail is left";
}

TEST(Durability, UndisturbedEachEffectIsIssuedOnce) {
  Cut cut;
  const std::string id = cut.start();
  cut.answer_people(id);
  EXPECT_EQ(to_text(cut.world.wait(id)["output"]), everything_output);
  EXPECT_EQ(cut.outside->issues().size(), 5u);
  for (const auto& [key, issues] : cut.outside->issues()) EXPECT_EQ(issues, 1) << key;
  expect_whole_journal(cut.world);
}

/// One process ends at its `commit`-th commit; the next one finishes. False when it never came so far.
bool cut_at(int commit, Moment moment) {
  Cut cut;
  cut.world.faults().die_at(commit, moment);
  // The start itself may be cut: then its caller hears nothing.
  auto acknowledged = std::make_shared<std::promise<Result<StartOutcome>>>();
  auto heard = acknowledged->get_future();
  cut.world.engine().start(cut.keyed_request(), [acknowledged](Result<StartOutcome> outcome) {
    acknowledged->set_value(std::move(outcome));
  });
  std::string id;
  const auto over = [&] {
    if (id.empty() && heard.valid() && heard.wait_for(0s) == std::future_status::ready) {
      const Result<StartOutcome> outcome = heard.get();
      if (outcome) id = outcome->result.string_or("execution_id", "");
    }
    if (id.empty()) return false;
    const Json record = cut.world.engine().get_execution("acme", id).value_or(Json());
    const Json& open = record["checkpoint_ids"];
    if (open.size() > 0) {
      cut.world.engine().resolve_checkpoint("acme", open.at(0).as_string(), "yes", "user_2", std::nullopt,
                                            [](const Result<Json>&) {});
    }
    return record.string_or("status", "") == "completed";
  };
  const bool died = cut.world.faults().died_before(over);
  cut.world.crash();
  // Whoever was told of a start finds it; whoever was not repeats it with the key.
  const std::string again = cut.start();
  if (!id.empty()) {
    EXPECT_EQ(again, id);
  }
  cut.answer_people(again);
  const Json result = cut.world.wait(again);
  EXPECT_EQ(result["status"], Json("completed")) << to_text(result);
  EXPECT_EQ(to_text(result["output"]), everything_output);
  EXPECT_EQ(cut.world.number("SELECT COUNT(*) FROM mod_scaicore_executions"), 2);
  EXPECT_EQ(cut.outside->issues().size(), 5u);
  for (const auto& [key, issues] : cut.outside->issues()) EXPECT_LE(issues, died ? 2 : 1) << key;
  EXPECT_EQ(cut.world.number("SELECT COUNT(*) FROM mod_scaicore_journal WHERE type = 1"), 2);
  expect_whole_journal(cut.world);
  return died;
}

TEST(Durability, TheProcessMayEndAtEveryCommit) {
  for (const Moment moment : {Moment::BeforeCommit, Moment::AfterCommit}) {
    int commit = 1;
    while (true) {
      SCOPED_TRACE(std::to_string(commit) + (moment == Moment::AfterCommit ? " after" : " before"));
      if (!cut_at(commit, moment)) break;
      commit += full() ? 1 : 2;
      if (HasFailure() || commit > 200) break;
    }
    EXPECT_GT(commit, 12) << "the run has more commits than this";
  }
}

/// At most once, whatever happens (invariant 7).
TEST(Durability, AnAtMostOnceEffectIsNeverIssuedTwice) {
  const std::string body = R"J([
    {"kind":"rigid","id":"call","result_binding":"got","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":1},
      "idempotency":"at_most_once"}]},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{got.seen}}"}]}])J";
  for (const Moment moment : {Moment::BeforeCommit, Moment::AfterCommit}) {
    for (int commit = 1; commit <= 3; ++commit) {
      SCOPED_TRACE(std::to_string(commit) + (moment == Moment::AfterCommit ? " after" : " before"));
      Cut cut(body);
      cut.world.faults().die_at(commit, moment);
      cut.world.engine().start(cut.keyed_request(), [](const Result<StartOutcome>&) {});
      ASSERT_TRUE(cut.world.faults().died_before([] { return false; }));
      cut.world.crash();
      const Json result = cut.world.wait(cut.start());
      const bool unknown = result["error"]["type"] == Json("EffectOutcomeUnknown");
      EXPECT_TRUE(unknown || result["output"] == Json(1)) << to_text(result);
      for (const auto& [key, issues] : cut.outside->issues()) EXPECT_EQ(issues, 1) << key;
      expect_whole_journal(cut.world);
    }
  }
}

/// Invariant 4: nothing leaves, nobody is answered, before the turn is durable.
TEST(Durability, NothingLeavesBeforeItsCommit) {
  Cut cut;
  cut.world.faults().pause();
  std::promise<Result<StartOutcome>> promise;
  auto answered = promise.get_future();
  StartRequest request = cut.world.request(cut.core, Json::object());
  request.wait_ms = 0;
  cut.world.engine().start(request,
                           [&](Result<StartOutcome> outcome) { promise.set_value(std::move(outcome)); });
  EXPECT_EQ(answered.wait_for(100ms), std::future_status::timeout);
  EXPECT_TRUE(cut.outside->issues().empty());
  cut.world.faults().resume();
  const Result<StartOutcome> outcome = answered.get();
  ASSERT_TRUE(outcome.has_value());
  const std::string id = outcome->result.string_or("execution_id", "");
  cut.answer_people(id);
  EXPECT_EQ(to_text(cut.world.wait(id)["output"]), everything_output);
}

/// Invariant 34: with the database stopped nothing acknowledged is lost, and service resumes by itself.
TEST(Durability, ADatabaseThatStandsStillLosesNothing) {
  Cut cut(callee);
  const int before = 20, during = 20;
  std::vector<std::promise<Result<StartOutcome>>> promises(before + during);
  const auto start = [&](int n) {
    StartRequest request = cut.world.request(cut.core, Json::object({{"n", n}}));
    cut.world.engine().start(request, [&promises, n](Result<StartOutcome> outcome) {
      promises[static_cast<std::size_t>(n)].set_value(std::move(outcome));
    });
  };
  for (int n = 0; n < before; ++n) start(n);
  cut.world.faults().pause();
  for (int n = before; n < before + during; ++n) start(n);
  std::promise<void> passed;
  net::Timers timers;
  net::InlineExecutor here;
  timers.after(full() ? 10'000 : 200, here, [&] { passed.set_value(); });
  passed.get_future().wait();
  cut.world.faults().resume();
  for (int n = 0; n < before + during; ++n) {
    const Result<StartOutcome> outcome = promises[static_cast<std::size_t>(n)].get_future().get();
    ASSERT_TRUE(outcome.has_value()) << outcome.error().code;
    EXPECT_EQ(outcome->result["output"]["seen"], Json(n)) << to_text(outcome->result);
  }
  for (const auto& [key, issues] : cut.outside->issues()) EXPECT_EQ(issues, 1) << key;
}

/// Disk full: the caller is told so, nothing is half-written, and service goes on by itself (13.2, row 7).
TEST(Durability, AFullDiskRefusesAndRecovers) {
  Cut cut(callee);
  StartRequest request = cut.world.request(cut.core, Json::object({{"n", 1}}));
  ASSERT_EQ(cut.world.start(request)->result["status"], Json("completed"));
  cut.world.faults().refuse_with(store::db_error::InsufficientStorage);
  EXPECT_EQ(cut.world.start(request).error().code, "STORAGE_FULL");
  EXPECT_EQ(cut.world.number("SELECT COUNT(*) FROM mod_scaicore_executions"), 1);
  cut.world.faults().refuse_with("");
  EXPECT_EQ(cut.world.start(request)->result["status"], Json("completed"));
}

/// A run whose turn does not fit any more is read again and goes on once there is room.
TEST(Durability, ARunningExecutionOutlivesAFullDisk) {
  World world;
  const std::string core = world.deploy("held", R"J([
    {"kind":"rigid","id":"call","result_binding":"got","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{}}]},
    {"kind":"rigid","id":"done","source_location":{},"statements":[{"kind":"return","value":"{{got}}"}]}])J");
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  world.faults().refuse_with(store::db_error::InsufficientStorage);
  world.held().answer(0, Json("lost with its turn"));
  // The result was not recorded, so the call is made again, with the same key.
  ASSERT_TRUE(world.metrics_reach(net::Metric::ExecutionsLost, 1));
  world.faults().refuse_with("");
  EXPECT_EQ(world.held().wait(1).key, world.held().wait(0).key);
  world.held().answer(1, Json("kept"));
  EXPECT_EQ(world.wait(id)["output"], Json("kept"));
  expect_whole_journal(world);
}

/// Invariant 3: two processes that both think they own an execution: the journal's key decides, one history.
TEST(Durability, TwoOwnersMakeOneHistory) {
  World world;
  const std::string core = world.deploy("held", R"J([
    {"kind":"rigid","id":"call","result_binding":"got","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{}}]},
    {"kind":"rigid","id":"done","source_location":{},"statements":[{"kind":"return","value":"{{got}}"}]}])J");
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  const auto other = world.another_engine();  // adopts what is running, as after a silence of the first
  world.held().wait(1);
  world.held().answer(0, Json("of the old owner"));
  world.held().answer(1, Json("of the new owner"));
  // The old owner's turn was refused, and it lets go; one that claimed at the same time is asked once more.
  const auto ended = [&] {
    return world.number("SELECT COUNT(*) FROM mod_scaicore_executions WHERE status = 'completed'") == 1;
  };
  for (std::size_t next = 2; !ended() && next < 20;) {
    if (world.held().count() > next) world.held().answer(next++, Json("asked again"));
    (void)world.wait(id, 20);
  }
  EXPECT_TRUE(ended());
  expect_whole_journal(world);
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_journal WHERE type IN (3, 4)"), 1);
  const std::vector<std::string> events = world.event_types(id);
  EXPECT_EQ(std::count(events.begin(), events.end(), "scaicore.runtime.invocation.completed"), 1);
}

/// Invariant 10 (with the queue's message in review_test): however answer, expiry and cancellation fall
/// together, row and execution tell one story.
TEST(Durability, AnswerExpiryAndCancellationAgree) {
  World world;
  const std::string core = world.deploy("raced", R"J([
    {"kind":"checkpoint","id":"ask","result_binding":"answer","source_location":{},"options":["yes","late"],
     "timeout_ms":15,"on_timeout":"late"},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{answer.decision}}"}]}])J");
  std::mt19937 draw(10);
  net::Timers timers;
  net::InlineExecutor here;
  for (int round = 0; round < (full() ? 1'000 : 25); ++round) {
    const Json asked = world.run(core, Json::object());
    const std::string id = asked.string_or("execution_id", "");
    const std::string checkpoint = asked.string_or("checkpoint_id", "");
    if (asked["status"] != Json("suspended")) continue;  // it expired before anybody looked
    auto both = std::make_shared<std::atomic<int>>(2);
    std::promise<void> fired;
    const auto count = [both, &fired](const Result<Json>&) {
      if (--*both == 0) fired.set_value();
    };
    timers.after(draw() % 30, here, [&] {
      world.engine().resolve_checkpoint("acme", checkpoint, "yes", "user_2", std::nullopt, count);
    });
    timers.after(draw() % 30, here,
                 [&] { world.engine().cancel_checkpoint("acme", checkpoint, "user", "user_2", count); });
    fired.get_future().wait();
    const Json result = world.ended(id);
    const Json record = *world.engine().get_checkpoint("acme", checkpoint);
    const std::string status = record.string_or("status", "");
    const std::string told =
        result["error"].is_null() ? result.string_or("output", "") : result["error"].string_or("type", "");
    const std::string expected = status == "cancelled"                      ? "CheckpointCancelledError"
                                 : record["resolved_by"] == Json("timeout") ? "late"
                                                                            : "yes";
    EXPECT_EQ(told, expected) << to_text(record);
    expect_whole_journal(world);
  }
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_timers"), 0);
}

/// Invariants 16 and 17: at every commit an instance counts exactly its running executions, never above its
/// limit, and a Core that calls itself under the same key does not wait for itself.
TEST(Durability, SlotsAreCountedAtEveryCommit) {
  Cut cut;
  const std::string core =
      cut.world.deploy("entity", R"J([
    {"kind":"rigid","id":"one","result_binding":"a","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":1}}]},
    {"kind":"match","id":"deeper","source_location":{},"arms":[{"when":"depth > 0","body":[
      {"kind":"core_call","id":"self","source_location":{},"target":"core://acme/entity",
       "input_bindings":{"who":"who","depth":"depth - 1"},"instance_key":"{{who}}"}]}]},
    {"kind":"checkpoint","id":"ask","source_location":{},"options":["yes"],"timeout_ms":5,"on_timeout":"yes"},
    {"kind":"rigid","id":"done","source_location":{},"statements":[{"kind":"return","value":"{{who}}"}]}])J",
                       R"({"plugins":[{"alias":"counting","endpoint":"plugin://counting"}],
      "instance":{"mode":"entity","entity_key":"who","max_concurrent":2}})");
  std::atomic<int> checks = 0, wrong = 0;
  cut.world.faults().set_check([&](store::Connection& db) {
    ++checks;
    (void)db.query(
        "SELECT i.active, (SELECT COUNT(*) FROM mod_scaicore_executions e WHERE e.core_id = i.core_id AND "
        "e.instance_key = i.instance_key AND e.status = 'running' AND e.parent_id IS NULL) FROM "
        "mod_scaicore_instances i",
        {}, [&](const store::Row& row) {
          if (row.integer(0) != row.integer(1) || row.integer(0) > 2) ++wrong;
        });
  });
  std::vector<std::string> ids;
  for (int n = 0; n < 8; ++n) {
    const Json input = Json::object({{"who", n % 2 == 0 ? "kim" : "lee"}, {"depth", 1}});
    StartRequest request = cut.world.request(core, input);
    request.wait_ms = 0;
    ids.push_back(cut.world.start(request)->result.string_or("execution_id", ""));
  }
  for (const std::string& id : ids) EXPECT_EQ(cut.world.ended(id)["status"], Json("completed"));
  EXPECT_GT(checks, 40);
  EXPECT_EQ(wrong, 0);
  cut.world.faults().set_check({});
}

/// Invariant 26: any record cut, altered or gone fails its execution alone.
TEST(Durability, EveryAlteredRecordIsNoticed) {
  const char* const changes[] = {
      "UPDATE mod_scaicore_journal SET body = substr(body, 1, length(body) - 1) WHERE execution_id = ? AND "
      "seq = ?",
      "UPDATE mod_scaicore_journal SET crc = crc + 1 WHERE execution_id = ? AND seq = ?",
      "DELETE FROM mod_scaicore_journal WHERE execution_id = ? AND seq = ?"};
  for (const char* const change : changes) {
    for (std::int64_t seq = 1; seq <= 4; ++seq) {
      SCOPED_TRACE(std::string(change) + " " + std::to_string(seq));
      Cut cut;
      const std::string broken = cut.start();
      const Json other = cut.world.run(cut.core, Json::object());
      ASSERT_EQ(cut.world.wait(broken)["status"], Json("suspended"));
      ASSERT_EQ(other["status"], Json("suspended"));
      cut.world.execute(change, {broken, seq});
      cut.answer_people(broken);
      EXPECT_EQ(cut.world.wait(broken)["error"]["type"], Json("JournalCorruptError"));
      const std::string whole = other.string_or("execution_id", "");
      cut.answer_people(whole);
      EXPECT_EQ(cut.world.wait(whole)["status"], Json("completed"));
    }
  }
}

/// Invariant 29, second half: a record of a newer binary is left for that binary.
TEST(Durability, ANewerRecordIsLeftUntouched) {
  Cut cut;
  const std::string id = cut.start();
  ASSERT_EQ(cut.world.wait(id)["status"], Json("suspended"));
  const std::string checkpoint =
      (*cut.world.engine().get_execution("acme", id))["checkpoint_ids"].at(0).as_string();
  cut.world.execute("UPDATE mod_scaicore_journal SET format = 9 WHERE seq = 3", {});
  const std::int64_t before = cut.world.number("SELECT COUNT(*) FROM mod_scaicore_journal");
  ASSERT_TRUE(cut.world.resolve(checkpoint, "yes").has_value());
  EXPECT_EQ(cut.world.wait(id, 100)["status"], Json("suspended"));
  EXPECT_EQ(cut.world.number("SELECT COUNT(*) FROM mod_scaicore_journal"), before);
  EXPECT_EQ(cut.world.number("SELECT COUNT(*) FROM mod_scaicore_mailbox"), 1);
}

/// Invariant 21 on one database: a timer that two processes see is fired once, and never early.
TEST(Durability, ATimerFiresOnceAndNeverEarly) {
  World world;
  const std::string core = world.deploy("timed", R"J([
    {"kind":"checkpoint","id":"ask","result_binding":"answer","source_location":{},"options":["a","late"],
     "timeout_ms":120,"on_timeout":"late"},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{answer.decision}}"}]}])J");
  const auto other = world.another_engine();
  std::vector<std::string> ids;
  for (int n = 0; n < 20; ++n) {
    const Json asked = world.run(core, Json::object());
    ids.push_back(asked.string_or("execution_id", ""));
  }
  for (const std::string& id : ids) EXPECT_EQ(world.ended(id)["output"], Json("late"));
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_journal WHERE type = 5"), 20);
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_executions WHERE finished_at - started_at < 120"),
            0);
}

/// Two calls inside a budget of ten minutes, then a person who has a moment.
const char* const ten_minutes = R"J([
  {"kind":"budget","id":"b","source_location":{},"limits":{"max_duration_ms":600000},"body":[
    {"kind":"rigid","id":"first","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"m","args":{}}]},
    {"kind":"rigid","id":"second","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"m","args":{}}]}]},
  {"kind":"checkpoint","id":"ask","result_binding":"answer","source_location":{},"options":["a","late"],
   "timeout_ms":30,"on_timeout":"late"},
  {"kind":"rigid","id":"done","source_location":{},
   "statements":[{"kind":"return","value":"{{answer.decision}}"}]}])J";
constexpr std::int64_t hour_ms = 3'600'000;

/// An execution of `ten_minutes` that waits for its first call.
struct TenMinutes {
  World world;
  std::string id;

  TenMinutes() {
    StartRequest request = world.request(world.deploy("ten", ten_minutes), Json::object());
    request.wait_ms = 0;
    id = world.start(std::move(request))->result.string_or("execution_id", "");
    world.held().wait(0);
  }
};

/// Section 16: a budget counts what the execution lived, and a wait is as long as it was asked for, however
/// the wall clock is set meanwhile.
TEST(Durability, AClockThatIsSetNeitherSpendsABudgetNorMovesAWait) {
  for (const std::int64_t jump_ms : {hour_ms, -hour_ms}) {
    TenMinutes ten;
    ten.world.jump_clock(jump_ms);
    ten.world.held().answer(0, Json(1));
    ten.world.held().wait(1);
    ten.world.held().answer(1, Json(1));
    const Json result = ten.world.ended(ten.id);
    EXPECT_EQ(result["output"], Json("late")) << to_text(result);
    expect_whole_journal(ten.world);
  }
}

/// The time without a process is nobody's time.
TEST(Durability, TimeWithoutAProcessSpendsNoBudget) {
  TenMinutes ten;
  ten.world.jump_clock(hour_ms);
  ten.world.crash();
  ten.world.held().wait(1);
  ten.world.held().answer(1, Json(1));
  ten.world.held().wait(2);
  ten.world.held().answer(2, Json(1));
  const Json result = ten.world.ended(ten.id);
  EXPECT_EQ(result["output"], Json("late")) << to_text(result);
}

/// Events as they are compared: type, block, occurrence, value.
std::string told(const Json& wire) {
  const Json& payload = wire["payload"];
  return wire.string_or("type", "") + " " + payload.string_or("block_id", "") + "#" +
         std::to_string(payload.int_or("occurrence", 0)) + " " + to_text(payload["result_binding_value"]) +
         " " + to_text(payload["output"]);
}

/// Invariant 33: the machine in memory and the engine on its database tell the same.
TEST(Durability, DurableTellsWhatMemoryTells) {
  const std::string body = R"J([
    {"kind":"rigid","id":"first","result_binding":"a","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":1}}]},
    {"kind":"foreach","id":"loop","result_binding":"l","source_location":{},"item":"i","iterable":"[1, 2, 3]",
     "max_concurrent":1,"body":[{"kind":"rigid","id":"each","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"counting","method":"do","args":{"n":"{{i}}"}}]}]},
    {"kind":"try","id":"t","source_location":{},"body":[{"kind":"rigid","id":"bad","source_location":{},
      "statements":[{"kind":"expression","expression":"1 / 0"}]}],
     "catches":[{"error":"*","binding":"e","body":[{"kind":"rigid","id":"c","source_location":{},
      "statements":[{"kind":"expression","expression":"e.code"}]}]}]},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":["{{a.seen}}","{{l[2].seen}}"]}]}])J";
  Cut cut(body);
  const std::string id = cut.start();
  const Json durable = cut.world.wait(id);
  EventFilter filter;
  filter.tenant_id = "acme";
  filter.execution_id = id;
  filter.limit = 500;
  const Json page = *cut.world.engine().list_events(filter);
  std::vector<std::string> stored, simulated;
  for (const Json& event : page["events"].as_array()) stored.push_back(told(event));

  const machine::ProgramPtr program = cut.world.program(cut.core);
  machine::Simulation memory(program, [](const machine::Command& command) {
    std::vector<machine::SimulatedAnswer> out;
    if (const auto* call = std::get_if<machine::CallPlugin>(&command)) {
      machine::EffectSucceeded done;
      done.effect_id = call->effect_id;
      done.result = Json::object({{"seen", call->args["n"]}});
      out.push_back({std::move(done), 0});
    }
    return out;
  });
  machine::Started start;
  start.execution_id = start.root_execution_id = id;
  start.flow = "main";
  start.entry_name = "entry";
  memory.run(start);
  for (const machine::RuntimeEvent& event : memory.events()) {
    const Json compact = machine::compact_event(*program, memory.state(), event);
    simulated.push_back(told(machine::expand_event(compact, cut.core, id)));
  }
  EXPECT_EQ(stored, simulated);
  EXPECT_EQ(durable["output"], memory.state().output);
  EXPECT_GT(stored.size(), 15u);
}

/// `kv` calls one after the other; the last answers are the output.
const char* const reads_and_writes = R"J([
  {"kind":"rigid","id":"all","source_location":{},"statements":[
    {"kind":"plugin_call","plugin":"kv","method":"get","args":{"key":"a"},"result_binding":"x"},
    {"kind":"plugin_call","plugin":"kv","method":"set","args":{"key":"a","value":1}},
    {"kind":"plugin_call","plugin":"kv","method":"get","args":{"key":"a"},"result_binding":"y"},
    {"kind":"plugin_call","plugin":"kv","method":"set","args":{"key":"a","value":2}},
    {"kind":"plugin_call","plugin":"kv","method":"get","args":{"key":"a"},"result_binding":"z"},
    {"kind":"plugin_call","plugin":"kv","method":"get","args":{"key":"a"},"result_binding":"zz"},
    {"kind":"return","value":["{{x}}","{{y}}","{{z}}","{{zz}}"]}]}])J";

TEST(Durability, AnswersOfTheStoreAreWrittenWithTheTurnsThatAsked) {
  World world;
  world.metadata = Json::object({{"telemetry", "off"}});
  const std::string core = world.deploy("kv", reads_and_writes);
  std::vector<std::int64_t> records{0};  // in the journal after each unit that added some
  world.faults().set_check([&](store::Connection& db) {
    const auto count = db.query_one("SELECT COUNT(*) FROM mod_scaicore_journal", {},
                                    [](const store::Row& row) { return row.integer(0); });
    if (records.back() != **count) records.push_back(**count);
  });
  const Json result = world.run(core, Json::object());
  world.faults().set_check({});
  EXPECT_EQ(to_text(result["output"]), "[null,1,2,2]");
  // What a call wrote is committed before the next one reads; what only reads waits for nobody.
  EXPECT_EQ(records, (std::vector<std::int64_t>{0, 2, 3, 4, 5, 7}));
  expect_whole_journal(world);
}

TEST(Durability, ATurnIsNotWrittenWithoutTheOneBefore) {
  World world;
  TurnWrite first, second;
  first.written = second.written = std::make_shared<std::int64_t>(1);
  first.execution_id = second.execution_id = "exec_1";
  first.records.push_back({2, 5, 0, 1, 1, "body", 0});
  second.records.push_back({3, 5, 0, 1, 1, "body", 0});
  first.conditional = [](store::Connection&) -> Result<bool> { return false; };
  EventIds ids(1);
  const auto write = [&](TurnWrite& turn) {
    const Result<void> done = world.database().write_sync(
        store::Database::Unit([&](store::Connection& db) { return turn.apply(db, ids); }));
    return done ? "" : done.error().code;
  };
  EXPECT_EQ(write(first), condition_failed);
  EXPECT_EQ(write(second), condition_failed);
  first.conditional = nullptr;
  EXPECT_EQ(write(first), "");
  EXPECT_EQ(write(second), "");
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_journal WHERE execution_id = 'exec_1'"), 2);
}

}  // namespace
}  // namespace scaiflow::core
