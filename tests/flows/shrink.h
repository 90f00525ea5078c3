#pragma once

#include <functional>
#include <string>

#include "libs/base/json.h"

namespace scaiflow::random_graph {

/// What is wrong with a flow, empty for nothing.
using Property = std::function<std::string(const Json& flow)>;

/// The smallest flow that leaving out nodes and edges leads to while `property` still finds something wrong.
Json shrink(Json flow, const Property& property);

}  // namespace scaiflow::random_graph
