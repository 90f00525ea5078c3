#pragma once

#include <string>
#include <string_view>

#include "libs/base/json.h"

/// What the micro-benchmarks work on.
namespace scaiflow::bench {

/// The bytes of one of the three example flows.
std::string example_text(std::string_view name);

/// A valid flow of `nodes` nodes: an entry, then rounds of template, decision with two arms and a join, and a
/// loop over a list, so that every hundred nodes hold straight runs, branches and bodies.
Json flow_of(int nodes);

/// What 06 §11 measures: mixed kinds, 1.2 edges and one expression per node, about 500 bytes each.
Json mixed_flow_of(int nodes);

/// The same with nothing but templates, one after the other.
Json chain_of(int nodes);

}  // namespace scaiflow::bench
