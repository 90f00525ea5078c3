#include "apps/core/host/models/chat_wire.h"

#include "libs/base/json_text.h"

namespace scaiflow::core {

namespace {

/// The last section of the system text, for providers that take no schema.
Json with_instruction(const Json& messages, const Json& schema) {
  const std::string text =
      "Answer with one JSON value that conforms to this JSON Schema, and nothing else:\n" + to_text(schema);
  JsonArray out = messages.as_array();
  if (!out.empty() && out.front().string_or("role", "") == "system") {
    out.front().set("content", out.front().string_or("content", "") + "\n\n" + text);
  } else {
    out.insert(out.begin(), Json::object({{"role", "system"}, {"content", text}}));
  }
  return out;
}

/// The part that shows what a binding of a vision call holds: an address, or a stored image. Null for others.
Json image_part(const Json& value) {
  const bool is_address = value.is_string() && (value.as_string().starts_with("data:image/") ||
                                                value.as_string().starts_with("https://"));
  const bool is_stored = value.is_object() && value["blob_id"].is_string();
  if (!is_address && !is_stored) return {};
  const Json image = Json::object({{is_address ? "url" : "blob", value}});
  return Json::object({{"type", "image_url"}, {"image_url", image}});
}

/// Bindings of a vision call: images become parts, the rest is JSON text.
Json vision_messages(const Json& input) {
  Json rest = Json::object();
  JsonArray parts;
  for (const auto& [name, value] : input.as_object()) {
    if (Json part = image_part(value); part.is_object()) {
      parts.push_back(std::move(part));
    } else {
      rest.set(name, value);
    }
  }
  parts.insert(parts.begin(), Json::object({{"type", "text"}, {"text", to_text(rest)}}));
  return Json::array({Json::object({{"role", "user"}, {"content", Json(std::move(parts))}})});
}

}  // namespace

Json chat_body(const machine::CallModel& request, const std::string& model, Structured structured,
               bool stream) {
  Json messages =
      request.operation == "vision" ? vision_messages(request.messages["input"]) : request.messages;
  const bool by_text = structured == Structured::JsonObject || structured == Structured::Prompt;
  if (request.schema && by_text) messages = with_instruction(messages, *request.schema);
  JsonObject body;
  body.append("model", model);
  body.append("messages", std::move(messages));
  for (const auto& [name, value] : request.params.as_object()) body.set(name, value);
  if (request.schema && structured == Structured::JsonObject) {
    body.append("response_format", Json::object({{"type", "json_object"}}));
  } else if (request.schema && structured == Structured::Tool) {
    const Json function = Json::object({{"name", "answer"}, {"parameters", *request.schema}});
    const Json tool = Json::object({{"type", "function"}, {"function", function}});
    body.append("tools", Json::array({tool}));
    const Json choice =
        Json::object({{"type", "function"}, {"function", Json::object({{"name", "answer"}})}});
    body.append("tool_choice", choice);
  } else if (request.schema && !by_text) {
    const Json schema = Json::object(
        {{"name", request.schema_name}, {"strict", request.strict}, {"schema", *request.schema}});
    body.append("response_format", Json::object({{"type", "json_schema"}, {"json_schema", schema}}));
  }
  if (stream) {
    body.append("stream", true);
    body.append("stream_options", Json::object({{"include_usage", true}}));
  }
  return body;
}

std::optional<Json> chat_result(const Json& body, Structured structured) {
  const Json& choice = body["choices"].at(0);
  const Json& message = choice["message"];
  if (!message.is_object()) return std::nullopt;
  std::string text = message.string_or("content", "");
  std::string finish = choice.string_or("finish_reason", "stop");
  const Json& arguments = message["tool_calls"].at(0)["function"]["arguments"];
  if (structured == Structured::Tool && arguments.is_string()) {
    text = arguments.as_string();
    if (finish == "tool_calls") finish = "stop";
  }
  Json out = Json::object({{"text", std::move(text)}});
  if (message["refusal"].is_string()) out.set("refusal", message["refusal"]);
  out.set("finish", std::move(finish));
  out.set("structured", name_of(structured));
  return out;
}

ChatUsage usage_of(const Json& body, const Json& messages, const std::string& answer) {
  ChatUsage out;
  const Json& given = body["usage"];
  if (given.is_object()) {
    out.usage.input_tokens = given.int_or("prompt_tokens", 0);
    out.usage.output_tokens = given.int_or("completion_tokens", 0);
    out.usage.cached_tokens = given["prompt_tokens_details"].int_or("cached_tokens", 0);
    return out;
  }
  out.estimated = true;
  out.usage.input_tokens = static_cast<std::int64_t>(to_text(messages).size() / 4);
  out.usage.output_tokens = static_cast<std::int64_t>(answer.size() / 4);
  return out;
}

std::int64_t cost_of(const machine::Usage& usage, const ModelTarget& target) {
  const std::int64_t total =
      usage.input_tokens * target.input_price_micros + usage.output_tokens * target.output_price_micros;
  return (total + 500'000) / 1'000'000;
}

std::string ChatStream::feed(std::string_view chunk) {
  std::string added;
  buffer_ += chunk;
  std::size_t from = 0;
  for (std::size_t end = buffer_.find('\n'); end != std::string::npos; end = buffer_.find('\n', from)) {
    line(std::string_view(buffer_).substr(from, end - from), added);
    from = end + 1;
  }
  buffer_.erase(0, from);
  return added;
}

void ChatStream::line(std::string_view text, std::string& added) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (text.substr(0, 5) != "data:") return;
  text.remove_prefix(5);
  const auto event = try_parse_json(text);
  if (!event) return;  // `[DONE]`, or a comment
  if ((*event)["usage"].is_object()) usage_ = (*event)["usage"];
  const Json& choice = (*event)["choices"].at(0);
  if (choice["finish_reason"].is_string()) finish_ = choice["finish_reason"].as_string();
  if (choice["delta"]["refusal"].is_string()) refusal_ = choice["delta"]["refusal"];
  const std::string piece = choice["delta"].string_or("content", "");
  text_ += piece;
  added += piece;
}

Json ChatStream::body() const {
  Json message = Json::object({{"role", "assistant"}, {"content", text_}});
  if (!refusal_.is_null()) message.set("refusal", refusal_);
  Json out = Json::object(
      {{"choices",
        Json::array({Json::object({{"index", 0}, {"message", message}, {"finish_reason", finish_}})})}});
  if (!usage_.is_null()) out.set("usage", usage_);
  return out;
}

std::string error_code_of(const ProviderAnswer& answer) {
  if (answer.status == 401 || answer.status == 403) return "auth";
  if (answer.status == 404) return "not_found";
  if (answer.status == 408) return "timeout";
  if (answer.status == 429) return "rate_limited";
  if (answer.status == 425 || answer.status >= 500) return "unavailable";
  const Json& error = answer.body["error"];
  const std::string code = error.string_or("code", "");
  const std::string message = error.string_or("message", "");
  const bool context = code == "context_length_exceeded" ||
                       message.find("context length") != std::string::npos ||
                       message.find("context size") != std::string::npos;
  return context ? "context_length" : "bad_request";
}

}  // namespace scaiflow::core
