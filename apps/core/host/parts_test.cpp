#include <gtest/gtest.h>

#include "apps/core/host/admission.h"
#include "apps/core/host/journal_codec.h"
#include "apps/core/host/plugins/builtin.h"
#include "apps/core/host/retention.h"
#include "apps/core/host/secrets.h"
#include "apps/core/host/test_world.h"
#include "apps/core/host/turn_write.h"

namespace scaiflow::core {
namespace {

Slot slot_of_core(const std::string& core, std::int64_t core_max = 0) {
  Slot slot;
  slot.core_id = core;
  slot.core_max = core_max;
  return slot;
}

TEST(Admission, CoresTakeTurnsAndResumedOnesGoFirst) {
  Admission admission(1, 10);
  std::vector<std::string> order;
  const auto go = [&](const std::string& id) { return [&order, id] { order.push_back(id); }; };
  const Slot a = slot_of_core("a"), b = slot_of_core("b");
  ASSERT_EQ(admission.admit(a, Admission::Turn::New, "0", go("0")), Admission::Answer::Admitted);
  for (const char* id : {"a1", "a2", "a3"}) admission.admit(a, Admission::Turn::New, id, go(id));
  admission.admit(b, Admission::Turn::New, "b1", go("b1"));
  admission.admit(b, Admission::Turn::Resumed, "r", go("r"));
  EXPECT_EQ(admission.queued(), 5);
  for (int i = 0; i < 5; ++i) admission.release(i == 1 || i == 3 ? b : a);
  EXPECT_EQ(order, (std::vector<std::string>{"r", "a1", "b1", "a2", "a3"}));
}

Slot entity(const std::string& key, ir::Overflow overflow) {
  Slot slot;
  slot.core_id = "core_1";
  slot.instance_key = key;
  slot.instance_max = 1;
  slot.instances_max = 2;
  slot.idle_timeout_ms = 1'000;
  slot.overflow = overflow;
  return slot;
}

TEST(Admission, ABusyInstanceDoesNotHoldUpOthersOfItsCore) {
  Admission admission(10, 10);
  const auto admit = [&](const char* key, const char* id) {
    return admission.admit(entity(key, ir::Overflow::Queue), Admission::Turn::New, id, [] {});
  };
  EXPECT_EQ(admit("a", "1"), Admission::Answer::Admitted);
  EXPECT_EQ(admit("a", "2"), Admission::Answer::Queued);
  EXPECT_EQ(admit("b", "3"), Admission::Answer::Admitted);
}

TEST(Admission, AboveTheNumberOfInstancesItRejectsWaitsOrMakesRoom) {
  for (const auto overflow : {ir::Overflow::Reject, ir::Overflow::Queue, ir::Overflow::DeactivateLru}) {
    std::int64_t now_ms = 1;
    Admission admission(10, 10, [&] { return now_ms; });
    int started = 0;
    const auto admit = [&](const char* key) {
      return admission.admit(entity(key, overflow), Admission::Turn::New, key, [&] { ++started; });
    };
    const auto run = [&](const char* key) {
      const auto answer = admit(key);
      if (answer == Admission::Answer::Admitted) admission.release(entity(key, overflow));
      return answer;
    };
    EXPECT_EQ(run("a"), Admission::Answer::Admitted);
    ++now_ms;
    EXPECT_EQ(run("b"), Admission::Answer::Admitted);
    EXPECT_EQ(admission.counts("core_1").instances, 2);
    EXPECT_EQ(run("a"), Admission::Answer::Admitted) << "an active instance is no new one";
    const auto third = admit("c");
    if (overflow == ir::Overflow::DeactivateLru) {
      EXPECT_EQ(third, Admission::Answer::Admitted);
      EXPECT_EQ(admission.counts("core_1").instances, 2);
      continue;
    }
    EXPECT_EQ(third, overflow == ir::Overflow::Reject ? Admission::Answer::InstanceLimit
                                                      : Admission::Answer::Queued);
    now_ms += 1'000;
    admission.look_again();
    EXPECT_EQ(started, overflow == ir::Overflow::Reject ? 0 : 1);
    if (overflow == ir::Overflow::Reject) {
      EXPECT_EQ(admit("c"), Admission::Answer::Admitted);
    }
  }
}

TEST(Admission, WhatWasAcknowledgedBeforeARestartIsNotRefused) {
  Admission admission(10, 0);
  EXPECT_EQ(admission.admit(entity("a", ir::Overflow::Reject), Admission::Turn::New, "1", [] {}),
            Admission::Answer::Admitted);
  EXPECT_EQ(admission.admit(entity("b", ir::Overflow::Reject), Admission::Turn::New, "2", [] {}),
            Admission::Answer::Admitted);
  EXPECT_EQ(admission.admit(entity("c", ir::Overflow::Reject), Admission::Turn::New, "3", [] {}),
            Admission::Answer::InstanceLimit);
  EXPECT_EQ(admission.admit(entity("c", ir::Overflow::Reject), Admission::Turn::Again, "3", [] {}),
            Admission::Answer::Queued);
}

TEST(Admission, AFullCoreDoesNotHoldUpOthers) {
  Admission admission(10, 1);
  const Slot narrow = slot_of_core("a", 1);
  int started = 0;
  ASSERT_EQ(admission.admit(narrow, Admission::Turn::New, "1", {}), Admission::Answer::Admitted);
  EXPECT_EQ(admission.admit(narrow, Admission::Turn::New, "2", [&] { ++started; }),
            Admission::Answer::Queued);
  EXPECT_EQ(admission.admit(slot_of_core("b"), Admission::Turn::New, "3", {}), Admission::Answer::Admitted);
  EXPECT_EQ(admission.admit(narrow, Admission::Turn::New, "4", {}), Admission::Answer::Full);
  admission.release(narrow);
  EXPECT_EQ(started, 1);
  EXPECT_FALSE(admission.withdraw("2"));
}

TEST(Admission, AWithdrawnExecutionNeverStarts) {
  Admission admission(1, 10);
  const Slot slot = slot_of_core("a");
  admission.admit(slot, Admission::Turn::New, "1", {});
  bool started = false;
  admission.admit(slot, Admission::Turn::New, "2", [&] { started = true; });
  EXPECT_TRUE(admission.withdraw("2"));
  admission.release(slot);
  EXPECT_FALSE(started);
  EXPECT_EQ(admission.running(), 0);
}

machine::Event started_event(const std::string& text) {
  machine::Started started;
  started.execution_id = "exec_1";
  started.input = Json::object({{"text", text}, {"n", 1.0}, {"none", nullptr}});
  started.limits.tokens_max = 5;
  return {1, 1'700'000'000'000, std::move(started)};
}

TEST(JournalCodec, ReadsBackWhatItWrote) {
  std::vector<Payload> payloads;
  const machine::Event event = started_event("hello");
  const Record record = encode_record(event, 77, 3, payloads);
  EXPECT_TRUE(payloads.empty());
  EXPECT_EQ(record.format, 1);
  const Result<DecodedRecord> decoded = decode_record(record, {});
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded->command_hash, 77u);
  EXPECT_EQ(decoded->event.at_ms, event.at_ms);
  EXPECT_EQ(to_text(machine::to_json(decoded->event.body)), to_text(machine::to_json(event.body)));
}

TEST(JournalCodec, KeepsLargeValuesApartAndCompressesTheRest) {
  std::vector<Payload> payloads;
  const machine::Event event = started_event(std::string(20'000, 'x'));
  const Record apart = encode_record(event, 1, 1, payloads);
  ASSERT_EQ(payloads.size(), 1u);
  const auto reader = [&](const std::string&) { return Result<std::string>(payloads[0].bytes); };
  EXPECT_EQ(to_text(machine::to_json(decode_record(apart, reader)->event.body)),
            to_text(machine::to_json(event.body)));
  const auto liar = [&](const std::string&) { return Result<std::string>("other"); };
  EXPECT_EQ(decode_record(apart, liar).error().code, "JournalCorruptError");

  const machine::Event middle = started_event(std::string(5'000, 'y'));
  const Record packed = encode_record(middle, 1, 1, payloads);
  EXPECT_EQ(packed.format, 2);
  EXPECT_LT(packed.body.size(), 500u);
  EXPECT_EQ(to_text(machine::to_json(decode_record(packed, {})->event.body)),
            to_text(machine::to_json(middle.body)));
}

TEST(JournalCodec, NoticesEveryAlteredByte) {
  std::vector<Payload> payloads;
  const Record record = encode_record(started_event("hello"), 77, 3, payloads);
  for (std::size_t i = 0; i < record.body.size(); ++i) {
    Record altered = record;
    altered.body[i] = static_cast<char>(altered.body[i] ^ 1);
    EXPECT_EQ(decode_record(altered, {}).error().code, "JournalCorruptError") << i;
  }
  Record cut = record;
  cut.body.pop_back();
  EXPECT_FALSE(decode_record(cut, {}).has_value());
  Record newer = record;
  newer.format = 9;
  EXPECT_EQ(decode_record(newer, {}).error().code, "RECORD_UNKNOWN");
}

TEST(Secrets, ValuesOutReferencesIn) {
  const Secrets secrets(
      Json::object({{"k", "<ref>"}, {"s", "<s>"}}),
      *try_parse_json(
          R"({"k":{"type":"secret","value":"longsecret"},"s":{"type":"secret","value":"tiny"}})"));
  const Json args = Json::object({{"a", Json::array({"x <ref> y"})}, {"n", 1}});
  EXPECT_EQ(to_text(secrets.resolved(args)), R"({"a":["x longsecret y"],"n":1})");
  EXPECT_EQ(to_text(secrets.redacted(Json("longsecret and tiny"))), R"("*** and tiny")");
}

TEST(EventIds, AscendAndCarryTheNode) {
  EventIds ids(5);
  std::int64_t last = 0;
  for (int i = 0; i < 5'000; ++i) {
    const std::int64_t id = ids.next();
    EXPECT_GT(id, last);
    EXPECT_EQ((id >> 9) & 1023, 5);
    last = id;
  }
}

TEST(Retention, OldExecutionsGoWithAllThatIsTheirs) {
  World world;
  const std::string core =
      world.deploy("ask", R"J([{"kind":"checkpoint","id":"ask","source_location":{},"options":["a"]}])J");
  const Json live = world.run(core, Json::object());
  const Json ended = world.run(core, Json::object());
  ASSERT_TRUE(world.resolve(ended.string_or("checkpoint_id", ""), "a").has_value());
  world.ended(ended.string_or("execution_id", ""));
  const std::int64_t later = net::wall_ms() + 31LL * 86'400'000;
  ASSERT_TRUE(world.database()
                  .write_sync([&](store::Connection& db) { return purge_batch(db, later, 7); })
                  .has_value());
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_executions"), 1);
  EXPECT_EQ(world.number("SELECT COUNT(DISTINCT execution_id) FROM mod_scaicore_journal"), 1);
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_checkpoints"), 1);
  EXPECT_EQ(world.number("SELECT COUNT(*) FROM mod_scaicore_events"), 0);
  EXPECT_EQ(world.wait(live.string_or("execution_id", ""), 0)["status"], Json("suspended"));
}

}  // namespace
}  // namespace scaiflow::core
