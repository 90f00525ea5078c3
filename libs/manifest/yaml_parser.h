#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libs/base/json.h"

namespace scaiflow::manifest {

struct YamlParsed {
  Json value;
  std::string problem;  ///< with line and column; empty when there is none
};

/// One YAML 1.2 document to JSON: block and flow collections, all kinds of scalars in the core schema.
/// Anchors, aliases, tags, `?` keys, duplicate keys and keys that are no text are refused. `text` is UTF-8
/// whose line breaks are LF and which holds no NUL; read_yaml sees to it.
YamlParsed parse_yaml(std::string_view text, std::size_t depth_max);

}  // namespace scaiflow::manifest
