#pragma once

#include "apps/compiler/wasm/session.h"

/// What the editors of expressions ask (12 §10.1, §12). Offsets count UTF-16 units, as the page does.
namespace scaiflow::compiler {

/// `{text, mode: expression|template, node?, field?, edge?}` -> `{problems: [{code, message, offset}],
/// type}`. With a place (as of `scope_in`) its names are looked for there; `type` is the tree of its type
/// (04 §4.1) or null.
Json check_expression(Session& session, const Json& args);

/// `{text, mode, values: {name: value}}` -> `{value}`, or `{problems}` when it cannot be read, or
/// `{failure: {code, message, offset}}` (03 §11).
Json evaluate_expression(const Json& args);

/// `{node, field}`, or `{edge}` for its condition, in a flow -> `{names: [{name, origin, type, node}]}`
/// in the order of 03 §7. `type` is its tree (04 §4.1) or null, `node` an id or null. A step that the flow
/// does not get to, and a flow without an order, have the names that are everywhere.
Json scope_in(const Checked& checked, const Json& args);

/// `{names: {old: new}}` on a document -> `{nodes: [...], edges: [...], config?, tests?}`: what has to
/// change.
Json rename_in(const Json& document, const Json& args);

}  // namespace scaiflow::compiler
