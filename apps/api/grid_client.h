#pragma once

#include <functional>
#include <string>

#include "apps/api/errors.h"
#include "libs/identity/principal.h"
#include "libs/net/http_types.h"

namespace scaiflow::api {

/// The one way in which this API reaches ScaiGrid (08 §8.1, direct dispatch): requests and answers of chapter
/// 08, whether the grid is this process or another host. `cli` connects it.
class GridClient {
 public:
  virtual ~GridClient() = default;
  /// Passes a request on; the answer, which may be a stream, goes to `responder`.
  virtual void forward(net::HttpRequest request, const identity::Principal& principal,
                       net::Responder responder) = 0;

  /// One call that waits for its answer. Never from a thread that the grid needs to answer: use an API pool
  /// thread.
  net::HttpResponse call(net::HttpRequest request, const identity::Principal& principal);
};

/// `data` of a grid answer, or an Error with the upstream's `status`, `code` and `message` in its details.
Result<Json> grid_data(const net::HttpResponse& response);

}  // namespace scaiflow::api
