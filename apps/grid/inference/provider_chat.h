#pragma once

#include "apps/core/host/models/modality_wire.h"
#include "apps/grid/grid.h"
#include "apps/grid/inference/core_chat.h"

namespace scaiflow::grid {

/// A chat with a provider's model in OpenAI's shapes; `MODEL_NOT_FOUND` when nobody offers it (08 §8.15).
void chat_with_provider(Services& services, const Call& call, const ChatRequest& request,
                        const net::Responder& responder);
/// Any other operation of the OpenAI layer whose request is JSON.
void forward_to_provider(Services& services, const Call& call, const std::string& path, Json body,
                         const net::Responder& responder);
/// The same for a form with a file; `fields` must have `model`.
void forward_form_to_provider(Services& services, const Call& call, const std::string& path,
                              core::FormFields fields, const core::Blob& file,
                              const net::Responder& responder);

}  // namespace scaiflow::grid
