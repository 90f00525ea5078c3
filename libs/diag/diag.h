#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generated/cpp/diagnostics.h"
#include "libs/base/json.h"
#include "libs/diag/severity.h"

namespace scaiflow::diag {

/// Where a diagnostic belongs (06 §3). Members are absent when there is no such place.
struct Place {
  std::optional<std::string> path;  ///< `edges[2]`, `nodes[3].config.goal`
  std::optional<std::string> node_id;
  std::optional<std::string> edge_id;
};

/// One thing the author should know, as data (06 §3).
struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;
  std::string message;
  std::optional<std::string> path;
  std::optional<std::string> node_id;
  std::optional<std::string> edge_id;
  std::optional<std::string> fix;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// The message of `code` with its placeholders filled in order (contracts/diagnostics.yaml).
Diagnostic make(Code code, std::initializer_list<std::string_view> args, Place place = {});

/// `{severity, message, path, node_id, edge_id, code, fix}`, absent members as null (06 §3, 09 §4.3).
Json to_json(const Diagnostic& diagnostic);
Json to_json(const Diagnostics& diagnostics);

bool has_errors(const Diagnostics& diagnostics);

}  // namespace scaiflow::diag
