#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/json.h"
#include "libs/flow/document.h"

namespace scaiflow::compiler {

using flow::EdgeIndex;
using flow::FlowGraph;
using flow::KindId;
using flow::Node;
using flow::NodeIndex;
using flow::no_index;
using flow::PortIndex;

/// The value of a config field under its name or alias; nullptr when it is absent or null.
const Json* field_value(const Node& node, const flow::FieldSpec& field);
const Json* field_value(const Node& node, std::string_view field);

/// The same, or the field's default (02), or null.
Json field_or_default(const Node& node, const flow::FieldSpec& field);
Json field_or_default(const Node& node, std::string_view field);
/// Text of a text or enum field, its default included; empty when there is none or it is no text.
std::string text_field(const Node& node, std::string_view field);

/// True when the condition is empty or the field it names has one of its values.
bool holds(const Node& node, const flow::FieldCondition& condition);

bool is_while(const Node& loop);
bool is_match_style(const Node& decision);
/// True for a foreach whose items run at the same time (F220).
bool is_concurrent_foreach(const Node& loop);

/// The answers a checkpoint kind allows (02 §7, §8.3): its options, or the ids of its decision section.
std::vector<std::string> options_of(const Node& node);
/// The decision sections of a review form.
std::vector<Json> decision_sections(const Node& node);
/// Ids of the options of a decision section: texts, or `{id, label}`.
std::vector<std::string> option_ids(const Json& options);

/// The port a loop's body leaves by: `body`, or the only port with that label; no_index if there is none (06
/// §5.2).
PortIndex body_port(const Node& loop);

/// True for the condition text of a fallback: `else`, in style match also `_` (02 §4.1).
enum class CatchAll : std::uint8_t { ElseOnly, ElseOrUnderscore };
bool is_fallback_text(std::string_view condition, CatchAll words);

}  // namespace scaiflow::compiler
