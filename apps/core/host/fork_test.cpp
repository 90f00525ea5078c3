#include "apps/core/host/test_world.h"

namespace scaiflow::core {
namespace {

const char* const chain_body = R"J([
  {"kind":"rigid","id":"one","result_binding":"one","source_location":{"node_id":"node_one"},
   "statements":[{"kind":"plugin_call","plugin":"held","method":"first","args":{"of":"{{n}}"}}]},
  {"kind":"rigid","id":"two","result_binding":"two","source_location":{"node_id":"node_two"},
   "statements":[{"kind":"plugin_call","plugin":"held","method":"second","args":{"of":"{{one}}"}}]},
  {"kind":"rigid","id":"done","source_location":{},
   "statements":[{"kind":"return","value":"{{one}} {{two}}"}]}])J";

Result<Json> fork(World& world, ForkRequest request) {
  std::promise<Result<Json>> promise;
  request.tenant_id = "acme";
  request.invoked_by = "user_2";
  world.engine().fork(std::move(request), [&](Result<Json> result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

std::string forked(World& world, ForkRequest request) {
  const Result<Json> made = fork(world, std::move(request));
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
  return made ? made->string_or("execution_id", "") : "";
}

/// A chain that has run: `a b`, two calls of the plugin.
std::string run_chain(World& world, const std::string& core) {
  StartRequest request = world.request(core, Json::object({{"n", 1}}));
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  world.held().answer(0, "a");
  world.held().wait(1);
  world.held().answer(1, "b");
  EXPECT_EQ(world.wait(id)["output"], Json("a b"));
  return id;
}

ForkRequest fork_of(const std::string& id) {
  ForkRequest out;
  out.execution_id = id;
  return out;
}

/// Everything that is stored of an execution, as text.
std::string rows_of(World& world, const std::string& id) {
  std::string out;
  for (const char* sql :
       {"SELECT seq || ':' || type || ':' || at || ':' || crc FROM mod_scaicore_journal "
        "WHERE execution_id = ? ORDER BY seq",
        "SELECT status || ':' || owner_epoch || ':' || COALESCE(finished_at, 0) FROM "
        "mod_scaicore_executions WHERE id = ?",
        "SELECT id || ':' || n FROM mod_scaicore_events WHERE execution_id = ? ORDER BY id",
        "SELECT id || ':' || status FROM mod_scaicore_checkpoints WHERE execution_id = ?"}) {
    auto read = world.database().read([&](store::Connection& db) {
      return db.query(sql, {id}, [&](const store::Row& row) { out += row.string(0) + "\n"; });
    });
    EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  }
  return out;
}

TEST(EngineFork, GoesOnFromAPositionAndLeavesItsOriginAsItIs) {
  World world;
  const std::string origin = run_chain(world, world.deploy("chain", chain_body));
  const std::string before = rows_of(world, origin);
  ForkRequest request = fork_of(origin);
  request.at_seq = 2;  // the first answer is in, the second is open
  const std::string id = forked(world, request);
  const PluginCall call = world.held().wait(2);
  EXPECT_EQ(call.method, "second");
  EXPECT_EQ(call.args["of"], Json("a"));
  EXPECT_EQ(call.key, id + ":two:1");
  world.held().answer(2, "c");
  EXPECT_EQ(world.wait(id)["output"], Json("a c"));
  EXPECT_EQ(rows_of(world, origin), before);
  const Json record = *world.engine().get_execution("acme", id);
  EXPECT_EQ(record["forked_from"]["execution_id"], Json(origin));
  EXPECT_EQ(record["forked_from"]["seq"], Json(2));
  const std::vector<std::string> types = world.event_types(id);
  EXPECT_EQ(types, world.event_types(origin)) << "the fork tells its whole story";
}

TEST(EngineFork, ReplaysAnotherInputAndAnAnswerGivenByHandWithoutACall) {
  World world;
  const std::string origin = run_chain(world, world.deploy("chain", chain_body));
  ForkRequest request = fork_of(origin);
  request.answer = Json::object({{"block_id", "two"}, {"result", "by hand"}});
  EXPECT_EQ(world.wait(forked(world, request))["output"], Json("a by hand"));
  EXPECT_EQ(world.held().count(), 2U);
  const Json preview = *world.engine().preview_fork([&] {
    ForkRequest each = fork_of(origin);
    each.tenant_id = "acme";
    each.input = Json::object({{"n", 2}});
    return each;
  }());
  EXPECT_EQ(preview["mode"], Json("replay"));
  EXPECT_EQ(preview["reusable"], Json(0));
  EXPECT_EQ(preview["mismatches"].at(0)["node_id"], Json("node_one"));
  EXPECT_EQ(preview["mismatches"].at(0)["reason"], Json("changed"));
  request = fork_of(origin);
  request.input = Json::object({{"n", 1}});
  EXPECT_EQ(world.wait(forked(world, request))["output"], Json("a b"));
  EXPECT_EQ(world.held().count(), 2U);
}

TEST(EngineFork, ARecordedResultAfterALiveOneIsReusedAlsoAfterARestart) {
  World world;
  const std::string core = world.deploy("chain", chain_body);
  const std::string origin = run_chain(world, core);
  ForkRequest request = fork_of(origin);
  request.input = Json::object({{"n", 2}});
  const std::string id = forked(world, request);
  EXPECT_EQ(world.held().wait(2).args["of"], Json(2));
  world.restart();
  EXPECT_EQ(world.held().wait(3).args["of"], Json(2));
  world.held().answer(3, "a");  // what the first step said then: the second is as it was
  EXPECT_EQ(world.ended(id)["output"], Json("a b"));
  EXPECT_EQ(world.held().count(), 4U);
}

TEST(EngineFork, StopsBeforeACallThatWasNeverRecorded) {
  World world;
  const std::string origin = run_chain(world, world.deploy("chain", chain_body));
  ForkRequest request = fork_of(origin);
  request.input = Json::object({{"n", 2}});
  request.on_mismatch = ForkRequest::Mismatch::Stop;
  const std::string id = forked(world, request);
  EXPECT_EQ(world.wait(id)["status"], Json("suspended"));
  EXPECT_EQ(world.held().count(), 2U);
  const Json state = *world.engine().read_state("acme", id, 0);
  EXPECT_EQ(state["waiting_on"].at(0)["kind"], Json("debug"));
  EXPECT_EQ(state["waiting_on"].at(0)["node_id"], Json("node_one"));
  ASSERT_TRUE(world.debug(id, Json::object({{"action", "continue"}})).has_value());
  world.held().wait(2);
  world.held().answer(2, "a");
  EXPECT_EQ(world.ended(id)["output"], Json("a b"));
}

TEST(EngineFork, OpensItsOwnCheckpoint) {
  World world;
  const std::string core = world.deploy("ask", R"J([
    {"kind":"checkpoint","id":"ask","result_binding":"answer","source_location":{"node_id":"node_ask"},
     "prompt":"Pay?","options":["yes","no"]},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{answer.decision}}"}]}])J");
  const Json asked = world.run(core, Json::object());
  const std::string origin = asked.string_or("execution_id", "");
  const Result<Json> made = fork(world, fork_of(origin));
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ((*made)["status"], Json("suspended"));
  const std::string mine = made->string_or("checkpoint_id", "");
  EXPECT_NE(mine, asked.string_or("checkpoint_id", ""));
  ASSERT_TRUE(world.resolve(mine, "no").has_value());
  EXPECT_EQ(world.ended(made->string_or("execution_id", ""))["output"], Json("no"));
  EXPECT_EQ(world.wait(origin, 0)["status"], Json("suspended"));
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "yes").has_value());
  EXPECT_EQ(world.ended(origin)["output"], Json("yes"));
}

TEST(EngineFork, WritesMemoryOfItsOwn) {
  World world;
  const std::string core = world.deploy("counter", R"J([
    {"kind":"rigid","id":"count","source_location":{},
     "statements":[{"kind":"memory_set","field":"n","value":"memory.n + 1"}]},
    {"kind":"rigid","id":"call","result_binding":"got","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{}}]},
    {"kind":"rigid","id":"again","source_location":{},
     "statements":[{"kind":"memory_set","field":"n","value":"memory.n + 10"},
                   {"kind":"return","value":"{{memory.n}}"}]}])J",
                                        R"({"memory":[{"name":"n","type":"int","default":0}]})");
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string origin = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  const std::string id = forked(world, fork_of(origin));
  world.held().wait(1);
  world.held().answer(1, "x");
  EXPECT_EQ(world.wait(id)["output"], Json(11));
  world.held().answer(0, "x");
  EXPECT_EQ(world.wait(origin)["output"], Json(11)) << "the fork wrote into the memory of its origin";
}

TEST(EngineFork, RefusesWhatDoesNotFit) {
  World world;
  const std::string origin = run_chain(world, world.deploy("chain", chain_body));
  const auto code = [&](ForkRequest request) {
    const Result<Json> made = fork(world, std::move(request));
    return made ? std::string("made") : made.error().code + " " + made.error().message;
  };
  EXPECT_EQ(code(fork_of("exec_none")).substr(0, 19), "EXECUTION_NOT_FOUND");
  ForkRequest late = fork_of(origin);
  late.at_seq = 99;
  EXPECT_EQ(code(late), "VALIDATION_ERROR at_seq: the journal has the positions 1 to 3");
  ForkRequest version = fork_of(origin);
  version.ir_hash = "none";
  EXPECT_EQ(code(version), "VALIDATION_ERROR ir_hash: no Core has the IR none");
  ForkRequest answer = fork_of(origin);
  answer.answer = Json::object({{"block_id", "nowhere"}, {"result", 1}});
  EXPECT_EQ(code(answer), "VALIDATION_ERROR answer.block_id: there is no block 'nowhere'");
}

}  // namespace
}  // namespace scaiflow::core
