#include "apps/grid/scaiqueue/messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <set>

#include "apps/grid/scaiqueue/queue_store.h"
#include "libs/base/json_text.h"
#include "libs/net/ids.h"
#include "libs/net/virtual_time.h"
#include "libs/store/migrations.h"
#include "libs/store/sqlite_database.h"

namespace scaiflow::grid {
namespace {

namespace fs = std::filesystem;

class Queue : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(dir_);
    store::SqliteOptions options;
    options.path = dir_ + "/test.db";
    options.synchronous = store::Synchronous::Normal;
    database_ = *store::open_sqlite(options);
    ASSERT_TRUE(store::migrate_sqlite(*database_, store::sqlite_migrations(), {}).has_value());
    queues_ = std::make_unique<QueueStore>(*database_);
    messages_ = std::make_unique<Messages>(*database_);
    ASSERT_TRUE(queues_->create_scope("acme", Json::object({{"slug", "work"}})).has_value());
  }
  void TearDown() override {
    database_->stop();
    fs::remove_all(dir_);
  }

  void queue(const std::string& slug, const std::string& fields = "{}") {
    const auto made = queues_->create_queue("acme", "work", try_parse_json(fields)->set("slug", slug));
    ASSERT_TRUE(made.has_value()) << made.error().message;
  }
  Result<Published> publish(const std::string& queue, const std::string& fields) {
    auto message = message_of(*try_parse_json(fields));
    if (!message) return tl::unexpected(message.error());
    message->tenant_id = "acme";
    message->scope = "work";
    message->queue = queue;
    return messages_->publish(*message);
  }
  ClaimRequest request(const std::string& queue, std::int64_t batch = 1, const std::string& consumer = "c1") {
    ClaimRequest out;
    out.tenant_id = "acme";
    out.scope = "work";
    out.queue = queue;
    out.batch_size = batch;
    out.actor = {"user", consumer};
    out.consumer_id = consumer;
    return out;
  }
  std::vector<Json> claim(const std::string& queue, std::int64_t batch = 1,
                          const std::string& consumer = "c1") {
    auto claimed = messages_->claim(request(queue, batch, consumer));
    EXPECT_TRUE(claimed.has_value()) << claimed.error().message;
    return claimed.value_or(std::vector<Json>());
  }
  /// The bodies in the order in which they are claimed.
  std::vector<std::string> order(const std::string& queue) {
    std::vector<std::string> out;
    for (const Json& message : claim(queue, 100)) out.push_back(message["body"].as_string());
    return out;
  }
  Settlement of(const Json& claimed, const std::string& reason = "") {
    Settlement out;
    out.tenant_id = "acme";
    out.message_id = claimed.string_or("id", "");
    out.claim_token = claimed.string_or("claim_token", "");
    out.actor = {"user", "c1"};
    out.reason = reason;
    return out;
  }
  Json get(const std::string& id) { return *messages_->get("acme", id); }
  std::string state(const Json& message) { return get(message.string_or("id", "")).string_or("state", ""); }

  using Texts = std::vector<std::string>;
  net::VirtualTime time_;
  std::string dir_ = (fs::temp_directory_path() / net::new_id("scaiflow_queue_")).string();
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<QueueStore> queues_;
  std::unique_ptr<Messages> messages_;
};

TEST_F(Queue, gives_the_oldest_first) {
  queue("q");
  for (const char* body : {"1", "2", "3"}) {
    ASSERT_TRUE(publish("q", std::string(R"({"body":")") + body + "\"}").has_value());
    time_.advance(1);
  }
  EXPECT_EQ(order("q"), (Texts{"1", "2", "3"}));
}

TEST_F(Queue, priority_wins_until_another_has_waited_long_enough) {
  queue("q", R"({"ordering":"priority"})");
  ASSERT_TRUE(publish("q", R"({"body":"low","priority_tier":"low"})").has_value());
  ASSERT_TRUE(publish("q", R"({"body":"normal"})").has_value());
  ASSERT_TRUE(publish("q", R"({"body":"scored","priority_score":500})").has_value());
  ASSERT_TRUE(publish("q", R"({"body":"critical","priority_tier":"critical"})").has_value());
  // The low one has waited 200 minutes more than this one, and is as pressing as a normal one now.
  time_.advance(201 * 60'000);
  ASSERT_TRUE(publish("q", R"({"body":"late normal"})").has_value());
  EXPECT_EQ(order("q"), (Texts{"critical", "scored", "normal", "low", "late normal"}));
}

TEST_F(Queue, the_nearest_deadline_comes_first) {
  queue("q", R"({"consumer_mode":"deadline"})");
  ASSERT_TRUE(publish("q", R"({"body":"none"})").has_value());
  ASSERT_TRUE(publish("q", R"({"body":"far","deadline":"2999-01-02T00:00:00Z"})").has_value());
  ASSERT_TRUE(publish("q", R"({"body":"near","deadline":"2999-01-01T00:00:00Z"})").has_value());
  EXPECT_EQ(order("q"), (Texts{"near", "far", "none"}));
}

TEST_F(Queue, a_claim_hides_a_message_until_it_expires) {
  queue("q", R"({"visibility_timeout_s":30})");
  ASSERT_TRUE(publish("q", R"({"body":"x"})").has_value());
  const Json first = claim("q").at(0);
  EXPECT_EQ(first["attempts"], Json(1));
  EXPECT_TRUE(claim("q").empty());
  time_.advance(29'000);
  ASSERT_TRUE(messages_
                  ->extend([&] {
                    Settlement more = of(first);
                    more.visibility_timeout_s = 30;
                    return more;
                  }())
                  .has_value());
  time_.advance(29'000);
  messages_->sweep();
  EXPECT_TRUE(claim("q").empty());
  time_.advance(2'000);
  EXPECT_EQ(messages_->complete(of(first)).error().code, "SCAIQUEUE_CLAIM_LOST");
  messages_->sweep();
  const Json second = claim("q").at(0);
  EXPECT_EQ(second["attempts"], Json(2));
  EXPECT_NE(second["claim_token"], first["claim_token"]);
  EXPECT_EQ(messages_->complete(of(first)).error().code, "SCAIQUEUE_CLAIM_LOST");
  EXPECT_TRUE(messages_->complete(of(second)).has_value());
  EXPECT_EQ(state(first), "completed");
}

TEST_F(Queue, a_failed_message_comes_back_later_and_dies_at_last) {
  queue("q", R"({"max_retries":2})");
  ASSERT_TRUE(publish("q", R"({"body":"x","correlation_id":"k"})").has_value());
  const Json first = claim("q").at(0);
  ASSERT_TRUE(messages_->fail_message(of(first, "no")).has_value());
  EXPECT_TRUE(claim("q").empty());
  time_.advance(2'001);
  const Json second = claim("q").at(0);
  const auto dead = messages_->fail_message(of(second, "never"));
  ASSERT_TRUE(dead.has_value());
  EXPECT_EQ((*dead)["state"], Json("dead_lettered"));
  EXPECT_EQ((*dead)["failure_reason"], Json("never"));
  EXPECT_EQ(messages_->list("acme", "work", "_dead_letter", {}, "", 10)->operator[]("items").size(), 1u);
  Texts actions;
  const Json trace = *queues_->list_audit("acme", "work", "k", "", 50);
  for (const Json& line : trace["items"].as_array()) actions.push_back(line.string_or("action", ""));
  EXPECT_EQ(actions, (Texts{"published", "claimed", "failed", "claimed", "dead_lettered"}));
}

TEST_F(Queue, a_released_message_has_lost_no_try) {
  queue("q", R"({"max_retries":1})");
  ASSERT_TRUE(publish("q", R"({"body":"x"})").has_value());
  ASSERT_TRUE(messages_->release(of(claim("q").at(0))).has_value());
  EXPECT_EQ(claim("q").at(0)["attempts"], Json(1));
}

TEST_F(Queue, a_key_is_written_once) {
  queue("q");
  const auto first = publish("q", R"({"body":"x","idempotency_key":"k"})");
  const auto again = publish("q", R"({"body":"x","idempotency_key":"k"})");
  EXPECT_EQ(first->id, again->id);
  EXPECT_FALSE(again->is_new);
  EXPECT_EQ(publish("q", R"({"body":"y","idempotency_key":"k"})").error().code,
            "SCAIQUEUE_IDEMPOTENCY_CONFLICT");
}

TEST_F(Queue, messages_are_late_and_pass) {
  queue("q");
  ASSERT_TRUE(publish("q", R"({"body":"later","delay_until":"2999-01-01T00:00:00Z"})").has_value());
  const auto brief = publish("q", R"({"body":"brief","ttl_seconds":5})");
  time_.advance(6'000);
  EXPECT_TRUE(claim("q").empty());
  messages_->sweep();
  EXPECT_EQ(get(brief->id)["state"], Json("expired"));
  time_.advance(8LL * 24 * 3'600'000);
  messages_->sweep();
  EXPECT_EQ(get(brief->id)["state"], Json("archived"));
  time_.advance(30LL * 24 * 3'600'000);
  messages_->sweep();
  EXPECT_FALSE(messages_->get("acme", brief->id).has_value());
}

TEST_F(Queue, a_full_queue_refuses_or_drops_the_oldest) {
  queue("strict", R"({"max_depth":1})");
  queue("fresh", R"({"max_depth":1,"overflow_policy":"drop_oldest"})");
  ASSERT_TRUE(publish("strict", R"({"body":"1"})").has_value());
  EXPECT_EQ(publish("strict", R"({"body":"2"})").error().code, "SCAIQUEUE_QUEUE_FULL");
  const auto old = publish("fresh", R"({"body":"1"})");
  ASSERT_TRUE(publish("fresh", R"({"body":"2"})").has_value());
  EXPECT_EQ(get(old->id)["state"], Json("cancelled"));
  EXPECT_EQ(order("fresh"), (Texts{"2"}));
}

TEST_F(Queue, every_consumer_of_a_broadcast_sees_a_message_once) {
  queue("q", R"({"consumer_mode":"broadcast"})");
  ASSERT_TRUE(publish("q", R"({"body":"news"})").has_value());
  const Json ann = claim("q", 1, "ann").at(0), bob = claim("q", 1, "bob").at(0);
  EXPECT_TRUE(claim("q", 1, "ann").empty());
  ASSERT_TRUE(messages_->complete(of(ann)).has_value());
  EXPECT_TRUE(claim("q", 1, "ann").empty());
  ASSERT_TRUE(messages_->release(of(bob)).has_value());
  EXPECT_EQ(claim("q", 1, "bob").size(), 1u);
  time_.advance(8LL * 24 * 3'600'000);
  messages_->sweep();
  EXPECT_EQ(state(ann), "expired");
  EXPECT_TRUE(claim("q", 1, "cid").empty());
}

TEST_F(Queue, paused_takes_nothing_and_draining_still_gives) {
  queue("q");
  ASSERT_TRUE(publish("q", R"({"body":"x"})").has_value());
  ASSERT_TRUE(queues_->set_queue_status("acme", "work", "q", "paused").has_value());
  EXPECT_EQ(publish("q", R"({"body":"y"})").error().code, "SCAIQUEUE_QUEUE_PAUSED");
  EXPECT_EQ(messages_->claim(request("q")).error().code, "SCAIQUEUE_QUEUE_PAUSED");
  ASSERT_TRUE(queues_->set_queue_status("acme", "work", "q", "active").has_value());
  ASSERT_TRUE(queues_->set_scope_status("acme", "work", "draining").has_value());
  EXPECT_EQ(publish("q", R"({"body":"y"})").error().code, "SCAIQUEUE_SCOPE_PAUSED");
  EXPECT_EQ(claim("q").size(), 1u);
}

TEST_F(Queue, rules_route_escalate_and_archive) {
  for (const char* slug : {"in", "urgent", "boss", "loop"}) queue(slug);
  ASSERT_TRUE(queues_
                  ->put_rules("acme", "work", *try_parse_json(R"([
    {"name":"noise","when":{"message_type":"noise"},"action":{"kind":"archive"}},
    {"name":"hot","queue":"in","when":{"labels":{"hot":"true"}},
     "action":{"kind":"route","queue":"urgent","labels":{"by":"rule"}}},
    {"name":"tell","queue":"urgent","action":{"kind":"escalate","queue":"boss"}},
    {"name":"there","queue":"loop","action":{"kind":"route","queue":"in"}},
    {"name":"back","queue":"in","when":{"message_type":"ball"},"action":{"kind":"route","queue":"loop"}}])"))
                  .has_value());
  EXPECT_EQ(get(publish("in", R"({"body":"n","message_type":"noise"})")->id)["state"], Json("archived"));
  const auto hot = publish("in", R"({"body":"h","labels":["hot"],"correlation_id":"k"})");
  const Json routed = claim("urgent").at(0);
  EXPECT_EQ(routed["id"], Json(hot->id));
  EXPECT_EQ(routed["labels"], *try_parse_json(R"({"hot":"true","by":"rule"})"));
  const Json told = claim("boss").at(0);
  EXPECT_EQ(told["parent_id"], Json(hot->id));
  EXPECT_EQ(told["correlation_id"], Json("k"));
  EXPECT_EQ(told["priority_tier"], Json("high"));
  // A queue is never entered twice.
  ASSERT_TRUE(publish("in", R"({"body":"ball","message_type":"ball"})").has_value());
  EXPECT_EQ(order("loop"), (Texts{"ball"}));
  EXPECT_FALSE(
      queues_->put_rules("acme", "work", *try_parse_json(R"([{"name":"x","action":{"kind":"eat"}}])"))
          .has_value());
}

TEST_F(Queue, schemas_are_checked_and_patterns_rendered) {
  queue("q");
  ASSERT_TRUE(queues_
                  ->put_schema("acme", "work", "order", "1", *try_parse_json(R"({"type":"object",
      "required":["id"],"properties":{"id":{"type":"integer","minimum":1},"tags":{"items":{"enum":["a"]}}},
      "additionalProperties":false})"))
                  .has_value());
  const auto order_of = [&](const std::string& body) {
    const auto done = publish("q", R"({"labels":{"schema":"order@1"},"body":)" + body + "}");
    return done ? "" : done.error().details.at(0).string_or("field", "");
  };
  EXPECT_EQ(order_of(R"({"id":1,"tags":["a"]})"), "");
  EXPECT_EQ(order_of(R"({})"), "body.id");
  EXPECT_EQ(order_of(R"({"id":0})"), "body.id");
  EXPECT_EQ(order_of(R"({"id":1,"tags":["b"]})"), "body.tags[0]");
  EXPECT_EQ(order_of(R"({"id":1,"x":1})"), "body.x");
  EXPECT_EQ(order_of(R"([1])"), "body");
  EXPECT_FALSE(publish("q", R"({"labels":{"schema":"none@1"},"body":1})").has_value());

  const std::string spec =
      R"({"sections":[{"type":"context","title":"T","content":"Hello {{name}}"},
                      {"type":"decision","options":"{{options}}"}]})";
  ASSERT_TRUE(
      queues_
          ->put_pattern("acme", "work", *try_parse_json(R"({"name":"p","version":"1","spec":)" + spec + "}"))
          .has_value());
  const auto sent =
      publish("q", R"({"body":{},"pattern":{"name":"p","params":{"name":"Ann","options":["yes","no"]}}})");
  ASSERT_TRUE(sent.has_value()) << sent.error().message;
  const Json shown = get(sent->id)["hitl_spec"];
  EXPECT_EQ(shown["sections"].at(0)["content"], Json("Hello Ann"));
  EXPECT_EQ(shown["sections"].at(1)["options"], *try_parse_json(R"(["yes","no"])"));
  EXPECT_FALSE(publish("q", R"({"body":{},"pattern":{"name":"none"}})").has_value());
}

TEST_F(Queue, another_tenant_sees_nothing) {
  queue("q");
  const auto sent = publish("q", R"({"body":"x"})");
  EXPECT_EQ(messages_->get("other", sent->id).error().code, "SCAIQUEUE_MESSAGE_NOT_FOUND");
  ClaimRequest theirs = request("q");
  theirs.tenant_id = "other";
  EXPECT_EQ(messages_->claim(theirs).error().code, "SCAIQUEUE_SCOPE_NOT_FOUND");
}

/// 08 §8.19. The sample is a tenth; SCAIFLOW_TEST_FULL=1 takes all 10,000.
TEST_F(Queue, sixteen_consumers_complete_each_message_once) {
  const int count = std::getenv("SCAIFLOW_TEST_FULL") != nullptr ? 10'000 : 1'000;
  queue("q");
  for (int i = 0; i < count; ++i)
    ASSERT_TRUE(publish("q", R"({"body":)" + std::to_string(i) + "}").has_value());
  std::vector<std::future<std::vector<std::int64_t>>> consumers;
  for (int c = 0; c < 16; ++c) {
    consumers.push_back(std::async(std::launch::async, [this, c] {
      std::vector<std::int64_t> mine;
      std::set<std::int64_t> given_back;
      const std::string name = "c" + std::to_string(c);
      for (auto found = claim("q", 1 + c % 4, name); !found.empty(); found = claim("q", 1 + c % 4, name)) {
        for (const Json& message : found) {
          // Every seventh is given back once by some.
          const std::int64_t body = message["body"].as_int();
          if (body % 7 == 0 && c % 2 == 0 && given_back.insert(body).second) {
            EXPECT_TRUE(messages_->release(of(message)).has_value());
            continue;
          }
          if (messages_->complete(of(message))) mine.push_back(body);
        }
      }
      return mine;
    }));
  }
  std::vector<std::int64_t> all;
  for (auto& consumer : consumers) {
    const auto mine = consumer.get();
    all.insert(all.end(), mine.begin(), mine.end());
  }
  // What was given back when the others had gone home.
  for (const Json& left : claim("q", 100)) {
    ASSERT_TRUE(messages_->complete(of(left)).has_value());
    all.push_back(left["body"].as_int());
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace scaiflow::grid
