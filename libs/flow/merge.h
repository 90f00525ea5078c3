#pragma once

#include "libs/base/json.h"

namespace scaiflow::flow {

/// Two sets of changes to one document, put together.
///
/// `conflicts` is what somebody must look at, `settled` what both sides touched and a rule decided. Rows of
/// both: {kind, path, at, base, a, b, stands}, paths as in diff.h, absent values left out, `stands` is `a` or
/// `b`.
///
/// Conflicts, and what stands in the document:
/// - `changed_both`: both changed a value, differently. That of a.
/// - `added_both`: both added a row with this id, differently. That of a.
/// - `removed_changed`: one side removed what the other changed. What was changed.
/// - `removed_connected`: one side removed the node or port of an edge that the other added or changed. The
/// node
///   or port, and the edge.
///
/// Settled:
/// - `position`: both moved a node: a's position. One moved what the other removed: it stays removed.
/// - `version`: both raised the version of the flow: the higher one.
/// - `order`: both changed the order of a list or of free keys: a's order.
///
/// Texts for people merge by words, lists without keys by items; changes that touch are a conflict of the
/// value.
struct Merge {
  Json document;  ///< in canonical order (01 §9)
  JsonArray conflicts;
  JsonArray settled;
};

/// `merge(b, b, x)`, `merge(b, x, b)` and `merge(b, x, x)` are x. Edits of different places never conflict.
Merge merge(const Json& base, const Json& a, const Json& b);

/// `{document, conflicts, settled}`.
Json to_json(const Merge& merged);

}  // namespace scaiflow::flow
