#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/blobs.h"
#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// Whether a path fits the one of a trigger; the values of its `{name}` segments, percent-decoded.
std::optional<Json> match_trigger_path(const std::string& pattern, const std::string& path);

/// The starting scope that a request stands for (08 §8.7), and the files that came with it.
struct RequestInput {
  Json input;
  std::vector<core::Blob> blobs;
};

struct RequestPlace {
  std::string tenant_id;
  std::string path;           ///< below the hook or `api`, from `/`
  Json params;                ///< of the path
  std::string hidden_header;  ///< that must not reach the flow, lower case
  std::int64_t received_at_ms = 0;
};

/// Members of the body or, of a GET without one, of the query; and `_http`. Error `MALFORMED_REQUEST`.
Result<RequestInput> request_input(const net::HttpRequest& request, const RequestPlace& place);

}  // namespace scaiflow::grid
