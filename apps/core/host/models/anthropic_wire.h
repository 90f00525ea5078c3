#pragma once

#include <map>
#include <string>
#include <string_view>

#include "libs/base/json.h"
#include "libs/net/sse.h"

/// The wire of Anthropic Messages, translated from and to the OpenAI shapes that all callers speak (08
/// §8.15).
namespace scaiflow::core {

/// Body of `POST /messages` for a `chat.completions` body. A `json_schema` response format becomes a forced
/// tool `answer`.
Json anthropic_request(const Json& chat);
/// Whether the answer of that tool is the text of the answer.
bool answers_by_tool(const Json& chat);

enum class ToolAnswer : std::uint8_t { Calls, Text };
/// A message, or an error, as OpenAI would have answered it.
Json openai_answer(const Json& message, ToolAnswer how);

/// Turns the events of a streamed message into `chat.completion.chunk` events.
class AnthropicStream {
 public:
  explicit AnthropicStream(ToolAnswer how);
  AnthropicStream(const AnthropicStream&) = delete;
  AnthropicStream& operator=(const AnthropicStream&) = delete;
  /// The text of the chunks that this piece of the stream completes.
  std::string feed(std::string_view chunk);

 private:
  void take(const Json& event);
  void start_block(const Json& event);
  void add_delta(const Json& event);
  void emit(Json delta, Json finish_reason);

  ToolAnswer how_;
  net::SseParser parser_;
  std::string out_;
  Json usage_ = Json::object();
  std::map<std::int64_t, std::int64_t> tools_;  ///< content block -> index of the tool call
};

}  // namespace scaiflow::core
