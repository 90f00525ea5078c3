#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

namespace scaiflow::identity {

/// 32 bytes of key in locked memory that is zeroed when the last copy goes.
class SecretKey {
 public:
  explicit SecretKey(std::string_view bytes);
  std::string_view bytes() const;

 private:
  std::shared_ptr<unsigned char> bytes_;
};

/// Keys by number, the newest of which seals.
class SealKeys {
 public:
  /// Reads a key file (lines `<id>:<64 hex>`, newest first), made at first start with 32 random bytes (0600,
  /// create-exclusive). Refused: readable by group or others, owned by someone else, malformed lines.
  /// Errors: `vault_key_refused`, `vault_unavailable`.
  static Result<SealKeys> load_or_create(const std::string& key_file);

  std::uint32_t newest() const { return newest_; }
  const SecretKey* find(std::uint32_t id) const;

 private:
  std::uint32_t newest_ = 0;
  std::map<std::uint32_t, SecretKey> keys_;
};

/// Sealed form of a short secret kept in a database row (10 §10.1): `SFS1`, u32 BE key number, 24-byte
/// nonce, XChaCha20-Poly1305. `context` (table, column and row id) is bound to it: a value moved to
/// another row does not open.
std::string seal(const SealKeys& keys, std::string_view plain, std::string_view context);
/// Error `vault_tamper` when it was changed, moved or cut; `vault_unavailable` when its key is unknown.
Result<std::string> open_sealed(const SealKeys& keys, std::string_view sealed, std::string_view context);

/// `table/column/row`, the context of a sealed column.
std::string seal_context(std::string_view table, std::string_view column, std::string_view row_id);

}  // namespace scaiflow::identity
