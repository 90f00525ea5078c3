#include "apps/core/host/test_world.h"

namespace scaiflow::core {
namespace {

const char* const echo_body = R"J([
  {"kind":"rigid","id":"a","result_binding":"echo","source_location":{"node_id":"a"},
   "statements":[{"kind":"expression","expression":"You said: {{message}}"}]},
  {"kind":"rigid","id":"b","result_binding":"loud","source_location":{"node_id":"b"},
   "statements":[{"kind":"expression","expression":"echo.upper()"}]},
  {"kind":"rigid","id":"c","source_location":{},
   "statements":[{"kind":"return","value":{"response":"{{loud}}"}}]}])J";

TEST(Engine, RunsADurableEcho) {
  World world;
  const std::string core = world.deploy("echo", echo_body);
  const Json result = world.run(core, Json::object({{"message", "hello"}}));
  EXPECT_EQ(result["status"], Json("completed"));
  EXPECT_EQ(to_text(result["output"]), R"({"response":"YOU SAID: HELLO"})");

  const std::string id = result.string_or("execution_id", "");
  const Json stored = *world.engine().get_execution("acme", id);
  EXPECT_EQ(stored["output"], result["output"]);
  EXPECT_EQ(stored["core_slug"], Json("echo"));
  EXPECT_EQ(stored["journal_seq"], Json(1));
  EXPECT_EQ(to_text(stored["input"]), R"({"message":"hello"})");
  const std::vector<std::string> events = world.event_types(id);
  ASSERT_EQ(events.size(), 8u);
  EXPECT_EQ(events.front(), "scaicore.runtime.invocation.started");
  EXPECT_EQ(events.back(), "scaicore.runtime.invocation.completed");
  EXPECT_FALSE(world.engine().get_execution("other", id).has_value());
}

const char* const ask_body = R"J([
  {"kind":"checkpoint","id":"ask","result_binding":"answer","source_location":{"node_id":"node_ask"},
   "checkpoint_type":"approval","prompt":"Pay {{amount}}?","options":["yes","no"],"assignee":"group:finance"},
  {"kind":"rigid","id":"done","source_location":{},
   "statements":[{"kind":"return","value":"{{answer.decision}}"}]}])J";

TEST(Engine, SuspendsAtACheckpointAndGoesOn) {
  World world;
  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 7}}));
  EXPECT_EQ(asked["status"], Json("suspended"));
  const std::string checkpoint = asked.string_or("checkpoint_id", "");
  const Json record = *world.engine().get_checkpoint("acme", checkpoint);
  EXPECT_EQ(record["prompt"], Json("Pay 7?"));
  EXPECT_EQ(record["assignee_type"], Json("group"));
  EXPECT_EQ(record["node_id"], Json("node_ask"));
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_executions WHERE owner_node IS NULL"), 1);

  EXPECT_EQ(world.resolve(checkpoint, "maybe").error().code, "CHECKPOINT_OPTION_INVALID");
  const Result<Json> resolved = world.resolve(checkpoint, Json::object({{"decision", "yes"}}));
  ASSERT_TRUE(resolved.has_value()) << resolved.error().message;
  EXPECT_EQ((*resolved)["status"], Json("resolved"));
  EXPECT_EQ(world.resolve(checkpoint, "no").error().code, "CHECKPOINT_ALREADY_RESOLVED");
  const Json result = world.wait(asked.string_or("execution_id", ""));
  EXPECT_EQ(result["status"], Json("completed"));
  EXPECT_EQ(result["output"], Json("yes"));
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_mailbox"), 0);
}

TEST(Engine, ASuspendedExecutionSurvivesARestart) {
  World world;
  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 7}}));
  world.restart();
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "no").has_value());
  EXPECT_EQ(world.wait(asked.string_or("execution_id", ""))["output"], Json("no"));
}

TEST(Engine, OnlyOneOfManyResolutionsWins) {
  World world;
  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 7}}));
  std::vector<std::promise<Result<Json>>> promises(100);
  for (auto& promise : promises) {
    world.engine().resolve_checkpoint(
        "acme", asked.string_or("checkpoint_id", ""), "yes", "user", std::nullopt,
        [&promise](Result<Json> result) { promise.set_value(std::move(result)); });
  }
  int won = 0;
  for (auto& promise : promises) {
    const Result<Json> result = promise.get_future().get();
    if (result) {
      ++won;
    } else {
      EXPECT_EQ(result.error().code, "CHECKPOINT_ALREADY_RESOLVED");
    }
  }
  EXPECT_EQ(won, 1);
}

TEST(Engine, ACancelledCheckpointFailsTheBlock) {
  World world;
  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 7}}));
  std::promise<Result<Json>> promise;
  world.engine().cancel_checkpoint("acme", asked.string_or("checkpoint_id", ""), "", "user_1",
                                   [&](Result<Json> result) { promise.set_value(std::move(result)); });
  ASSERT_TRUE(promise.get_future().get().has_value());
  const Json result = world.wait(asked.string_or("execution_id", ""));
  EXPECT_EQ(result["error"]["type"], Json("CheckpointCancelledError"));
  EXPECT_EQ(result["error"]["code"], Json("user"));
}

TEST(Engine, ACheckpointExpiresWhileNobodyIsResident) {
  World world;
  const std::string core = world.deploy("late", R"J([
    {"kind":"checkpoint","id":"ask","result_binding":"answer","source_location":{},"options":["yes","no"],
     "timeout_ms":150,"on_timeout":"no"},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{answer}}"}]}])J");
  const Json asked = world.run(core, Json::object());
  ASSERT_EQ(asked["status"], Json("suspended"));
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_timers"), 1);
  const Json result = world.ended(asked.string_or("execution_id", ""));
  EXPECT_EQ(result["output"]["decision"], Json("no"));
  EXPECT_EQ(result["output"]["resolved_by"], Json("timeout"));
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_timers"), 0);
}

const char* const held_body = R"J([
  {"kind":"rigid","id":"call","result_binding":"got","source_location":{"node_id":"node_call"},
   "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{"n":"{{n}}"}}]},
  {"kind":"rigid","id":"done","source_location":{},"statements":[{"kind":"return","value":"{{got}}"}]}])J";

TEST(Engine, CallsAPluginAndKeepsItsResult) {
  World world;
  StartRequest request = world.request(world.deploy("held", held_body), Json::object({{"n", 5}}));
  request.wait_ms = 0;
  const Result<StartOutcome> started = world.start(request);
  ASSERT_TRUE(started.has_value());
  EXPECT_EQ(started->result["status"], Json("running"));
  const std::string id = started->result.string_or("execution_id", "");
  const PluginCall call = world.held().wait(0);
  EXPECT_EQ(call.args["n"], Json(5));
  EXPECT_EQ(call.key, id + ":call:1");
  EXPECT_EQ(call.context.node_id, "node_call");
  world.held().answer(0, Json::object({{"ok", true}}));
  EXPECT_EQ(to_text(world.wait(id)["output"]), R"({"ok":true})");
}

TEST(Engine, APluginErrorReachesTheFlow) {
  World world;
  StartRequest request = world.request(world.deploy("held", held_body), Json::object({{"n", 5}}));
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  world.held().answer(0, tl::unexpected(PluginFailure{"tool_error", "broken", false, {}}));
  const Json result = world.wait(id);
  EXPECT_EQ(result["status"], Json("failed"));
  EXPECT_EQ(result["error"]["type"], Json("PluginError"));
  EXPECT_EQ(result["error"]["location"]["block_id"], Json("call"));
}

TEST(Engine, AnEffectIsIssuedAgainAfterARestartWithTheSameKey) {
  World world;
  StartRequest request = world.request(world.deploy("held", held_body), Json::object({{"n", 5}}));
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  const std::string key = world.held().wait(0).key;
  world.restart();
  EXPECT_EQ(world.held().wait(1).key, key);
  world.held().answer(1, "second");
  EXPECT_EQ(world.wait(id)["output"], Json("second"));
}

TEST(Engine, AnEffectOnceBegunIsNotRepeatedWhenItMayRunOnce) {
  World world;
  const std::string core = world.deploy("once", R"J([
    {"kind":"rigid","id":"call","result_binding":"got","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"do",
      "args":{},"idempotency":"at_most_once"}]}])J");
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  world.restart();
  const Json result = world.wait(id);
  EXPECT_EQ(result["error"]["type"], Json("EffectOutcomeUnknown"));
  EXPECT_EQ(world.held().count(), 1u);
}

TEST(Engine, ARepeatedKeyAnswersWithTheFirstExecution) {
  World world;
  StartRequest request = world.request(world.deploy("echo", echo_body), Json::object({{"message", "a"}}));
  request.idempotency_key = "k1";
  request.idempotency_hash = "h1";
  const Result<StartOutcome> first = world.start(request);
  const Result<StartOutcome> second = world.start(request);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_FALSE(first->replayed);
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(first->result["execution_id"], second->result["execution_id"]);
  EXPECT_EQ(second->result["output"], first->result["output"]);
  request.idempotency_hash = "h2";
  EXPECT_EQ(world.start(request).error().code, "IDEMPOTENCY_CONFLICT");
}

TEST(Engine, ACancelEndsARunningAndASuspendedExecution) {
  World world;
  StartRequest request = world.request(world.deploy("held", held_body), Json::object({{"n", 5}}));
  request.wait_ms = 0;
  const std::string running = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  ASSERT_TRUE(world.cancel(running).has_value());
  EXPECT_EQ(world.wait(running)["status"], Json("cancelled"));
  EXPECT_EQ(world.cancel(running).error().code, "CORE_STATE_CONFLICT");

  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 1}}));
  ASSERT_TRUE(world.cancel(asked.string_or("execution_id", "")).has_value());
  EXPECT_EQ(world.wait(asked.string_or("execution_id", ""))["status"], Json("cancelled"));
  EXPECT_EQ((*world.engine().get_checkpoint("acme", asked.string_or("checkpoint_id", "")))["status"],
            Json("cancelled"));
}

TEST(Engine, ARefusedStartSaysWhy) {
  World world;
  const std::string core = world.deploy("echo", echo_body);
  StartRequest request = world.request("core_none", Json::object());
  EXPECT_EQ(world.start(request).error().code, "CORE_NOT_FOUND");
  request = world.request(core, Json::object());
  request.tenant_id = "other";
  EXPECT_EQ(world.start(request).error().code, "CORE_NOT_FOUND");
  request = world.request(core, Json::object());
  request.flow = "nope";
  EXPECT_EQ(world.start(request).error().code, "FLOW_NOT_FOUND");
  request.flow.reset();
  request.trigger = "nope";
  EXPECT_EQ(world.start(request).error().code, "TRIGGER_NOT_FOUND");
  request.trigger.reset();
  request.input = Json::array();
  EXPECT_EQ(world.start(request).error().code, "VALIDATION_ERROR");
}

TEST(Engine, ACoreWithAnUnservedPluginOrModelDoesNotStart) {
  World world;
  const Result<void> plugin =
      world.try_deploy("p", echo_body, R"({"plugins":[{"alias":"x","endpoint":"plugin://nowhere"}]})");
  EXPECT_EQ(plugin.error().code, "PLUGIN_UNAVAILABLE");
  const Result<void> model = world.try_deploy(
      "m", R"J([{"kind":"flexible","id":"a","source_location":{},"goal":"hi","llm_role":"r"}])J",
      R"({"models":[{"role":"r","provider":"nobody","model":"x"}]})");
  EXPECT_EQ(model.error().code, "MODEL_ROLE_UNAVAILABLE");
}

TEST(Engine, ACoreCallsAnother) {
  World world;
  world.deploy("echo", echo_body);
  const std::string core = world.deploy("caller", R"J([
    {"kind":"core_call","id":"call","result_binding":"got","source_location":{},"target":"core://acme/echo",
     "input_bindings":{"message":"text"}},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{got.response}}"}]}])J");
  const Json result = world.run(core, Json::object({{"text", "hi"}}));
  EXPECT_EQ(result["output"], Json("YOU SAID: HI"));
  ExecutionFilter filter;
  filter.tenant_id = "acme";
  filter.parent = result.string_or("execution_id", "");
  EXPECT_EQ((*world.engine().list_executions(filter))["items"].size(), 1u);
}

TEST(Engine, ACallerIsSuspendedWithItsCalleeAndWakesWithIt) {
  World world;
  world.deploy("ask", ask_body);
  const std::string core = world.deploy("caller", R"J([
    {"kind":"core_call","id":"call","result_binding":"got","source_location":{},"target":"core://acme/ask",
     "input_bindings":{"amount":"1"}},
    {"kind":"rigid","id":"done","source_location":{},"statements":[{"kind":"return","value":"{{got}}"}]}])J");
  const Json asked = world.run(core, Json::object());
  EXPECT_EQ(asked["status"], Json("suspended"));
  CheckpointFilter filter;
  filter.tenant_id = "acme";
  const Json page = *world.engine().list_checkpoints(filter);
  ASSERT_EQ(page["items"].size(), 1u);
  ASSERT_TRUE(world.resolve(page["items"].at(0).string_or("id", ""), "yes").has_value());
  EXPECT_EQ(world.ended(asked.string_or("execution_id", ""))["output"], Json("yes"));
}

TEST(Engine, AFailedCallAndAnUnknownCoreAreErrors) {
  World world;
  world.deploy("bad",
               R"J([{"kind":"rigid","id":"x","source_location":{},
       "statements":[{"kind":"expression","expression":"1 / 0"}]}])J");
  const auto call = [&](const std::string& name, const std::string& target) {
    return world.run(
        world.deploy(name,
                     R"J([{"kind":"core_call","id":"call","source_location":{},"target":"core://acme/)J" +
                         target + R"J("}])J"),
        Json::object());
  };
  const Json failed = call("c1", "bad");
  EXPECT_EQ(failed["error"]["type"], Json("CoreCallError"));
  EXPECT_EQ(failed["error"]["code"], Json("failed"));
  EXPECT_EQ(call("c2", "none")["error"]["code"], Json("not_found"));
}

const char* const counter_body = R"J([
  {"kind":"rigid","id":"add","source_location":{},
   "statements":[{"kind":"memory_update","field":"hits","key":"'n'","value":"memory.hits.n + 1"},
                 {"kind":"return","value":"{{memory.hits.n}}"}]}])J";

TEST(Engine, ConcurrentUpdatesOfMemoryAllCount) {
  World world;
  const std::string core = world.deploy(
      "count", counter_body, R"({"memory":[{"name":"hits","type":"map[string, int]","default":{"n":0}}]})");
  const std::string init =
      R"J([{"kind":"rigid","id":"set","source_location":{},
       "statements":[{"kind":"memory_set","field":"hits","value":"{n: 0}"}]},)J";
  world.deploy("count", init + std::string(counter_body).substr(1),
               R"({"memory":[{"name":"hits","type":"map[string, int]","default":{}}]})");
  EXPECT_EQ(world.run(core, Json::object())["output"], Json(1));
  world.deploy("count", counter_body,
               R"({"memory":[{"name":"hits","type":"map[string, int]","default":{}}]})");
  std::vector<std::promise<Result<StartOutcome>>> promises(30);
  for (auto& promise : promises) {
    world.engine().start(world.request(core, Json::object()),
                         [&promise](Result<StartOutcome> outcome) { promise.set_value(std::move(outcome)); });
  }
  for (auto& promise : promises) {
    const Result<StartOutcome> outcome = promise.get_future().get();
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->result["status"], Json("completed")) << to_text(outcome->result);
  }
  EXPECT_EQ(world.run(core, Json::object())["output"], Json(32));
  MemoryFilter filter;
  filter.core_id = core;
  filter.field = "hits";
  bool found = false;
  const Json page = *world.engine().list_memory(filter);
  for (const Json& item : page["items"].as_array())
    found = found || (item["key"] == Json("n") && item["value"] == Json(32));
  EXPECT_TRUE(found);
}

TEST(Engine, KvAndDriveServeAFlow) {
  World world;
  const std::string core = world.deploy("kv", R"J([
    {"kind":"rigid","id":"put","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"kv","method":"set","args":{"key":"a","value":{"x":1}}},
                   {"kind":"plugin_call","plugin":"kv","method":"get",
                    "args":{"key":"a"},"result_binding":"got"},
                   {"kind":"plugin_call","plugin":"scaidrive","method":"search",
                    "args":{"path":"/knowledge-base","query":"Where is my order?"},"result_binding":"found"},
                   {"kind":"return","value":{"got":"{{got.x}}","first":"{{found[0].path}}"}}]}])J");
  EXPECT_EQ(to_text(world.run(core, Json::object())["output"]),
            R"({"got":1,"first":"/knowledge-base/orders.md"})");
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_kv"), 1);
}

TEST(Engine, TheDriveRefusesPathsThatLeaveIt) {
  World world;
  const std::string core = world.deploy("drive", R"J([
    {"kind":"rigid","id":"read","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"scaidrive","method":"read",
      "args":{"path":"{{path}}"}}]}])J");
  const Json result = world.run(core, Json::object({{"path", "/../../test.db"}}));
  EXPECT_EQ(result["error"]["code"], Json("rejected"));
  EXPECT_EQ(world.run(core, Json::object({{"path", "/knowledge-base/orders.md"}}))["status"],
            Json("completed"));
}

TEST(Engine, AnEntityRunsOneAtATime) {
  World world;
  const std::string core =
      world.deploy("entity", held_body, R"({"instance":{"mode":"entity","entity_key":"who"}})");
  StartRequest request = world.request(core, Json::object({{"n", 1}, {"who", "kim"}}));
  request.wait_ms = 0;
  const std::string first = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  const Result<StartOutcome> second = world.start(request);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->result["status"], Json("queued"));
  EXPECT_EQ(world.number("SELECT active FROM mod_scaicore_instances"), 1);
  world.held().answer(0, "one");
  EXPECT_EQ(world.wait(first)["output"], Json("one"));
  world.held().wait(1);
  world.held().answer(1, "two");
  EXPECT_EQ(world.wait(second->result.string_or("execution_id", ""))["output"], Json("two"));
  EXPECT_EQ(world.number("SELECT active FROM mod_scaicore_instances"), 0);
  request.input = Json::object({{"n", 1}});
  EXPECT_EQ(world.start(request).error().code, "VALIDATION_ERROR");
}

TEST(Engine, QueuedExecutionsRunInOrderAndSurviveARestart) {
  World world;
  EngineSettings settings;
  settings.running_max = 1;
  settings.queued_max = 2;
  world.restart(settings);
  StartRequest request = world.request(world.deploy("held", held_body), Json::object({{"n", 1}}));
  request.wait_ms = 0;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(world.start(request)->result.string_or("execution_id", ""));
  EXPECT_EQ(world.start(request).error().code, "SERVICE_UNAVAILABLE");
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_executions WHERE status = 'queued'"), 2);
  ASSERT_TRUE(world.cancel(ids[2]).has_value());
  EXPECT_EQ(world.wait(ids[2])["status"], Json("cancelled"));
  world.held().wait(0);
  world.restart(settings);
  world.held().wait(1);
  world.held().answer(1, "first");
  EXPECT_EQ(world.wait(ids[0])["output"], Json("first"));
  world.held().wait(2);
  world.held().answer(2, "second");
  EXPECT_EQ(world.wait(ids[1])["output"], Json("second"));
}

TEST(Engine, AQueuedExecutionWhoseInputCannotBeReadFailsAlone) {
  World world;
  EngineSettings settings;
  settings.running_max = 1;
  world.restart(settings);
  StartRequest request = world.request(world.deploy("held", held_body), Json::object({{"n", 1}}));
  request.wait_ms = 0;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(world.start(request)->result.string_or("execution_id", ""));
  world.held().wait(0);
  world.execute("UPDATE mod_scaicore_executions SET input = x'' WHERE id = ?", {ids[1]});
  world.restart(settings);
  EXPECT_EQ(world.wait(ids[1])["error"]["type"], Json("JournalCorruptError"));
  world.held().wait(1);
  world.held().answer(1, "first");
  EXPECT_EQ(world.wait(ids[0])["output"], Json("first"));
  world.held().wait(2);
  world.held().answer(2, "third");
  EXPECT_EQ(world.wait(ids[2])["output"], Json("third"));
}

TEST(Engine, AnAlteredRecordFailsItsExecutionAlone) {
  World world;
  const std::string core = world.deploy("ask", ask_body);
  const Json broken = world.run(core, Json::object({{"amount", 1}}));
  const Json whole = world.run(core, Json::object({{"amount", 2}}));
  const std::string id = broken.string_or("execution_id", "");
  world.execute("UPDATE mod_scaicore_journal SET at = at + 1 WHERE execution_id = ?", {id});
  ASSERT_TRUE(world.resolve(broken.string_or("checkpoint_id", ""), "yes").has_value());
  const Json failed = world.wait(id);
  EXPECT_EQ(failed["status"], Json("failed"));
  EXPECT_EQ(failed["error"]["type"], Json("JournalCorruptError"));
  ASSERT_TRUE(world.resolve(whole.string_or("checkpoint_id", ""), "yes").has_value());
  EXPECT_EQ(world.wait(whole.string_or("execution_id", ""))["output"], Json("yes"));
}

TEST(Engine, ReadsJournalAndStateOfAPosition) {
  World world;
  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 7}}));
  const std::string id = asked.string_or("execution_id", "");
  const Json before = *world.engine().read_state("acme", id, 0);
  EXPECT_EQ(before["status"], Json("suspended"));
  EXPECT_EQ(before["scope"]["amount"], Json(7));
  EXPECT_EQ(before["waiting_on"].at(0)["block_id"], Json("ask"));
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "yes").has_value());
  world.wait(id);
  const Json journal = *world.engine().read_journal("acme", id, 0, 50, BodySize::Full);
  std::vector<std::string> types;
  for (const Json& item : journal["items"].as_array()) types.push_back(item.string_or("type", ""));
  EXPECT_EQ(types, (std::vector<std::string>{"Started", "Adopted", "CheckpointResolved"}));
  EXPECT_EQ((*world.engine().read_state("acme", id, 1))["status"], Json("suspended"));
  EXPECT_EQ((*world.engine().read_state("acme", id, 0))["scope"]["answer"]["decision"], Json("yes"));
}

TEST(Engine, AWatcherSeesEveryEventAndTheEnd) {
  World world;
  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 7}}));
  const std::string id = asked.string_or("execution_id", "");
  std::mutex mutex;
  std::vector<std::string> seen;
  std::promise<void> ended;
  auto watch = world.engine().watch("acme", id, [&](StreamEntry entry) {
    const std::lock_guard lock(mutex);
    if (entry.kind == StreamEntry::Kind::Event) seen.push_back(entry.type);
    if (entry.kind == StreamEntry::Kind::End) ended.set_value();
  });
  ASSERT_TRUE(watch.has_value());
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "yes").has_value());
  ASSERT_EQ(ended.get_future().wait_for(10s), std::future_status::ready);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(seen, world.event_types(id));
  EXPECT_EQ(seen.back(), "scaicore.runtime.invocation.completed");
}

/// Types of the entries of a watched execution, a status with what it says.
class Watched {
 public:
  void take(const StreamEntry& entry) {
    const std::lock_guard lock(mutex_);
    const bool status = entry.kind == StreamEntry::Kind::Feed && entry.type == "status";
    seen_.push_back(status ? "status " + entry.data.string_or("status", "") : entry.type);
    if (status) statuses_.push_back(entry.data);
    changed_.notify_all();
  }
  /// Waits until the last of `count` entries of that type has come.
  std::vector<std::string> until(const std::string& type, std::ptrdiff_t count = 1) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] {
      return std::count(seen_.begin(), seen_.end(), type) >= count;
    })) << type;
    return seen_;
  }
  std::vector<Json> statuses() {
    const std::lock_guard lock(mutex_);
    return statuses_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> seen_;
  std::vector<Json> statuses_;
};

TEST(Engine, ALateWatcherLearnsTheStatusAfterTheBacklog) {
  World world;
  const Json asked = world.run(world.deploy("ask", ask_body), Json::object({{"amount", 7}}));
  const std::string id = asked.string_or("execution_id", "");
  Watched early, late;
  auto first = world.engine().watch("acme", id, [&](const StreamEntry& entry) { early.take(entry); });
  std::vector<std::string> expected = world.event_types(id);
  expected.push_back("status suspended");
  EXPECT_EQ(early.until("status suspended"), expected);
  const Json waiting = early.statuses().front()["waiting_on"].at(0);
  EXPECT_EQ(waiting["kind"], Json("checkpoint"));
  EXPECT_EQ(waiting["checkpoint_id"], asked["checkpoint_id"]);
  EXPECT_TRUE(waiting["since"].is_string());
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "yes").has_value());
  std::vector<std::string> whole = early.until("end");
  EXPECT_EQ(whole.back(), "end");
  auto second = world.engine().watch("acme", id, [&](const StreamEntry& entry) { late.take(entry); });
  expected = world.event_types(id);
  expected.push_back("end");
  EXPECT_EQ(late.until("end"), expected);
  EXPECT_EQ(std::count(whole.begin(), whole.end(), "end"), 1);
  EXPECT_EQ(early.until("end"), whole) << "a watcher that knows the end hears of it again";
}

TEST(Engine, AChangeOfStatusComesAfterTheEventsOfItsTurn) {
  World world;
  const std::string core = world.deploy("then", R"J([
    {"kind":"rigid","id":"call","result_binding":"got","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{}}]},
    {"kind":"checkpoint","id":"ask","prompt":"?","options":["yes"],"result_binding":"answer",
     "source_location":{"node_id":"node_ask"}}])J");
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  Watched watched;
  auto watch = world.engine().watch("acme", id, [&](const StreamEntry& entry) { watched.take(entry); });
  EXPECT_EQ(watched.until("status running").back(), "status running");
  world.held().answer(0, "x");
  std::vector<std::string> seen = watched.until("status suspended");
  EXPECT_EQ(seen.back(), "status suspended");
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "scaicore.runtime.block.entered"), 2);
  EXPECT_EQ(watched.statuses().back()["waiting_on"].at(0)["node_id"], Json("node_ask"));
}

TEST(Engine, LargeValuesLieApartFromTheJournal) {
  World world;
  StartRequest request = world.request(world.deploy("held", held_body), Json::object({{"n", 1}}));
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  world.held().answer(0, std::string(50'000, 'x'));
  EXPECT_EQ(world.wait(id)["output"].as_string().size(), 50'000u);
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_payloads"), 1);
  EXPECT_LT(world.number("SELECT SUM(LENGTH(body)) FROM mod_scaicore_journal"), 2'000);
  EXPECT_EQ((*world.engine().read_state("acme", id, 0))["scope"]["got"].as_string().size(), 50'000u);
}

TEST(Engine, SecretsReachThePluginAndNothingElse) {
  World world;
  const std::string core = world.deploy("secret", R"J([
    {"kind":"rigid","id":"call","result_binding":"got","source_location":{},
     "statements":[{"kind":"plugin_call","plugin":"held","method":"do",
      "args":{"auth":"Bearer {{config.api_key}}"}}]},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{config.api_key}} {{got}}"}]}])J",
                                        R"({"config":[{"name":"api_key","type":"string","secret":true}]})");
  CoreSpec spec = *world.directory().by_id(core);
  spec.environment = *try_parse_json(R"({"api_key":{"type":"secret","value":"s3cret-value-1"}})");
  world.directory().put(spec);
  ASSERT_TRUE(world.engine().start_core(spec).has_value());
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  EXPECT_EQ(world.held().wait(0).args["auth"], Json("Bearer s3cret-value-1"));
  world.held().answer(0, "echoed s3cret-value-1");
  EXPECT_EQ(world.wait(id)["output"], Json("*** echoed ***"));
  for (const char* table : {"journal", "events", "executions"}) {
    const std::string column = std::string(table) == "executions" ? "output" : "body";
    EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_" + std::string(table) + " WHERE INSTR(" +
                           column + ", 's3cret') > 0"),
              0);
  }
}

TEST(Engine, ABreakpointPausesUntilItIsToldToContinue) {
  World world;
  StartRequest request = world.request(world.deploy("echo", echo_body), Json::object({{"message", "hi"}}));
  request.debug = *try_parse_json(R"({"breakpoints":["b"]})");
  const Json paused = world.start(request)->result;
  EXPECT_EQ(paused["status"], Json("suspended"));
  const std::string id = paused.string_or("execution_id", "");
  const Json state = *world.engine().read_state("acme", id, 0);
  EXPECT_EQ(state["fibers"].at(0)["waiting_on"], Json("debug"));
  EXPECT_EQ(state["scope"]["echo"], Json("You said: hi"));
  ASSERT_TRUE(world.debug(id, *try_parse_json(R"({"action":"continue"})")).has_value());
  EXPECT_EQ(world.ended(id)["output"]["response"], Json("YOU SAID: HI"));
}

TEST(Engine, AStoppedCoreParksWhatRunsAndGoesOnAtItsStart) {
  World world;
  const std::string core = world.deploy("held", held_body);
  StartRequest request = world.request(core, Json::object({{"n", 5}}));
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  const std::string key = world.held().wait(0).key;
  world.stop_core(core);
  EXPECT_EQ(world.start(request).error().code, "CORE_NOT_RUNNING");
  EXPECT_EQ((*world.engine().get_execution("acme", id))["status"], Json("running"));
  world.start_core(core);
  EXPECT_EQ(world.held().wait(1).key, key);
  world.held().answer(1, "later");
  EXPECT_EQ(world.ended(id)["output"], Json("later"));
}

TEST(Engine, ACoreThatIsStartedWithinItsGraceIsNotParked) {
  World world;
  EngineSettings settings;
  settings.stop_grace_ms = 300;
  world.restart(settings);
  const std::string core = world.deploy("held", held_body);
  StartRequest request = world.request(core, Json::object({{"n", 5}}));
  request.wait_ms = 0;
  const std::string id = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(0);
  std::future<void> over = world.begin_to_stop(core, Parking::AfterGrace);
  world.start_core(core);
  over.wait();
  world.held().answer(0, "kept");
  EXPECT_EQ(world.ended(id)["output"], Json("kept"));

  // Nobody starts it: what ran is parked when the grace is over, and goes on at the next start.
  const std::string parked = world.start(request)->result.string_or("execution_id", "");
  world.held().wait(1);
  world.begin_to_stop(core, Parking::AfterGrace).wait();
  world.held().answer(1, "lost");
  world.start_core(core);
  world.held().wait(2);
  world.held().answer(2, "asked again");
  EXPECT_EQ(world.ended(parked)["output"], Json("asked again"));
}

TEST(Engine, AnswersToAStoppedCoreWaitForItsStart) {
  World world;
  const std::string core = world.deploy("ask", ask_body);
  const Json asked = world.run(core, Json::object({{"amount", 7}}));
  const std::string id = asked.string_or("execution_id", "");
  world.stop_core(core);
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "yes").has_value());
  EXPECT_EQ(world.wait(id, 0)["status"], Json("suspended"));
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_mailbox"), 1);
  world.start_core(core);
  EXPECT_EQ(world.ended(id)["output"], Json("yes"));
}

TEST(Engine, ADeletedCoreCancelsWhatIsLive) {
  World world;
  const std::string core = world.deploy("ask", ask_body);
  const Json asked = world.run(core, Json::object({{"amount", 7}}));
  world.directory().remove(core);
  world.engine().drop_core(core);
  const Json result = world.ended(asked.string_or("execution_id", ""));
  EXPECT_EQ(result["status"], Json("cancelled"));
  const Json checkpoint = *world.engine().get_checkpoint("acme", asked.string_or("checkpoint_id", ""));
  EXPECT_EQ(checkpoint["status"], Json("cancelled"));
}

TEST(Engine, ANewVersionIsForNewExecutionsAlone) {
  World world;
  const std::string core = world.deploy("ask", ask_body);
  const Json asked = world.run(core, Json::object({{"amount", 7}}));
  world.deploy("ask", R"J([{"kind":"rigid","id":"x","source_location":{},
    "statements":[{"kind":"return","value":"new"}]}])J");
  EXPECT_EQ(world.run(core, Json::object())["output"], Json("new"));
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "yes").has_value());
  EXPECT_EQ(world.ended(asked.string_or("execution_id", ""))["output"], Json("yes"));
}

}  // namespace
}  // namespace scaiflow::core
