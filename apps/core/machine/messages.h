#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/json.h"
#include "libs/ir/ir.h"

/// The exact texts of model calls (07 §9.2); golden files hold them.
namespace scaiflow::machine {

struct SystemParts {
  std::string preamble;
  std::string system_context;
  std::string identity;  ///< lines of `identity_ref`
  std::string guidance;
  std::string constraints;  ///< from `constraint_lines`
};

/// The present parts, one empty line between them.
std::string system_text(const SystemParts& parts);
/// `You are <name>.` and the persona when it is another.
std::string identity_text(const ir::Identity& identity);
/// `Constraints:` and a line per rule; empty when there is none. Inherited rules come first.
std::string constraint_text(const std::optional<ir::Constraints>& inherited, const ir::Constraints* own);

/// The last user message.
std::string user_text(const std::string& goal, const Json& input, const Json& context,
                      const std::string& hint);

/// `value` with `[image N]` in the place of each reference to a stored image (`content_type` `image/*`),
/// which are appended to `images`.
Json with_images_apart(const Json& value, JsonArray& images);
/// The content of a message: the text alone, or as parts with the images after it. The part of a stored image
/// is `{type: image_url, image_url: {blob: <reference>}}`; who sends it puts the bytes there.
Json message_content(std::string text, JsonArray images);

/// All messages: system, examples, user.
Json chat_messages(const std::string& system, const std::vector<ir::Example>& examples, Json user);
Json message(std::string_view role, Json content);

/// Answers to a bad answer, to go on with the conversation.
std::string format_complaint(const std::string& errors, const std::string& hint);

inline constexpr std::string_view judge_system =
    "You check an answer. Reply with JSON: {\"violated\": boolean, \"reason\": string}.";
std::string judge_constraints_text(const std::string& constraints, const std::string& answer);
std::string judge_support_text(const Json& input, const Json& context, const std::string& answer);

/// The first balanced JSON value of a text, after removing a code fence; nothing when there is none (07
/// §9.3).
std::optional<Json> first_json(std::string_view text);

}  // namespace scaiflow::machine
