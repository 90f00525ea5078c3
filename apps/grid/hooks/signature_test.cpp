#include "apps/grid/hooks/signature.h"

#include <gtest/gtest.h>

#include "libs/base/json_text.h"

namespace scaiflow::grid {
namespace {

Verification how(const std::string& json) {
  Result<Verification> parsed = Verification::parse(*try_parse_json(json));
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message);
  return parsed.value_or(Verification{});
}

net::HttpRequest delivery(std::string body, std::initializer_list<net::Headers::Field> headers) {
  net::HttpRequest out;
  out.method = "POST";
  out.headers = net::Headers(headers);
  out.body = std::move(body);
  return out;
}

/// Each preset's delivery, as its sender documents it.
struct Recorded {
  const char* name;
  const char* verification;
  const char* secret;
  net::HttpRequest request;
  std::int64_t now_s;
  bool timed;
};

std::vector<Recorded> recorded() {
  const std::string slack_body =
      "token=xyzz0WbapA4vBCDEFx0MG5NbB&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
      "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
      "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%"
      "2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  return {
      {"github", R"({"type":"github","secret":"s"})", "It's a Secret to Everybody",
       delivery("Hello, World!",
                {{"X-Hub-Signature-256",
                  "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}),
       0, false},
      {"slack", R"({"type":"slack","secret":"s"})", "8f742231b10e8888abcd99yyyzzz85a5",
       delivery(slack_body, {{"X-Slack-Request-Timestamp", "1531420618"},
                             {"X-Slack-Signature",
                              "v0=f42eae16accf2f26fd3f02d2e7676606d743e6b1f6878f0f9a881f7d645e37ee"}}),
       1531420700, true},
      {"stripe", R"({"type":"stripe","secret":"s"})", "whsec_test",
       delivery(
           R"({"id":"evt_1"})",
           {{"Stripe-Signature",
             "t=1700000000, v1=0000, v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"}}),
       1700000000, true},
      {"hmac sha512 base64",
       R"({"type":"hmac","secret":"s","header":"X-Sign","algorithm":"sha512","encoding":"base64"})", "k",
       delivery(
           "a=1",
           {{"X-Sign",
             "zIAkvLW2o6guhPk33Mc5V+MUSJlYRbLPLXCWQGJghAmzLMRZp44FBCRwkGW2ZXI5ksTVYdCjJ5vCcv39oa/81w=="}}),
       0, false},
      {"hmac sha1 prefix",
       R"({"type":"hmac","secret":"s","header":"X-Sign","algorithm":"sha1","prefix":"sha1="})", "k",
       delivery("a=1", {{"X-Sign", "sha1=6ea93e069b74510c76837a51ba63cefd27ce69da"}}), 0, false},
      {"bearer", R"({"type":"bearer","secret":"s"})", "open sesame",
       delivery("", {{"Authorization", "Bearer open sesame"}}), 0, false},
  };
}

TEST(Signature, EachRecordedDeliveryPasses) {
  for (const Recorded& each : recorded()) {
    const auto passed =
        check_signature(how(each.verification), each.secret, each.request, each.now_s * 1'000);
    EXPECT_TRUE(passed.has_value()) << each.name << ": " << (passed ? "" : passed.error().message);
  }
}

TEST(Signature, AWrongByteAWrongSecretOrNoSignatureIsRefused) {
  for (const Recorded& each : recorded()) {
    const Verification verification = how(each.verification);
    const std::int64_t now_ms = each.now_s * 1'000;
    net::HttpRequest changed = each.request;
    changed.body += "x";
    const bool signs_body = verification.type != "bearer";
    EXPECT_EQ(check_signature(verification, each.secret, changed, now_ms).has_value(), !signs_body)
        << each.name;
    EXPECT_FALSE(check_signature(verification, "other", each.request, now_ms).has_value()) << each.name;
    EXPECT_FALSE(
        check_signature(verification, each.secret, delivery(each.request.body, {}), now_ms).has_value())
        << each.name;
  }
}

TEST(Signature, AStaleTimeIsRefused) {
  for (const Recorded& each : recorded()) {
    if (!each.timed) continue;
    const Verification verification = how(each.verification);
    const auto at = [&](std::int64_t seconds) {
      return check_signature(verification, each.secret, each.request, seconds * 1'000).has_value();
    };
    const std::int64_t signed_at = each.name == std::string("slack") ? 1531420618 : 1700000000;
    EXPECT_TRUE(at(signed_at + 300)) << each.name;
    EXPECT_FALSE(at(signed_at + 301)) << each.name;
    EXPECT_FALSE(at(signed_at - 301)) << each.name;
  }
}

TEST(Signature, ATimeBeyondAllTimesIsRefused) {
  for (const char* time : {"-9223372036854775808", "9223372036854775807", "9223372036854775808", "1e3", ""}) {
    const net::HttpRequest request =
        delivery("{}", {{"X-Slack-Request-Timestamp", time}, {"X-Slack-Signature", "v0=00"}});
    const auto passed =
        check_signature(how(R"({"type":"slack","secret":"s"})"), "k", request, 1'700'000'000'000);
    ASSERT_FALSE(passed.has_value()) << time;
    EXPECT_EQ(passed.error().message, "the delivery is stale") << time;
  }
}

TEST(Signature, WhatIsNotWellFormedIsRefusedWhenItIsSet) {
  for (const char* bad :
       {R"({"type":"md5","secret":"s"})", R"({"type":"github"})", R"({"type":"hmac","secret":"s"})",
        R"({"type":"hmac","secret":"s","header":"X","algorithm":"md5"})",
        R"({"type":"hmac","secret":"s","header":"X","encoding":"rot13"})",
        R"({"type":"hmac","secret":"s","header":"X","payload":"fixed"})",
        R"({"type":"hmac","secret":"s","header":"X","tolerance_s":9223372036854775807})",
        R"({"type":"hmac","secret":"s","header":"X","tolerance_s":-1})",
        R"({"type":"hmac","secret":"s","header":"X","payload":"{timestamp}{body}"})", R"("github")"}) {
    const auto parsed = Verification::parse(*try_parse_json(bad));
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_EQ(parsed.error().code, "VALIDATION_ERROR");
  }
  EXPECT_TRUE(Verification::parse(Json()).has_value());
}

TEST(Signature, DeliveriesAreToldApartAsTheirSenderDoes) {
  EXPECT_EQ(dedupe_value(how(R"({"type":"github","secret":"s"})"),
                         delivery("{}", {{"X-GitHub-Delivery", "d-1"}, {"Idempotency-Key", "i-1"}})),
            "d-1");
  EXPECT_EQ(dedupe_value(how(R"({"type":"stripe","secret":"s"})"), delivery(R"({"id":"evt_9"})", {})),
            "evt_9");
  EXPECT_EQ(dedupe_value(Verification{}, delivery("{}", {{"Idempotency-Key", "i-1"}})), "i-1");
  EXPECT_EQ(dedupe_value(Verification{}, delivery("{}", {})), "");
}

}  // namespace
}  // namespace scaiflow::grid
