// Reviews from checkpoint to answer through the queue, over days of virtual time.
#include <algorithm>

#include "apps/core/host/test_world.h"
#include "apps/grid/scaiqueue/messages.h"
#include "apps/grid/scaiqueue/queue_plugin.h"
#include "apps/grid/scaiqueue/queue_store.h"
#include "apps/grid/scaiqueue/review_bridge.h"
#include "libs/net/virtual_time.h"

namespace scaiflow::grid {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

const char* const returns = R"({"kind":"rigid","id":"done","source_location":{},
  "statements":[{"kind":"return","value":{"decision":"{{rev.decision}}","by":"{{rev.resolved_by}}"}}]})";

/// A review in queue `reviews` of scope `desk`; `more` are further members of its block.
std::string review_body(const std::string& more) {
  return R"([{"kind":"checkpoint","id":"rev","result_binding":"rev","source_location":{"node_id":"node_rev"},
    "checkpoint_type":"hitl_review","prompt":"Check this","options":["approve","reject"],
    "assignee":"group:desk",
    "hitl_target":{"scope":"desk","queue":"reviews","hitl_spec":{"sections":[
      {"type":"context","title":"What","content":"{{what}}"},
      {"type":"input","field":"amount","kind":"number","required":true},
      {"type":"decision","options":["approve","reject"]}]}})" +
         more + "}," + returns + "]";
}

class Review : public ::testing::Test {
 protected:
  Review() {
    world_.more_ports = [this](core::EnginePorts& ports) {
      ports.bridge = &bridge_;
      ports.plugins.emplace_back("scaiqueue", std::make_shared<QueuePlugin>(messages_, world_.database()));
    };
    restart();
    EXPECT_TRUE(queues_.create_scope("acme", Json::object({{"slug", "desk"}})).has_value());
    EXPECT_TRUE(queues_.create_queue("acme", "desk", Json::object({{"slug", "reviews"}})).has_value());
  }

  void restart() {
    world_.restart();
    messages_.connect(world_.engine());
  }

  Json start(const std::string& more = "") {
    const std::string name = "review" + std::to_string(++cores_);
    const Json result =
        world_.run(world_.deploy(name, review_body(more)), Json::object({{"what", "a chair"}}));
    EXPECT_EQ(result["status"], Json("suspended"));
    return result;
  }

  Json checkpoint(const Json& started) {
    return *world_.engine().get_checkpoint("acme", started.string_or("checkpoint_id", ""));
  }
  Json message(const Json& started) {
    return *messages_.get("acme", checkpoint(started).string_or("queue_message_id", ""));
  }
  Json claim() {
    ClaimRequest request;
    request.tenant_id = "acme";
    request.scope = "desk";
    request.queue = "reviews";
    request.actor = {"user", "ann"};
    const auto claimed = messages_.claim(request);
    EXPECT_TRUE(claimed.has_value());
    return claimed && !claimed->empty() ? claimed->front() : Json();
  }
  Settlement settlement(const Json& claimed, const std::string& result) {
    Settlement out;
    out.tenant_id = "acme";
    out.message_id = claimed.string_or("id", "");
    out.claim_token = claimed.string_or("claim_token", "");
    out.actor = {"user", "ann"};
    out.result = *try_parse_json(result);
    return out;
  }

  /// Waits, in real time, for what virtual time must bring about.
  template <class Until>
  void eventually(Until until) {
    const std::int64_t limit = net::steady_ms() + 10'000;
    while (!until() && net::steady_ms() < limit) std::this_thread::yield();
    EXPECT_TRUE(until());
  }
  int events(const std::string& type) {
    core::EventFilter filter;
    filter.tenant_id = "acme";
    filter.type = type;
    filter.limit = 500;
    return static_cast<int>((*world_.engine().list_events(filter))["events"].size());
  }

  net::VirtualTime time_;
  core::World world_;
  Messages messages_{world_.database()};
  ReviewBridge bridge_{messages_};
  QueueStore queues_{world_.database()};
  int cores_ = 0;
};

TEST_F(Review, is_published_with_all_that_a_reviewer_needs) {
  const Json started = start(R"(,"priority":"high","timeout_ms":172800000)");
  const Json shown = message(started);
  EXPECT_EQ(shown["message_type"], Json("hitl_request"));
  EXPECT_EQ(shown["correlation_id"], started["checkpoint_id"]);
  EXPECT_EQ(shown["idempotency_key"], started["checkpoint_id"]);
  EXPECT_EQ(shown["source_type"], Json("scaicore"));
  EXPECT_EQ(shown["priority_tier"], Json("high"));
  EXPECT_EQ(shown["deadline"], checkpoint(started)["expires_at"]);
  EXPECT_EQ(shown["labels"]["checkpoint_type"], Json("hitl_review"));
  EXPECT_EQ(shown["body"]["prompt"], Json("Check this"));
  EXPECT_EQ(shown["body"]["assignee"], Json("group:desk"));
  EXPECT_EQ(shown["body"]["options"], *try_parse_json(R"(["approve","reject"])"));
  EXPECT_EQ(shown["hitl_spec"]["sections"].at(0)["content"], Json("a chair"));
}

TEST_F(Review, completing_the_message_answers_the_checkpoint) {
  const Json started = start();
  const Json claimed = claim();
  EXPECT_EQ(claimed["state"], Json("claimed"));
  EXPECT_EQ(messages_.complete(settlement(claimed, R"({"decision":"approve"})")).error().code,
            "SCAIQUEUE_FORM_INVALID");
  EXPECT_EQ(messages_.complete(settlement(claimed, R"({"decision":"maybe","amount":1})")).error().code,
            "SCAIQUEUE_FORM_INVALID");
  const auto done =
      messages_.complete(settlement(claimed, R"({"decision":"approve","amount":7,"comment":"ok"})"));
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ((*done)["state"], Json("completed"));
  const Json record = checkpoint(started);
  EXPECT_EQ(record["status"], Json("resolved"));
  EXPECT_EQ(record["resolved_by"], Json("ann"));
  EXPECT_EQ(record["comment"], Json("ok"));
  EXPECT_EQ(record["resolution"]["amount"], Json(7));
  EXPECT_EQ(world_.ended(started.string_or("execution_id", ""))["output"],
            *try_parse_json(R"({"decision":"approve","by":"ann"})"));
  EXPECT_EQ(messages_.complete(settlement(claimed, R"({"decision":"reject","amount":7})")).error().code,
            "SCAIQUEUE_CLAIM_LOST");
  EXPECT_EQ(events("scaiqueue.message.completed"), 1);
}

TEST_F(Review, answering_the_checkpoint_completes_the_message) {
  const Json started = start();
  ASSERT_TRUE(world_
                  .resolve(started.string_or("checkpoint_id", ""),
                           *try_parse_json(R"({"decision":"reject","amount":1})"))
                  .has_value());
  EXPECT_EQ(message(started)["state"], Json("completed"));
  EXPECT_EQ(message(started)["result"]["via"], Json("checkpoint_api"));
  EXPECT_EQ(world_.ended(started.string_or("execution_id", ""))["output"]["decision"], Json("reject"));
}

TEST_F(Review, a_claimed_message_is_closed_with_its_checkpoint) {
  const Json started = start();
  const Json claimed = claim();
  ASSERT_TRUE(world_
                  .resolve(started.string_or("checkpoint_id", ""),
                           *try_parse_json(R"({"decision":"reject","amount":1})"))
                  .has_value());
  EXPECT_EQ(messages_.complete(settlement(claimed, R"({"decision":"approve","amount":1})")).error().code,
            "SCAIQUEUE_CLAIM_LOST");
}

TEST_F(Review, cancelling_the_run_cancels_the_message) {
  const Json started = start();
  ASSERT_TRUE(world_.cancel(started.string_or("execution_id", "")).has_value());
  EXPECT_EQ(world_.ended(started.string_or("execution_id", ""))["status"], Json("cancelled"));
  EXPECT_EQ(checkpoint(started)["status"], Json("cancelled"));
  EXPECT_EQ(message(started)["state"], Json("cancelled"));
}

TEST_F(Review, a_failed_review_waits_on_until_it_is_given_up) {
  const Json started = start();
  for (int i = 0; i < 7; ++i) {
    Settlement failed = settlement(claim(), "null");
    failed.reason = "not now";
    ASSERT_TRUE(messages_.fail_message(failed).has_value());
    EXPECT_EQ(message(started)["state"], Json("pending"));
    time_.advance(301'000);
  }
  Settlement given_up = settlement(claim(), "null");
  given_up.reason = "nobody can";
  given_up.retry = false;
  ASSERT_TRUE(messages_.fail_message(given_up).has_value());
  EXPECT_EQ(message(started)["state"], Json("dead_lettered"));
  EXPECT_EQ(checkpoint(started)["status"], Json("cancelled"));
  const Json result = world_.ended(started.string_or("execution_id", ""));
  EXPECT_EQ(result["error"]["type"], Json("CheckpointCancelledError"));
  EXPECT_EQ(result["error"]["code"], Json("dead_lettered"));
}

TEST_F(Review, a_queue_that_is_not_there_fails_the_block) {
  const std::string body =
      R"([{"kind":"checkpoint","id":"rev","source_location":{},"checkpoint_type":"hitl_review",
    "options":["a"],"hitl_target":{"scope":"desk","queue":"nowhere","hitl_spec":{"sections":[]}}}])";
  const Json started = world_.run(world_.deploy("nowhere", body), Json::object());
  const Json result = world_.ended(started.string_or("execution_id", ""));
  EXPECT_EQ(result["status"], Json("failed"));
  EXPECT_EQ(result["error"]["type"], Json("CheckpointCancelledError"));
}

TEST_F(Review, nobody_answers_for_two_days_and_the_option_is_taken) {
  const Json started = start(R"(,"timeout_ms":172800000,"on_timeout":"reject")");
  time_.advance(2 * day_ms - hour_ms);
  messages_.sweep();
  EXPECT_EQ(checkpoint(started)["status"], Json("pending"));
  EXPECT_EQ(message(started)["state"], Json("pending"));
  time_.advance(2 * hour_ms);
  const Json result = world_.ended(started.string_or("execution_id", ""));
  EXPECT_EQ(result["output"], *try_parse_json(R"({"decision":"reject","by":"timeout"})"));
  EXPECT_EQ(checkpoint(started)["status"], Json("resolved"));
  EXPECT_EQ(message(started)["state"], Json("completed"));
}

TEST_F(Review, nobody_answers_and_the_block_fails) {
  const Json started = start(R"(,"timeout_ms":86400000,"on_timeout":"fail")");
  time_.advance(day_ms + 1'000);
  const Json result = world_.ended(started.string_or("execution_id", ""));
  EXPECT_EQ(result["error"]["type"], Json("CheckpointTimeoutError"));
  EXPECT_EQ(checkpoint(started)["status"], Json("expired"));
  EXPECT_EQ(message(started)["state"], Json("expired"));
}

TEST_F(Review, three_days_reminder_escalation_and_an_answer_at_last) {
  world_.metadata = Json::object({{"escalation_assignee", "user:boss"}});
  const Json started =
      start(R"(,"timeout_ms":86400000,"on_timeout":"escalate","payload":{"reminder_interval_m":480})");
  EXPECT_EQ(events("scaicore.checkpoint_pending"), 1);

  // The first day: two reminders come before the time is over.
  for (int reminders = 1; reminders <= 2; ++reminders) {
    time_.advance(8 * hour_ms);
    eventually([&] { return checkpoint(started)["reminder_count"] == Json(reminders); });
    EXPECT_EQ(events("scaicore.checkpoint_pending"), 1 + reminders);
  }
  EXPECT_EQ(checkpoint(started)["assignee_raw"], Json("group:desk"));

  // The second day: it has become the boss's, and more pressing; the queue shows the same.
  time_.advance(9 * hour_ms);
  eventually([&] { return checkpoint(started)["priority"] == Json("high"); });
  const Json escalated = checkpoint(started);
  EXPECT_EQ(escalated["status"], Json("pending"));
  EXPECT_EQ(escalated["assignee_raw"], Json("user:boss"));
  EXPECT_EQ(escalated["assignee_type"], Json("user"));
  EXPECT_EQ(escalated["assignee_resolved"]["value"], Json("boss"));
  EXPECT_EQ(message(started)["priority_tier"], Json("high"));
  EXPECT_EQ(message(started)["body"]["assignee"], Json("user:boss"));
  EXPECT_EQ(message(started)["deadline"], escalated["expires_at"]);

  // The third day, after a restart: what expires again changes nothing, and the answer is taken.
  restart();
  time_.advance(47 * hour_ms);
  eventually([&] { return checkpoint(started).int_or("reminder_count", 0) >= 8; });
  EXPECT_EQ(checkpoint(started)["status"], Json("pending"));
  EXPECT_EQ(checkpoint(started)["priority"], Json("high"));
  ASSERT_TRUE(messages_.complete(settlement(claim(), R"({"decision":"approve","amount":3})")).has_value());
  EXPECT_EQ(world_.ended(started.string_or("execution_id", ""))["output"],
            *try_parse_json(R"({"decision":"approve","by":"ann"})"));
}

TEST_F(Review, time_passes_while_no_server_runs) {
  const Json started = start(R"(,"timeout_ms":172800000,"on_timeout":"reject")");
  time_.advance(3 * day_ms);
  restart();
  EXPECT_EQ(world_.ended(started.string_or("execution_id", ""))["output"]["by"], Json("timeout"));
}

TEST_F(Review, a_forged_review_closes_nobodys_checkpoint) {
  const Json started = start();
  NewMessage forged;
  forged.tenant_id = "acme";
  forged.scope = "desk";
  forged.queue = "reviews";
  forged.message_type = "hitl_request";
  forged.source_type = "scaicore";
  forged.body = Json::object({{"checkpoint_id", started["checkpoint_id"]}});
  const auto published = messages_.publish(forged);
  Settlement answer =
      settlement(Json::object({{"id", published->id}}), R"({"decision":"approve","amount":1})");
  EXPECT_EQ(messages_.review(answer).error().code, "CHECKPOINT_NOT_FOUND");
  EXPECT_EQ(checkpoint(started)["status"], Json("pending"));
}

TEST_F(Review, can_be_answered_in_one_step) {
  const Json started = start();
  const Json shown = message(started);
  ASSERT_TRUE(messages_.review(settlement(shown, R"({"decision":"approve","amount":2})")).has_value());
  EXPECT_EQ(messages_.review(settlement(shown, R"({"decision":"reject","amount":2})")).error().code,
            "SCAIQUEUE_CLAIM_LOST");
  EXPECT_EQ(world_.ended(started.string_or("execution_id", ""))["status"], Json("completed"));
}

/// All ends that a review can come to, each begun without waiting for the one before.
class ReviewEnds : public Review {
 protected:
  enum class End { Completed, Answered, Withdrawn, RunCancelled, Expired };

  void begin(End end, const Json& started, const std::string& message_id) {
    const std::string id = started.string_or("checkpoint_id", "");
    const auto heard = [this](const auto&) { ++heard_; };
    switch (end) {
      case End::Completed:
        (void)messages_.review(
            settlement(Json::object({{"id", message_id}}), R"({"decision":"approve","amount":1})"));
        ++heard_;
        return;
      case End::Answered:
        return world_.engine().resolve_checkpoint(
            "acme", id, *try_parse_json(R"({"decision":"reject","amount":2})"), "bob", std::nullopt, heard);
      case End::Withdrawn: return world_.engine().cancel_checkpoint("acme", id, "user", "bob", heard);
      case End::RunCancelled:
        return world_.engine().cancel("acme", started.string_or("execution_id", ""), "test", "bob",
                                      core::Cascade::Yes, heard);
      case End::Expired:
        time_.advance(day_ms + 1'000);
        messages_.sweep();
        ++heard_;
    }
  }

  /// Execution, checkpoint and message after the race tell one story.
  void expect_agreement(const Json& started, const std::string& message_id, const std::string& order) {
    const Json result = world_.ended(started.string_or("execution_id", ""));
    const Json record = checkpoint(started);
    const Json shown = *messages_.get("acme", message_id);
    const std::string status = record.string_or("status", "");
    const bool resolved = status == "resolved";
    const std::string where = order + ": " + to_text(record) + to_text(shown) + to_text(result);
    EXPECT_EQ(shown.string_or("state", ""), resolved ? "completed" : status) << where;
    EXPECT_EQ(shown["result"]["decision"], resolved ? record["resolution"]["decision"] : Json()) << where;
    if (result["status"] == Json("cancelled")) return;  // before it heard of the end, or after
    if (resolved) {
      EXPECT_EQ(result["output"]["decision"], record["resolution"]["decision"]) << where;
      EXPECT_EQ(result["output"]["by"], record["resolved_by"]) << where;
    } else {
      const char* type = status == "expired" ? "CheckpointTimeoutError" : "CheckpointCancelledError";
      EXPECT_EQ(result["error"].string_or("type", ""), type) << where;
    }
  }

  std::atomic<int> heard_ = 0;
};

/// Invariant 10: in whichever order a review is completed in the queue, answered, withdrawn, cancelled with
/// its run and run out of time.
TEST_F(ReviewEnds, agree_in_every_order) {
  const char* const names[] = {"completed ", "answered ", "withdrawn ", "cancelled ", "expired "};
  for (const char* on_timeout : {"reject", "fail"}) {
    const std::string core = world_.deploy(
        on_timeout, review_body(R"(,"timeout_ms":86400000,"on_timeout":")" + std::string(on_timeout) + "\""));
    std::vector<int> order{0, 1, 2, 3, 4};
    do {
      const Json started = world_.run(core, Json::object({{"what", "a chair"}}));
      const std::string message_id = checkpoint(started).string_or("queue_message_id", "");
      std::string told;
      heard_ = 0;
      for (const int each : order) {
        told += names[each];
        begin(static_cast<End>(each), started, message_id);
      }
      eventually([&] { return heard_ == 5; });
      expect_agreement(started, message_id, told);
    } while (std::next_permutation(order.begin(), order.end()) && !HasFailure());
  }
  EXPECT_TRUE(world_.becomes("SELECT COUNT(*) FROM mod_scaicore_mailbox", 0));
  EXPECT_EQ(world_.number("SELECT COUNT(*) FROM mod_scaicore_timers"), 0);
}

}  // namespace
}  // namespace scaiflow::grid
