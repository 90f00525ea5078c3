#pragma once

#include <cstdint>
#include <string>

#include "libs/base/result.h"

namespace scaiflow::grid {

/// Makes the folder of a bunker. A server that is root gives it to a user of its own, so that what runs in it
/// is neither root nor the user of another bunker.
Result<void> make_work_folder(const std::string& folder);
/// Removes it with all that is in it; gone already is no error.
void remove_folder(const std::string& folder);
/// Bytes on disk below it. Stops looking after 200,000 entries.
std::int64_t folder_bytes(const std::string& folder);

/// Files of a bunker (08 §8.14): `path` is relative to its folder, or below `/work`. `..` and links that
/// leave the folder are refused by the kernel at the moment of opening, so that no race gets around it.
/// Errors: `PATH_INVALID`, `FILE_NOT_FOUND`, `PAYLOAD_TOO_LARGE`, `STORAGE_FULL`.
class WorkFolder {
 public:
  explicit WorkFolder(std::string folder) : folder_(std::move(folder)) {}

  Result<std::string> read(const std::string& path, std::int64_t bytes_max) const;
  /// Makes missing folders; replaces a file that exists.
  Result<void> write(const std::string& path, const std::string& bytes) const;
  Result<void> remove(const std::string& path) const;
  /// [{`name`,`type`,`size`,`mtime`}] by name; `type` is file, directory, symlink or other.
  Result<Json> list(const std::string& path) const;

 private:
  std::string folder_;
};

}  // namespace scaiflow::grid
