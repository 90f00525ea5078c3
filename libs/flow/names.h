#pragma once

#include <string>
#include <string_view>

namespace scaiflow::flow {

/// The binding of a node that names none (02 §1): the id without a leading `node_`, made an identifier.
std::string default_binding(std::string_view node_id);

/// `text` with every character outside `a-zA-Z0-9_` as `_`, `_` before a leading digit or capital, `_` behind
/// a reserved name.
std::string identifier_from(std::string_view text);

/// True for an identifier that is not reserved (03 §1).
bool is_free_identifier(std::string_view name);

/// True for a name an author may choose: a free identifier outside the compiler's `_join_` names (06 §5.6).
bool is_valid_name(std::string_view name);

/// What the names of the flags of partial joins begin with.
inline constexpr std::string_view join_prefix = "_join_";

}  // namespace scaiflow::flow
