#include "apps/core/machine/messages.h"

#include <algorithm>
#include <optional>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"

namespace scaiflow::machine {

namespace {

void add_section(std::string& out, std::string_view section) {
  if (section.empty()) return;
  if (!out.empty()) out += "\n\n";
  out += section;
}

void add_rules(std::string& out, const ir::Constraints& rules) {
  const auto list = [&](std::string_view label, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) out += "\n- " + std::string(label) + ": " + text;
  };
  list("Never", rules.never);
  list("Always", rules.always);
  list("Prefer", rules.prefer);
  if (rules.text && !rules.text->empty()) out += "\n" + *rules.text;
}

bool has_members(const Json& map) { return map.is_object() && map.size() > 0; }

bool is_image_reference(const Json& value) {
  return value.is_object() && value["blob_id"].is_string() &&
         value.string_or("content_type", "").starts_with("image/");
}

}  // namespace

std::string system_text(const SystemParts& parts) {
  std::string out;
  add_section(out, parts.preamble);
  add_section(out, parts.system_context);
  add_section(out, parts.identity);
  add_section(out, parts.guidance);
  add_section(out, parts.constraints);
  return out;
}

std::string identity_text(const ir::Identity& identity) {
  std::string out = "You are " + identity.name + ".";
  if (!identity.persona.empty() && identity.persona != identity.name) out += "\n" + identity.persona;
  return out;
}

std::string constraint_text(const std::optional<ir::Constraints>& inherited, const ir::Constraints* own) {
  if (!own) return {};
  std::string rules;
  if (own->inherit && inherited) add_rules(rules, *inherited);
  add_rules(rules, *own);
  return rules.empty() ? std::string() : "Constraints:" + rules;
}

std::string user_text(const std::string& goal, const Json& input, const Json& context,
                      const std::string& hint) {
  std::string out = goal;
  if (has_members(input)) out += "\n\nInput:\n" + to_text(input);
  if (has_members(context)) out += "\n\nContext:\n" + to_text(context);
  if (!hint.empty()) out += "\n\nNote: " + hint;
  return out;
}

Json with_images_apart(const Json& value, JsonArray& images) {
  if (is_image_reference(value)) {
    auto shown = std::find(images.begin(), images.end(), value);
    if (shown == images.end()) shown = images.insert(shown, value);
    return Json("[image " + std::to_string(shown - images.begin() + 1) + "]");
  }
  if (value.is_array()) {
    JsonArray out;
    for (const Json& item : value.as_array()) out.push_back(with_images_apart(item, images));
    return Json(std::move(out));
  }
  if (!value.is_object()) return value;
  Json out = Json::object();
  for (const auto& [name, member] : value.as_object()) out.set(name, with_images_apart(member, images));
  return out;
}

Json message_content(std::string text, JsonArray images) {
  if (images.empty()) return Json(std::move(text));
  JsonArray parts{Json::object({{"type", "text"}, {"text", std::move(text)}})};
  for (Json& image : images) {
    parts.push_back(
        Json::object({{"type", "image_url"}, {"image_url", Json::object({{"blob", std::move(image)}})}}));
  }
  return Json(std::move(parts));
}

Json message(std::string_view role, Json content) {
  return Json::object({{"role", role}, {"content", std::move(content)}});
}

Json chat_messages(const std::string& system, const std::vector<ir::Example>& examples, Json user) {
  JsonArray out;
  if (!system.empty()) out.push_back(message("system", system));
  for (const ir::Example& example : examples) {
    out.push_back(message("user", "Input:\n" + to_text(example.input)));
    const bool is_text = example.output.is_string();
    out.push_back(message("assistant", is_text ? example.output.as_string() : to_text(example.output)));
  }
  out.push_back(message("user", std::move(user)));
  return out;
}

std::string format_complaint(const std::string& errors, const std::string& hint) {
  std::string out = "Your answer did not match the required format: ";
  out += code_points(errors) <= 1000 ? errors : cut(errors, 1000).substr(0, cut(errors, 1000).size() - 3);
  out += ". Answer again with the JSON value only.";
  if (!hint.empty()) out += "\n\nNote: " + hint;
  return out;
}

std::string judge_constraints_text(const std::string& constraints, const std::string& answer) {
  return constraints + "\n\nAnswer:\n" + answer;
}

std::string judge_support_text(const Json& input, const Json& context, const std::string& answer) {
  Json all = input.is_object() ? input : Json::object();
  if (context.is_object()) {
    for (const auto& [name, value] : context.as_object()) all.set(name, value);
  }
  return "Input:\n" + to_text(all) + "\nIs every claim of the answer supported by the input?\n\nAnswer:\n" +
         answer;
}

namespace {

std::string_view without_fence(std::string_view text) {
  const std::size_t open = text.find("```");
  if (open == std::string_view::npos) return text;
  const std::size_t line = text.find('\n', open);
  if (line == std::string_view::npos) return text;
  const std::size_t close = text.find("```", line);
  return text.substr(line + 1, close == std::string_view::npos ? close : close - line - 1);
}

/// End of the balanced value that begins at `at` with `{` or `[`; npos when it never closes.
std::size_t balanced_end(std::string_view text, std::size_t at) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<Json> first_json(std::string_view text) {
  text = trim(without_fence(text));
  if (auto whole = try_parse_json(text)) return whole;
  for (std::size_t at = text.find_first_of("{["); at != std::string_view::npos;
       at = text.find_first_of("{[", at + 1)) {
    const std::size_t end = balanced_end(text, at);
    if (end == std::string_view::npos) return std::nullopt;
    if (auto value = try_parse_json(text.substr(at, end - at))) return value;
  }
  return std::nullopt;
}

}  // namespace scaiflow::machine
