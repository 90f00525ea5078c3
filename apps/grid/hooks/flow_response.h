#pragma once

#include <string>

#include "apps/core/host/engine.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// What a caller of a hook or of an `api` path gets for a run (08 §8.7).
net::HttpResponse flow_response(const std::string& request_id, const Result<core::StartOutcome>& outcome);
/// For a caller that does not wait: 202, whatever the run came to already.
net::HttpResponse accepted_response(const std::string& request_id, const Result<core::StartOutcome>& outcome);
/// The headers that keep what a flow answers from acting on the canvas's origin.
net::HttpResponse fenced(net::HttpResponse response);

}  // namespace scaiflow::grid
