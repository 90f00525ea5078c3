#include "apps/core/machine/replay.h"

#include "apps/core/machine/test_cases.h"

// Invariants 1, 27 and 28 of 07 §22, over every journal of the conformance suite.

namespace scaiflow::machine {
namespace {

constexpr std::int64_t far_ms = 1LL << 50;

struct Origin {
  ProgramPtr program;
  std::vector<Event> journal;
  std::vector<std::uint32_t> hashes;
  std::vector<std::string> states;  ///< after each event
  State state;
};

Origin origin_of(const std::string& name) {
  Origin out;
  const Case test = read_case(case_path(name));
  out.program = program_of(test);
  const auto run = run_case(test, out.program, {}, [&out](Simulation& each) {
    out.states.push_back(to_text(write_state(each.state())));
  });
  out.journal = run->journal();
  out.hashes = run->hashes();
  out.state = run->state();
  return out;
}

/// What an execution came to, whatever its id and the hour of its answers.
std::string outcome_of(const State& state) {
  Json result = result_json(state);
  result.erase("usage");
  std::string text = to_text(result);
  for (std::size_t at = 0; (at = text.find("exec_fork", at)) != std::string::npos;)
    text.replace(at, 9, "exec_1");
  return text;
}

ForkApplied fork_at(std::int64_t seq) {
  ForkApplied out;
  out.execution_id = "exec_fork";
  out.origin = "exec_1";
  out.origin_seq = seq;
  return out;
}

Started started_again(const Origin& origin) {
  Started out = std::get<Started>(origin.journal.front().body);
  out.execution_id = out.root_execution_id = "exec_fork";
  return out;
}

/// Steps from outside (cancel, debugger) are no results: a fork does not repeat them.
bool is_steered(const Origin& origin) {
  return std::any_of(origin.journal.begin(), origin.journal.end(),
                     [](const Event& event) { return std::holds_alternative<CancelRequested>(event.body); });
}

bool has_open_async_call(const State& state) {
  return std::any_of(state.calls.begin(), state.calls.end(),
                     [](const auto& call) { return call.second.is_async && !call.second.answer; });
}

/// Only what the origin never had an answer to, because it was cancelled first, is asked of the world.
bool asks_nothing_known(const Fork& fork, const AnswerBook& whole) {
  return std::none_of(fork.live().begin(), fork.live().end(), [&](const LiveRequest& live) {
    return whole.recording().results.contains(live.place);
  });
}

/// A call that nobody ever answered has to be made again, and what follows waits for it.
bool waits_for_a_call(const Fork& fork) {
  return std::any_of(fork.live().begin(), fork.live().end(),
                     [](const LiveRequest& live) { return live.kind == "call"; }) &&
         !has_ended(fork.state().status);
}

State folded(const Origin& origin, std::size_t count) {
  return *fold(*origin.program, {origin.journal.begin(), origin.journal.begin() + static_cast<int>(count)},
               origin.hashes);
}

class Replay : public testing::TestWithParam<std::string> {};

TEST_P(Replay, FoldingAnyPrefixGivesTheLiveState) {
  const Origin origin = origin_of(GetParam());
  for (std::size_t n = 1; n <= origin.journal.size(); ++n) {
    State state = folded(origin, n);
    ASSERT_EQ(to_text(write_state(state)), origin.states[n - 1]) << "after record " << n;
    State resumed;
    ASSERT_TRUE(read_state(write_state(state), resumed));
    for (std::size_t i = n; i < origin.journal.size(); ++i) {
      Commands turn;
      Progress progress = step(*origin.program, resumed, origin.journal[i], turn);
      while (progress == Progress::Yielded) progress = resume(*origin.program, resumed, turn);
      ASSERT_EQ(hash_of(turn), origin.hashes[i]);
    }
    ASSERT_EQ(to_text(write_state(resumed)), origin.states.back()) << "from the snapshot at " << n;
  }
}

TEST_P(Replay, AForkOfAnyPositionReachesTheSameResultWithoutACall) {
  const Origin origin = origin_of(GetParam());
  if (is_steered(origin) || !has_ended(origin.state.status)) return;
  const AnswerBook book("exec_1", record_of(*origin.program, origin.journal, far_ms), {});
  for (std::size_t n = 1; n <= origin.journal.size(); ++n) {
    const State before = folded(origin, n);
    if (has_open_async_call(before)) continue;
    Fork fork(origin.program);
    ASSERT_TRUE(
        fork.copy({origin.journal.begin(), origin.journal.begin() + static_cast<int>(n)}, origin.hashes));
    ASSERT_EQ(to_text(write_state(fork.state())), origin.states[n - 1]);
    fork.apply(fork_at(static_cast<std::int64_t>(n)), book, before.now_ms, far_ms);
    EXPECT_TRUE(asks_nothing_known(fork, book)) << "at " << n;
    if (!waits_for_a_call(fork)) {
      EXPECT_EQ(outcome_of(fork.state()), outcome_of(origin.state)) << "at " << n;
    }
    const auto again = fold(*origin.program, fork.journal(), fork.hashes());
    ASSERT_TRUE(again.has_value()) << "the journal of the fork does not fold, at " << n;
    EXPECT_EQ(to_text(write_state(*again)).empty(), false);
  }
}

TEST_P(Replay, AReplayReusesAllThatWasRecordedUpToItsPosition) {
  const Origin origin = origin_of(GetParam());
  if (is_steered(origin) || !has_ended(origin.state.status)) return;
  const AnswerBook whole("exec_1", record_of(*origin.program, origin.journal, far_ms), {});
  for (std::size_t n = 1; n <= origin.journal.size(); ++n) {
    const Recording known = record_of(*origin.program, origin.journal, static_cast<std::int64_t>(n));
    const auto recorded = static_cast<std::int64_t>(known.results.size());
    Fork fork(origin.program);
    fork.replay(started_again(origin), AnswerBook("exec_1", known, {}));
    // Behind a call that must be made again nothing has been asked yet.
    if (waits_for_a_call(fork)) {
      EXPECT_LE(fork.reused(), recorded) << "at " << n;
    } else {
      EXPECT_EQ(fork.reused(), recorded) << "at " << n;
    }
    for (const LiveRequest& live : fork.live()) EXPECT_FALSE(live.changed) << live.block_id << " at " << n;
    fork.apply(fork_at(static_cast<std::int64_t>(n)), whole, fork.state().now_ms, far_ms);
    EXPECT_TRUE(asks_nothing_known(fork, whole)) << "at " << n;
    if (!waits_for_a_call(fork)) {
      EXPECT_EQ(outcome_of(fork.state()), outcome_of(origin.state)) << "at " << n;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Replay, testing::ValuesIn(case_names()),
                         [](const auto& each) { return each.param; });

const char* const chain_body = R"J([
  {"kind":"rigid","id":"one","result_binding":"one","source_location":{"node_id":"one"},
   "statements":[{"kind":"plugin_call","plugin":"p","method":"first","args":{"of":"{{n}}"}}]},
  {"kind":"rigid","id":"two","result_binding":"two","source_location":{"node_id":"two"},
   "statements":[{"kind":"plugin_call","plugin":"p","method":"SECOND","args":{"of":"{{one}}"}}]},
  {"kind":"rigid","id":"three","result_binding":"three","source_location":{"node_id":"three"},
   "statements":[{"kind":"plugin_call","plugin":"p","method":"third","args":{"of":"{{one}}"}}]},
  {"kind":"rigid","id":"four","source_location":{},
   "statements":[{"kind":"return","value":"{{one}} {{two}} {{three}} {{extra}}"}]}])J";

Case chain(const std::string& second) {
  Case out;
  std::string body = chain_body;
  body.replace(body.find("SECOND"), 6, second);
  out.sections["body"] = body;
  out.sections["module"] = R"({"variables":[{"name":"extra","type":"string","default":"-"}]})";
  out.sections["start"] = R"({"input":{"n":1}})";
  out.sections["answers"] = R"({"one":[{"result":"1"}],"two":[{"result":"2"}],"three":[{"result":"3"}]})";
  return out;
}

Origin chain_origin() {
  Origin out;
  const Case test = chain("second");
  out.program = program_of(test);
  const auto run = run_case(test, out.program, {});
  out.journal = run->journal();
  out.hashes = run->hashes();
  out.state = run->state();
  return out;
}

EffectSucceeded answer_to(const State& state, const Json& result) {
  EffectSucceeded done;
  done.effect_id = state.effects.begin()->first;
  done.result = result;
  return done;
}

TEST(ReplayOfAnotherFlow, ReusesExactlyTheRequestsThatAreEqual) {
  const Origin origin = chain_origin();
  ASSERT_EQ(origin.state.output, Json("1 2 3 -"));
  const ProgramPtr changed = program_of(chain("other"));
  const AnswerBook book("exec_1", record_of(*origin.program, origin.journal, far_ms), {});
  Fork fork(changed);
  fork.replay(started_again(origin), book);
  EXPECT_EQ(fork.reused(), 1);
  ASSERT_EQ(fork.live().size(), 1U);
  EXPECT_EQ(fork.live().front().block_id, "two");
  EXPECT_TRUE(fork.live().front().changed);
  // The second one is asked of the world; the third, whose request is as it was, is not.
  State state = fork.state();
  Commands turn;
  step(*changed, state, {state.seq + 1, state.now_ms, answer_to(state, "new")}, turn);
  const auto third =
      std::find_if(turn.begin(), turn.end(), [](const Command& each) { return effect_of(each) != nullptr; });
  ASSERT_NE(third, turn.end());
  EXPECT_EQ(book.answer(*third, 0).found, AnswerBook::Found::Reused);
  const auto reused = std::get<EffectSucceeded>(book.answer(*third, 0).events.front());
  EXPECT_EQ(reused.effect_id, "exec_fork:three:1");
  EXPECT_EQ(reused.meta["reused_from"], Json("exec_1"));
}

TEST(ReplayOfAnotherFlow, AnAnswerGivenByHandTakesThePlaceOfARecordedOne) {
  const Origin origin = chain_origin();
  ForkAnswer given;
  given.block_id = "two";
  given.result = Json("by hand");
  Fork fork(origin.program);
  fork.replay(started_again(origin),
              AnswerBook("exec_1", record_of(*origin.program, origin.journal, far_ms), {given}));
  EXPECT_EQ(fork.state().output, Json("1 by hand 3 -"));
  EXPECT_EQ(fork.reused(), 2);
  EXPECT_TRUE(fork.live().empty());
}

TEST(ForkOfAPosition, AsksAgainWithTheValuesThatWereSet) {
  const Origin origin = chain_origin();
  Fork fork(origin.program);
  ASSERT_TRUE(fork.copy({origin.journal.begin(), origin.journal.begin() + 2}, origin.hashes));
  ForkApplied applied = fork_at(2);
  applied.set = Json::object({{"one", "uno"}, {"extra", "+"}});
  fork.apply(applied, AnswerBook("exec_1", {}, {}), fork.state().now_ms + 5'000, 0);
  const Effect& open = fork.state().effects.at("exec_fork:two:1");
  EXPECT_EQ(std::get<CallPlugin>(open.request).args["of"], Json("uno"));
  EXPECT_EQ(fork.state().start.partition_key, "fork:exec_fork");
  EXPECT_EQ(fork.state().variables["extra"], Json("+"));
  EXPECT_EQ(fork.state().active_ms, 0) << "the time between an execution and its fork counts nowhere";
  EXPECT_EQ(fork.state().usage.plugin_calls, 2);
}

TEST(ForkOfAPosition, AHeldEffectWaitsForTheDebugger) {
  const Origin origin = chain_origin();
  Fork fork(origin.program);
  ASSERT_TRUE(fork.copy({origin.journal.begin(), origin.journal.begin() + 1}, origin.hashes));
  fork.apply(fork_at(1), AnswerBook("exec_1", {}, {}), fork.state().now_ms, 0);
  State state = fork.state();
  const auto command = [&](DebugCommand event) {
    Commands turn;
    step(*origin.program, state, {state.seq + 1, state.now_ms, std::move(event)}, turn);
    return turn;
  };
  DebugCommand hold;
  hold.action = "hold";
  hold.effect_id = "exec_fork:one:1";
  command(hold);
  EXPECT_EQ(state.status, Status::Suspended);
  EXPECT_TRUE(outstanding(state).commands.empty());
  EXPECT_EQ(waiting_on(*origin.program, state).at(0)["kind"], Json("debug"));
  DebugCommand go;
  go.action = "continue";
  const Commands turn = command(go);
  EXPECT_EQ(state.status, Status::Running);
  EXPECT_EQ(
      std::count_if(turn.begin(), turn.end(), [](const Command& each) { return effect_of(each) != nullptr; }),
      1);
}

}  // namespace
}  // namespace scaiflow::machine
