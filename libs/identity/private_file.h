#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/base/result.h"

namespace scaiflow::identity {

/// Small files that hold secrets: 0600, owned by the caller, written whole or not at all.
///
/// Reads one; nothing when absent. Error `refused_file` when group or others may read it, when it is another
/// user's or no plain file, or above 64 KiB; `unreadable_file` when the system says no.
Result<std::optional<std::string>> read_private_file(const std::string& path);

enum class PrivateWrite : std::uint8_t {
  CreateNew,  ///< keeps an existing file: of several writers one wins
  Replace,
};

/// Writes one and syncs it. True when it was written, false when CreateNew found a file.
Result<bool> write_private_file(const std::string& path, std::string_view bytes, PrivateWrite mode);

}  // namespace scaiflow::identity
