// The limits of an execution that the host keeps (07 section 21): each at its value, and one beyond.
#include "generated/cpp/limits.h"
#include "apps/core/host/memory_store.h"
#include "apps/core/host/test_world.h"

namespace scaiflow::core {
namespace {

/// A JSON string of exactly `bytes` bytes, its quotes counted.
Json text_of(std::int64_t bytes) { return std::string(static_cast<std::size_t>(bytes - 2), 'x'); }

const char* const held_body = R"J([
  {"kind":"rigid","id":"call","source_location":{},
   "statements":[{"kind":"plugin_call","plugin":"held","method":"do","args":{}}]}])J";
const char* const nothing_body = R"J([{"kind":"rigid","id":"a","source_location":{},"statements":[]}])J";

std::string told(const Json& result) {
  const Json& error = result["error"];
  return error.is_null() ? result.string_or("status", "")
                         : error.string_or("type", "") + "/" + error.string_or("code", "");
}

TEST(Limits, RunningAndQueuedExecutionsOfANode) {
  World world;
  EngineSettings settings;
  settings.running_max = 2;
  settings.queued_max = 3;
  world.restart(settings);
  StartRequest request = world.request(world.deploy("held", held_body), Json::object());
  request.wait_ms = 0;
  for (const char* status : {"running", "running", "queued", "queued", "queued"}) {
    const Result<StartOutcome> outcome = world.start(request);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->result["status"], Json(status));
  }
  EXPECT_EQ(world.start(request).error().code, "SERVICE_UNAVAILABLE");
  world.held().wait(1);
  world.held().answer(0, 1);
  world.held().wait(2);  // one of the queued has its place, and one more may wait
  EXPECT_EQ(world.start(request)->result["status"], Json("queued"));
  EXPECT_EQ(world.start(request).error().code, "SERVICE_UNAVAILABLE");
}

TEST(Limits, InputOfATrigger) {
  World world;
  const std::string core = world.deploy("nothing", nothing_body);
  const auto input = [](std::int64_t bytes) {
    const std::int64_t around = 9;  // {"text":}
    return Json::object({{"text", text_of(bytes - around)}});
  };
  ASSERT_EQ(to_text(input(20)).size(), 20u);
  EXPECT_EQ(told(world.run(core, input(limits::trigger_input_bytes_max))), "completed");
  const Result<StartOutcome> over =
      world.start(world.request(core, input(limits::trigger_input_bytes_max + 1)));
  ASSERT_FALSE(over.has_value());
  EXPECT_EQ(over.error().code, "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(over.error().message, "the input is larger than 8388608 bytes");
}

TEST(Limits, ResultOfAPlugin) {
  World world;
  const std::string core = world.deploy("held", held_body);
  StartRequest request = world.request(core, Json::object());
  request.wait_ms = 0;
  std::size_t calls = 0;
  const auto answered = [&](std::int64_t bytes) {
    const std::string id = world.start(request)->result.string_or("execution_id", "");
    world.held().wait(calls);
    world.held().answer(calls++, text_of(bytes));
    return told(world.ended(id));
  };
  EXPECT_EQ(answered(limits::result_bytes_max), "completed");
  EXPECT_EQ(answered(limits::result_bytes_max + 1), "PluginError/result_too_large");
}

TEST(Limits, RecordsAndBytesOfAJournal) {
  World world;
  world.metadata = Json::object({{"telemetry", "off"}});
  const auto run_with = [&](std::int64_t records_max, std::int64_t bytes_max) {
    EngineSettings settings;
    settings.journal_records_max = records_max;
    settings.journal_bytes_max = bytes_max;
    world.restart(settings);
    const std::string core = world.deploy("reads", R"J([
      {"kind":"rigid","id":"a","source_location":{},"statements":[
        {"kind":"plugin_call","plugin":"kv","method":"get","args":{"key":"a"}},
        {"kind":"plugin_call","plugin":"kv","method":"get","args":{"key":"b"}},
        {"kind":"plugin_call","plugin":"kv","method":"get","args":{"key":"c"}}]}])J");
    return world.run(core, Json::object());
  };
  const Json undisturbed = run_with(limits::journal_records_max, limits::journal_bytes_max);
  const std::string of_it =
      " FROM mod_scaicore_journal WHERE execution_id = '" + undisturbed.string_or("execution_id", "") + "'";
  ASSERT_EQ(world.number("SELECT COUNT(*)" + of_it), 4);
  const std::int64_t bytes = world.number("SELECT SUM(LENGTH(body))" + of_it + " AND seq < 4");
  EXPECT_EQ(told(run_with(4, limits::journal_bytes_max)), "completed");
  EXPECT_EQ(told(run_with(3, limits::journal_bytes_max)), "LimitExceededError/journal");
  EXPECT_EQ(told(run_with(limits::journal_records_max, bytes + 1)), "completed");
  EXPECT_EQ(told(run_with(limits::journal_records_max, bytes)), "LimitExceededError/journal");
}

/// What is counted is the whole journal, also after its execution was read back.
TEST(Limits, AJournalIsCountedAcrossRestarts) {
  World world;
  EngineSettings settings;
  settings.journal_records_max = 4;
  world.restart(settings);
  const std::string core = world.deploy("asks", R"J([
    {"kind":"checkpoint","id":"a","source_location":{},"options":["yes"]},
    {"kind":"checkpoint","id":"b","source_location":{},"options":["yes"]}])J");
  const Json asked = world.run(core, Json::object());
  ASSERT_EQ(told(asked), "suspended");  // 1 Started
  world.restart(settings);
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "yes").has_value());
  const std::string id = asked.string_or("execution_id", "");
  // 2 Adopted, 3 CheckpointResolved
  ASSERT_TRUE(world.becomes("SELECT COUNT(*) FROM mod_scaicore_checkpoints WHERE status = 'pending'", 1));
  const Json record = *world.engine().get_execution("acme", id);
  world.restart(settings);
  ASSERT_TRUE(world.resolve(record["checkpoint_ids"].at(0).as_string(), "yes").has_value());
  // 4 Adopted; the answer finds the journal full
  EXPECT_EQ(told(world.ended(id)), "LimitExceededError/journal");
}

TEST(Limits, TimeOfAPluginCall) {
  World world;
  EngineSettings settings;
  settings.plugin_call_ms = 20;
  world.restart(settings);
  const std::string core = world.deploy("held", held_body);
  EXPECT_EQ(told(world.run(core, Json::object())), "PluginError/timeout");
  EXPECT_EQ(world.held().wait(0).deadline_ms, 20);
}

TEST(Limits, NamesOfMemoryFields) {
  World world;
  const auto deploy = [&](std::int64_t letters) {
    const std::string name(static_cast<std::size_t>(letters), 'm');
    return world.try_deploy("remembers", nothing_body,
                            R"({"memory":[{"name":")" + name + R"(","type":"int"}]})");
  };
  EXPECT_TRUE(deploy(limits::memory_field_chars_max).has_value());
  const Result<void> over = deploy(limits::memory_field_chars_max + 1);
  ASSERT_FALSE(over.has_value());
  EXPECT_EQ(over.error().code, "INVALID_SOURCE_IR");
}

/// Values of a partition as they are stored, with their keys. A field with keys has a marker of one byte.
class PartitionLimit : public testing::Test {
 protected:
  static std::int64_t bytes_of(const std::string& key, const Json& value) {
    std::string packed;
    ir::pack(packed, value);
    return static_cast<std::int64_t>(key.size() + packed.size());
  }
  std::string edit(const std::string& key, std::optional<Json> value) {
    const Result<void> done = world_.database().write_sync(store::Database::Unit(
        [&](store::Connection& db) { return edit_memory(db, {"core_1", "_", "m", key, value, {}}); }));
    return done ? "" : done.error().code;
  }
  /// What a memory statement of a flow is told; its write is carried out.
  std::string write(const std::string& op, const std::string& key, const Json& value) {
    machine::WriteMemory write;
    write.effect_id = "exec_1:a:1";
    write.op = op;
    write.field = "m";
    write.mkey = key;
    write.value = value;
    std::string told;
    const Result<void> done =
        world_.database().write_sync(store::Database::Unit([&](store::Connection& db) -> Result<void> {
          auto prepared = prepare_memory(db, {"core_1", "_"}, write, Json());
          if (!prepared) return tl::unexpected(prepared.error());
          if (const auto* failed = std::get_if<machine::EffectFailed>(&prepared->event))
            told = failed->error.code;
          if (!prepared->write) return {};
          const Result<bool> written = prepared->write(db);
          return written ? Result<void>() : tl::unexpected(written.error());
        }));
    EXPECT_TRUE(done.has_value());
    return told;
  }
  /// Fills the partition until `left` bytes may be added.
  void fill(std::int64_t left) {
    std::int64_t room = limits::memory_partition_bytes_max - 1 - left;
    for (int n = 10; room > 0; ++n) {
      const std::string key = std::to_string(n);
      const std::int64_t around = bytes_of(key, text_of(100'000)) - 99'998;
      const Json value = text_of(std::min<std::int64_t>(room - around, 900'000) + 2);
      ASSERT_EQ(edit(key, value), "") << n;
      room -= bytes_of(key, value);
    }
    ASSERT_EQ(room, 0);
  }

  World world_;
};

TEST_F(PartitionLimit, IsHitAtItsValueAndNotBelow) {
  const Json value = text_of(10);
  fill(bytes_of("k", value));
  EXPECT_EQ(write("set", "k", text_of(11)), "too_large");
  EXPECT_EQ(edit("k", text_of(11)), "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(write("set", "k", value), "");
  EXPECT_EQ(write("set", "l", 1), "too_large");
  // What is deleted or becomes smaller makes room.
  EXPECT_EQ(write("delete", "k", {}), "");
  EXPECT_EQ(edit("k", value), "");
  EXPECT_EQ(edit("k", text_of(8)), "");
  EXPECT_EQ(write("set", "l", 1), "");
}

/// Partitions of a binary that did not count are measured when they are written next.
TEST_F(PartitionLimit, IsMeasuredWhereNobodyCounted) {
  fill(bytes_of("k", text_of(10)));
  world_.execute("UPDATE mod_scaicore_memory SET value = x'' WHERE field = ''", {});
  EXPECT_EQ(write("set", "k", text_of(11)), "too_large");
  EXPECT_EQ(write("set", "k", text_of(10)), "");
}

}  // namespace
}  // namespace scaiflow::core
