#pragma once

#include <optional>
#include <string>

#include "libs/base/json.h"
#include "libs/diag/diag.h"

namespace scaiflow::compiler {

/// What a package says about itself (09 §7); absent members come from the flow or are null.
struct PackageInfo {
  std::string package_id;  ///< a slug
  std::string name;
  std::string version = "0.1.0";
  std::string description;
  Json author_id;     ///< text or null
  Json created_from;  ///< {flow_id, flow_version} or null
  std::optional<std::string> readme;
};

struct PackageResult {
  std::optional<std::string> bytes;  ///< absent when the flow does not compile
  diag::Diagnostics diagnostics;
};

/// The `.scaipkg` of a flow: equal input gives equal bytes (09 §7).
PackageResult make_package(const Json& document, const PackageInfo& info);

}  // namespace scaiflow::compiler
