#include "apps/core/host/models/anthropic_wire.h"

#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::core {

namespace {

constexpr std::int64_t max_tokens_default = 4'096;  ///< the wire demands a number
constexpr char answer_tool[] = "answer";

Json text_block(const std::string& text) { return Json::object({{"type", "text"}, {"text", text}}); }

/// `data:image/png;base64,...` or an address.
Json image_block(const std::string& url) {
  Json source = Json::object({{"type", "url"}, {"url", url}});
  const std::size_t comma = url.find(";base64,");
  if (url.starts_with("data:") && comma != std::string::npos) {
    source = Json::object(
        {{"type", "base64"}, {"media_type", url.substr(5, comma - 5)}, {"data", url.substr(comma + 8)}});
  }
  return Json::object({{"type", "image"}, {"source", source}});
}

/// Text, or parts, as content blocks.
JsonArray blocks_of(const Json& content) {
  JsonArray out;
  if (content.is_string() && !content.as_string().empty()) out.push_back(text_block(content.as_string()));
  if (!content.is_array()) return out;
  for (const Json& part : content.as_array()) {
    const std::string type = part.string_or("type", "");
    if (type == "text") out.push_back(text_block(part.string_or("text", "")));
    if (type == "image_url") out.push_back(image_block(part["image_url"].string_or("url", "")));
  }
  return out;
}

void add_tool_uses(const Json& calls, JsonArray& blocks) {
  if (!calls.is_array()) return;
  for (const Json& call : calls.as_array()) {
    const Json& function = call["function"];
    const Json input = try_parse_json(function.string_or("arguments", "{}")).value_or(Json::object());
    blocks.push_back(Json::object({{"type", "tool_use"},
                                   {"id", call.string_or("id", "")},
                                   {"name", function.string_or("name", "")},
                                   {"input", input}}));
  }
}

/// Turns must take turns: what two messages of one role say is one message.
void add_message(JsonArray& messages, const std::string& role, JsonArray blocks) {
  if (blocks.empty()) return;
  if (!messages.empty() && messages.back().string_or("role", "") == role) {
    JsonArray all = messages.back()["content"].as_array();
    for (Json& block : blocks) all.push_back(std::move(block));
    messages.back().set("content", Json(std::move(all)));
    return;
  }
  messages.push_back(Json::object({{"role", role}, {"content", Json(std::move(blocks))}}));
}

void add_messages(const Json& chat, Json& out) {
  std::string system;
  JsonArray messages;
  for (const Json& message : chat["messages"].as_array()) {
    const std::string role = message.string_or("role", "");
    JsonArray blocks = blocks_of(message["content"]);
    if (role == "system" || role == "developer") {
      for (const Json& block : blocks) system += (system.empty() ? "" : "\n\n") + block.string_or("text", "");
    } else if (role == "tool") {
      const Json result = Json::object({{"type", "tool_result"},
                                        {"tool_use_id", message.string_or("tool_call_id", "")},
                                        {"content", Json(std::move(blocks))}});
      add_message(messages, "user", {result});
    } else {
      add_tool_uses(message["tool_calls"], blocks);
      add_message(messages, role == "assistant" ? "assistant" : "user", std::move(blocks));
    }
  }
  if (!system.empty()) out.set("system", system);
  out.set("messages", Json(std::move(messages)));
}

Json tool(const std::string& name, const Json& description, const Json& schema) {
  Json out = Json::object({{"name", name}, {"input_schema", schema}});
  return description.is_string() ? out.set("description", description) : out;
}

Json tool_choice(const Json& choice) {
  if (choice.is_object())
    return Json::object({{"type", "tool"}, {"name", choice["function"].string_or("name", "")}});
  const std::string text = choice.is_string() ? choice.as_string() : "auto";
  return Json::object({{"type", text == "required" ? "any" : text}});
}

void add_tools(const Json& chat, Json& out) {
  JsonArray tools;
  if (chat["tools"].is_array()) {
    for (const Json& each : chat["tools"].as_array()) {
      const Json& function = each["function"];
      const Json& schema = function["parameters"];
      tools.push_back(tool(function.string_or("name", ""), function["description"],
                           schema.is_object() ? schema : Json::object({{"type", "object"}})));
    }
  }
  if (!chat["tool_choice"].is_null() && !tools.empty())
    out.set("tool_choice", tool_choice(chat["tool_choice"]));
  if (answers_by_tool(chat)) {
    tools.push_back(tool(answer_tool, Json(), chat["response_format"]["json_schema"]["schema"]));
    out.set("tool_choice", Json::object({{"type", "tool"}, {"name", answer_tool}}));
  }
  if (!tools.empty()) out.set("tools", Json(std::move(tools)));
}

Json finish_of(const std::string& stop_reason, ToolAnswer how) {
  if (stop_reason == "max_tokens") return "length";
  if (stop_reason == "refusal") return "content_filter";
  return stop_reason == "tool_use" && how == ToolAnswer::Calls ? "tool_calls" : "stop";
}

Json usage_of_message(const Json& usage) {
  const std::int64_t cached = usage.int_or("cache_read_input_tokens", 0);
  const std::int64_t in =
      usage.int_or("input_tokens", 0) + cached + usage.int_or("cache_creation_input_tokens", 0);
  const std::int64_t out = usage.int_or("output_tokens", 0);
  return Json::object({{"prompt_tokens", in},
                       {"completion_tokens", out},
                       {"total_tokens", in + out},
                       {"prompt_tokens_details", Json::object({{"cached_tokens", cached}})}});
}

/// The code by which a prompt that is too long is known everywhere.
Json error_answer(const Json& error) {
  const std::string message = error.string_or("message", "");
  const bool too_long = message.find("prompt is too long") != std::string::npos;
  return Json::object(
      {{"error", Json::object({{"message", message},
                               {"type", error.string_or("type", "")},
                               {"code", too_long ? Json("context_length_exceeded") : error["type"]}})}});
}

Json tool_call(std::int64_t index, const Json& block, std::string arguments) {
  const Json function =
      Json::object({{"name", block.string_or("name", "")}, {"arguments", std::move(arguments)}});
  return Json::object(
      {{"index", index}, {"id", block.string_or("id", "")}, {"type", "function"}, {"function", function}});
}

}  // namespace

bool answers_by_tool(const Json& chat) {
  return chat["response_format"].string_or("type", "") == "json_schema";
}

Json anthropic_request(const Json& chat) {
  Json out = Json::object({{"model", chat["model"]}});
  const std::int64_t tokens = chat.int_or("max_completion_tokens", max_tokens_default);
  out.set("max_tokens", chat.int_or("max_tokens", tokens));
  add_messages(chat, out);
  for (const char* name : {"temperature", "top_p", "top_k", "stream", "thinking"}) {
    if (!chat[name].is_null()) out.set(name, chat[name]);
  }
  const Json& stop = chat["stop"];
  if (stop.is_string()) out.set("stop_sequences", Json::array({stop}));
  if (stop.is_array()) out.set("stop_sequences", stop);
  if (chat["user"].is_string()) out.set("metadata", Json::object({{"user_id", chat["user"]}}));
  add_tools(chat, out);
  return out;
}

Json openai_answer(const Json& message, ToolAnswer how) {
  if (message["error"].is_object()) return error_answer(message["error"]);
  if (!message["content"].is_array()) return message;
  std::string text;
  JsonArray calls;
  for (const Json& block : message["content"].as_array()) {
    const std::string type = block.string_or("type", "");
    if (type == "text") text += block.string_or("text", "");
    if (type != "tool_use") continue;
    if (how == ToolAnswer::Text) {
      text = to_text(block["input"]);
    } else {
      calls.push_back(tool_call(static_cast<std::int64_t>(calls.size()), block, to_text(block["input"])));
    }
  }
  Json answer = Json::object({{"role", "assistant"}, {"content", text}});
  if (!calls.empty()) answer.set("tool_calls", Json(std::move(calls)));
  const Json choice = Json::object({{"index", 0},
                                    {"message", answer},
                                    {"finish_reason", finish_of(message.string_or("stop_reason", ""), how)}});
  return Json::object({{"id", message["id"]},
                       {"object", "chat.completion"},
                       {"model", message["model"]},
                       {"choices", Json::array({choice})},
                       {"usage", usage_of_message(message["usage"])}});
}

AnthropicStream::AnthropicStream(ToolAnswer how)
    : how_(how), parser_([this](const net::SseEvent& event) {
        if (const auto data = try_parse_json(event.data)) take(*data);
      }) {}

std::string AnthropicStream::feed(std::string_view chunk) {
  parser_.feed(chunk);
  return std::exchange(out_, {});
}

void AnthropicStream::emit(Json delta, Json finish_reason) {
  const Json choice =
      Json::object({{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish_reason)}});
  const Json chunk = Json::object({{"object", "chat.completion.chunk"}, {"choices", Json::array({choice})}});
  out_ += net::sse_text({"", "", to_ecma_text(chunk)});
}

void AnthropicStream::take(const Json& event) {
  const std::string type = event.string_or("type", "");
  if (type == "message_start") {
    if (event["message"]["usage"].is_object()) usage_ = event["message"]["usage"];
    emit(Json::object({{"role", "assistant"}, {"content", ""}}), Json());
  } else if (type == "content_block_start") {
    start_block(event);
  } else if (type == "content_block_delta") {
    add_delta(event);
  } else if (type == "message_delta") {
    if (event["usage"].is_object()) {
      for (const auto& [name, value] : event["usage"].as_object()) usage_.set(name, value);
    }
    emit(Json::object(), finish_of(event["delta"].string_or("stop_reason", ""), how_));
  } else if (type == "message_stop") {
    const Json last = Json::object({{"object", "chat.completion.chunk"},
                                    {"choices", Json::array()},
                                    {"usage", usage_of_message(usage_)}});
    out_ += net::sse_text({"", "", to_ecma_text(last)}) + "data: [DONE]\n\n";
  } else if (type == "error") {
    out_ += net::sse_text({"", "", to_ecma_text(error_answer(event["error"]))});
  }
}

void AnthropicStream::start_block(const Json& event) {
  const Json& block = event["content_block"];
  if (block.string_or("type", "") != "tool_use" || how_ == ToolAnswer::Text) return;
  const auto index = static_cast<std::int64_t>(tools_.size());
  tools_[event.int_or("index", 0)] = index;
  emit(Json::object({{"tool_calls", Json::array({tool_call(index, block, "")})}}), Json());
}

void AnthropicStream::add_delta(const Json& event) {
  const Json& delta = event["delta"];
  const std::string type = delta.string_or("type", "");
  if (type == "text_delta") emit(Json::object({{"content", delta["text"]}}), Json());
  if (type != "input_json_delta") return;
  if (how_ == ToolAnswer::Text) return emit(Json::object({{"content", delta["partial_json"]}}), Json());
  const Json function = Json::object({{"arguments", delta["partial_json"]}});
  const Json call = Json::object({{"index", tools_[event.int_or("index", 0)]}, {"function", function}});
  emit(Json::object({{"tool_calls", Json::array({call})}}), Json());
}

}  // namespace scaiflow::core
