#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

namespace scaiflow::net {
class Metrics;
}

namespace scaiflow::store {

/// Codes of Error (09 §10): reported as 503 `storage_unavailable`, 507, 503 with the cause in the log.
namespace object_error {
inline constexpr char Unavailable[] = "storage_unavailable";
inline constexpr char NoSpace[] = "insufficient_storage";
inline constexpr char Denied[] = "storage_denied";
inline constexpr char InvalidKey[] = "invalid_key";  ///< our bug, or a name that was not checked
inline constexpr char TooLarge[] = "object_too_large";
}  // namespace object_error

inline constexpr std::size_t object_max_bytes = 64u << 20;

/// What put_new found.
struct PutOutcome {
  enum class Kind : std::uint8_t { Created, Exists };
  Kind kind = Kind::Created;
  std::string sha256;  ///< lower-case hex, of the object that is there now
};

struct ObjectHead {
  std::uint64_t size_bytes = 0;
  std::string sha256;
};

struct ObjectEntry {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ms = 0;  ///< Unix time, for the sweeper
};

/// Segments `^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$` joined by `/`, at most 512 bytes, never `..`.
bool is_object_key(std::string_view key);

/// Immutable objects by key (09 §10): never updated in place. Every call blocks: use a Pool. Thread-safe.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// An object that was reported as created survives power loss; of two concurrent calls for one key exactly
  /// one creates.
  virtual Result<PutOutcome> put_new(std::string_view key, std::string_view bytes) = 0;
  /// Nothing when absent.
  virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
  virtual Result<std::optional<ObjectHead>> head(std::string_view key) = 0;
  /// Keys that start with `prefix` and come after `after`, in byte order.
  virtual Result<std::vector<ObjectEntry>> list(std::string_view prefix, std::string_view after,
                                                std::size_t limit) = 0;
  /// For the sweeper and for purges alone. Absent is no error.
  virtual Result<void> remove(std::string_view key) = 0;
};

/// Opens `<root>/objects` and `<root>/tmp`, creating them 0750; removes temporary files older than 1 h and
/// proves by one file that it can write, sync and remove.
Result<std::unique_ptr<ObjectStore>> open_filesystem_store(const std::string& root);

/// The same store, each operation timed.
std::unique_ptr<ObjectStore> metered(std::unique_ptr<ObjectStore> store, net::Metrics& metrics);

}  // namespace scaiflow::store
