#pragma once

#include "apps/grid/grid.h"
#include "apps/grid/scaicore/core_store.h"

namespace scaiflow::grid {

/// A chat request as the OpenAI layer knows it, found right.
struct ChatRequest {
  std::string model;  ///< the slug asked for
  Json body;
  bool streams = false, includes_usage = false;

  static Result<ChatRequest> parse(Json body);
};

/// A chat with a published Core (08 §8.12).
void chat_with_core(Services& services, const Call& call, const ChatRequest& request,
                    const std::string& core_id, const net::Responder& responder);

}  // namespace scaiflow::grid
