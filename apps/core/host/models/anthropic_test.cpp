#include <gtest/gtest.h>

#include "apps/core/host/models/anthropic_wire.h"
#include "apps/core/host/models/chat_wire.h"
#include "libs/base/json_text.h"

namespace scaiflow::core {
namespace {

Json json(const std::string& text) { return try_parse_json(text).value_or(Json()); }

TEST(Anthropic, ARequestIsTranslatedWhole) {
  const Json chat = json(R"J({"model":"m","temperature":0.5,"stop":"END","user":"u1","messages":[
    {"role":"system","content":"Be good."},{"role":"system","content":"Be brief."},
    {"role":"user","content":[{"type":"text","text":"look"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
      {"type":"image_url","image_url":{"url":"https://x.example/a.png"}}]},
    {"role":"assistant","content":"","tool_calls":[{"id":"t1","type":"function",
      "function":{"name":"find","arguments":"{\"q\":1}"}}]},
    {"role":"tool","tool_call_id":"t1","content":"found"},
    {"role":"user","content":"and?"}],
    "tools":[{"type":"function",
      "function":{"name":"find","description":"Finds.","parameters":{"type":"object"}}}],
    "tool_choice":"required"})J");
  EXPECT_EQ(anthropic_request(chat), json(R"J({"model":"m","max_tokens":4096,"system":"Be good.\n\nBe brief.",
    "messages":[
    {"role":"user","content":[{"type":"text","text":"look"},
      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
      {"type":"image","source":{"type":"url","url":"https://x.example/a.png"}}]},
    {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"find","input":{"q":1}}]},
    {"role":"user","content":[
      {"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"found"}]},
      {"type":"text","text":"and?"}]}],
    "temperature":0.5,"stop_sequences":["END"],"metadata":{"user_id":"u1"},"tool_choice":{"type":"any"},
    "tools":[{"name":"find","input_schema":{"type":"object"},"description":"Finds."}]})J"));
}

TEST(Anthropic, ASchemaBecomesAForcedToolAndItsInputTheText) {
  const Json chat = json(R"J({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],
    "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}})J");
  const Json sent = anthropic_request(chat);
  EXPECT_EQ(sent["tool_choice"], json(R"({"type":"tool","name":"answer"})"));
  EXPECT_EQ(sent["tools"].at(0)["input_schema"], json(R"({"type":"object"})"));
  const Json message = json(R"J({"id":"msg","model":"m","stop_reason":"tool_use","usage":{"input_tokens":2,
    "cache_read_input_tokens":3,"output_tokens":5},
    "content":[{"type":"tool_use","id":"t","name":"answer","input":{"a":1}}]})J");
  const Json as_text = openai_answer(message, ToolAnswer::Text);
  EXPECT_EQ(as_text["choices"].at(0)["message"]["content"], Json(R"({"a":1})"));
  EXPECT_EQ(as_text["choices"].at(0)["finish_reason"], Json("stop"));
  EXPECT_EQ(as_text["usage"]["prompt_tokens"], Json(5));
  EXPECT_EQ(as_text["usage"]["prompt_tokens_details"]["cached_tokens"], Json(3));
  const Json as_call = openai_answer(message, ToolAnswer::Calls);
  EXPECT_EQ(as_call["choices"].at(0)["finish_reason"], Json("tool_calls"));
  EXPECT_EQ((*chat_result(as_call, Structured::Tool))["text"], Json(R"({"a":1})"));
  EXPECT_EQ((*chat_result(as_call, Structured::Tool))["finish"], Json("stop"));
}

TEST(Anthropic, ReasonsToStopAndErrorsAreThoseOfTheOtherWire) {
  const auto finish = [](const std::string& reason) {
    const Json message = Json::object({{"content", Json::array()}, {"stop_reason", reason}});
    return openai_answer(message, ToolAnswer::Calls)["choices"].at(0)["finish_reason"];
  };
  EXPECT_EQ(finish("end_turn"), Json("stop"));
  EXPECT_EQ(finish("max_tokens"), Json("length"));
  EXPECT_EQ(finish("refusal"), Json("content_filter"));
  ProviderAnswer too_long;
  too_long.status = 400;
  too_long.body = openai_answer(
      json(R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9"}})"),
      ToolAnswer::Calls);
  EXPECT_EQ(error_code_of(too_long), "context_length");
}

TEST(Anthropic, AStreamIsReadAsOneOfChunksWhereverItIsCut) {
  const std::string stream =
      "event: message_start\ndata: "
      "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":4}}}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
      "{\"type\":\"text\",\"text\":\"\"}}\n\n"
      "event: ping\ndata: {\"type\":\"ping\"}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
      "{\"type\":\"text_delta\",\"text\":\"Hel\"}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
      "{\"type\":\"text_delta\",\"text\":\"lo\"}}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
      "\"usage\":{\"output_tokens\":2}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  for (std::size_t cut = 1; cut < stream.size(); cut += 7) {
    AnthropicStream translated(ToolAnswer::Calls);
    ChatStream gathered;
    std::string text = gathered.feed(translated.feed(stream.substr(0, cut)));
    text += gathered.feed(translated.feed(stream.substr(cut)));
    ASSERT_EQ(text, "Hello") << cut;
    const Json body = gathered.body();
    ASSERT_EQ(body["choices"].at(0)["finish_reason"], Json("stop"));
    ASSERT_EQ(body["usage"]["prompt_tokens"], Json(4));
    ASSERT_EQ(body["usage"]["completion_tokens"], Json(2));
  }
}

}  // namespace
}  // namespace scaiflow::core
