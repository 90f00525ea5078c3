#include "libs/flow/names.h"

#include "libs/base/text.h"
#include "libs/expr/expr.h"

namespace scaiflow::flow {

namespace {
constexpr std::string_view node_prefix = "node_";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
}  // namespace

std::string identifier_from(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    next_code_point(text, at);
    out.push_back(is_word(c) ? c : '_');
  }
  const bool leads_badly = out.empty() || !((out[0] >= 'a' && out[0] <= 'z') || out[0] == '_');
  if (leads_badly) out.insert(out.begin(), '_');
  if (expr::is_reserved(out)) out.push_back('_');
  return out;
}

std::string default_binding(std::string_view node_id) {
  if (node_id.starts_with(node_prefix)) node_id.remove_prefix(node_prefix.size());
  return identifier_from(node_id);
}

bool is_free_identifier(std::string_view name) { return is_identifier(name) && !expr::is_reserved(name); }

bool is_valid_name(std::string_view name) {
  return is_free_identifier(name) && !name.starts_with(join_prefix);
}

}  // namespace scaiflow::flow
