#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/diag/diag.h"
#include "libs/ir/cron.h"
#include "libs/ir/ir.h"

namespace scaiflow::ir {

/// Every problem of the module (04 §9), sorted by flow, block and code; problems of the module itself come
/// first. `path` is a JSON pointer into the JSON form, `node_id` the node of the block. Messages stand
/// without the prefix `verifier error: `, which callers add for users. Missing fields (E413) and unknown
/// kinds (E405, E411) cannot exist in a Module: `from_json` reports them.
diag::Diagnostics verify(const Module& module);

/// True when the rest of a module sees no difference between two blocks: ids, kinds, names that they declare,
/// types of their results. Blocks with bodies are never alike.
bool are_alike(const Block& a, const Block& b);

/// `verify` of a module in which it found nothing before the blocks named in `changed` were each replaced by
/// one that is alike.
diag::Diagnostics verify_changed(const Module& module, const std::vector<std::string>& changed);

/// An IANA time zone name. The list is built in, because the pure half opens no file.
bool is_time_zone(std::string_view name);

/// `core://{tenant_slug}/{slug}` (04 §9).
bool is_core_uri(std::string_view text);

}  // namespace scaiflow::ir
