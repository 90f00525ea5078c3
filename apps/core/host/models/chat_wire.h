#pragma once

#include <optional>
#include <string>

#include "apps/core/host/models/providers.h"
#include "apps/core/machine/command.h"
#include "apps/core/machine/values.h"

/// The OpenAI-compatible wire of chat completions (07 §9.3): requests out, answers in.
namespace scaiflow::core {

Json chat_body(const machine::CallModel& request, const std::string& model, Structured structured,
               bool stream);

/// `{text, refusal?, finish, structured}` as the machine reads it, or nothing when the body has no choice.
std::optional<Json> chat_result(const Json& body, Structured structured);

/// The provider's numbers, else an estimate of one token per 4 bytes.
struct ChatUsage {
  machine::Usage usage;
  bool estimated = false;
};
ChatUsage usage_of(const Json& body, const Json& messages, const std::string& answer);
/// Millionths of the currency: tokens times price, rounded half up.
std::int64_t cost_of(const machine::Usage& usage, const ModelTarget& target);

/// Gathers a stream of `chat.completion.chunk` into the body of a whole answer.
class ChatStream {
 public:
  /// The text that this piece of the stream adds.
  std::string feed(std::string_view chunk);
  Json body() const;

 private:
  void line(std::string_view text, std::string& added);
  std::string buffer_, text_, finish_ = "stop";
  Json usage_, refusal_;
};

/// Code of `ModelProviderError` for an answer that is no success.
std::string error_code_of(const ProviderAnswer& answer);

}  // namespace scaiflow::core
