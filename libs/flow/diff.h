#pragma once

#include <optional>

#include "libs/base/json.h"

namespace scaiflow::flow {

/// What makes `after` of `before`, as data that can be drawn, listed and applied. Both are brought into
/// canonical order first (01 §9), so that it tells differences of content alone.
///
///     {equal, counts: {added, removed, changed}, changes: [Change]}
///     Change: {entity, id, label, change, path, at, behind?, before?, after?, fields?}
///     Field:  {change, path, at, behind?, before?, after?, text?, items?}
///
/// `entity` is flow, node, edge, variable, test, model, plugin, queue or item (a row with an id elsewhere);
/// the flow comes first, its `id` is null. `change` is added (with the whole as `after`), removed (`before`),
/// changed (`fields`) or reordered. `at` is a list of keys: from the document for a change, from the entity
/// for a field; items of lists are named by their key, never by their place. `path` is the same for people:
/// `nodes[node_a]`, `config.goal`. `behind` is there when the place among the siblings is new: the key of the
/// one before it, null for the first. Texts that have words in common come with `text`, lists without keys
/// with `items`: hunks in order, each one of
/// {"keep"}, {"remove"}, {"add"}, with a text, or with items (`keep`: how many).
///
/// O(n log n) in the size of the documents; the search within one text or list is bounded (alignment.h).
Json diff(const Json& before, const Json& after);

/// `apply(diff(a, b), a)` is b in canonical order. A selection of the changes or fields applies as well. None
/// when `difference` is no difference, or speaks of something that `before` does not have.
std::optional<Json> apply(const Json& difference, const Json& before);

}  // namespace scaiflow::flow
