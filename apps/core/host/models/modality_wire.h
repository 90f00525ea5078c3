#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "apps/core/host/blobs.h"
#include "apps/core/host/models/providers.h"
#include "apps/core/machine/command.h"

/// The OpenAI-compatible wire of what is no text: images and sound as stored files, in and out (07 §9, 04
/// §3.11).
namespace scaiflow::core {

/// Stored files by `blob_id`.
using Files = std::map<std::string, Blob>;

/// The `blob_id`s of the files that a call sends: images of a conversation, the sound of a transcription.
std::set<std::string> files_of(const machine::CallModel& call);

/// Messages with the bytes of their images in them, as `data:` addresses. Every file must be there.
Json with_image_bytes(const Json& messages, const Files& files);

/// `multipart/form-data` (RFC 7578) of text fields and one file, which is named by its type: providers tell
/// formats of sound by the end of the name.
using FormFields = std::vector<std::pair<std::string, std::string>>;
ProviderBody form_request(std::string path, const FormFields& fields, const Blob& file);

/// The request of a call that is no chat: vectors, speech, sound, images, transcription. Of several bindings
/// the one named for its purpose (`text`, `prompt`, `audio`...) is the subject, and the others are
/// parameters. The error says what does not fit.
tl::expected<ProviderBody, std::string> modality_request(const machine::CallModel& call,
                                                         const std::string& model, const Files& files);

/// Its result, and the files to store before anybody sees the references in it.
struct ModalityResult {
  Json value;
  std::vector<Blob> files;
};
/// Nothing when the answer has another shape.
std::optional<ModalityResult> modality_result(const std::string& operation, const std::string& tenant_id,
                                              const ProviderAnswer& answer);

}  // namespace scaiflow::core
