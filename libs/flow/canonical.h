#pragma once

#include <string>

#include "libs/base/json.h"

namespace scaiflow::flow {

/// The document with its known keys in the order of the tables and all migrations applied (01 §9, §10).
/// Values that fit no table stay as they are: a broken document has a canonical form too.
Json canonical_value(const Json& document);

/// The canonical bytes of a document (01 §9): reading them and writing them again gives the same bytes.
std::string canonical(const Json& document);

/// Any JSON in the layout of 01 §9: two spaces, one member or element per line, a final line feed.
std::string pretty_text(const Json& value);

}  // namespace scaiflow::flow
