#pragma once

#include <optional>
#include <string>

#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/store/database.h"

namespace scaiflow::core {

/// Bytes that go into the payloads of a tenant, and the reference that stands for them (07 §10).
struct Blob {
  std::string tenant_id, sha256, type, bytes;

  static Blob of(std::string tenant_id, std::string type, std::string bytes);
  /// What `store` put there; nothing when the tenant has no such payload.
  static Result<std::optional<Blob>> load(store::Connection& db, const std::string& tenant_id,
                                          const std::string& sha256);
  /// {`blob_id`, `content_type`, `size`}.
  Json reference() const;
  Result<void> store(store::Connection& db) const;
};

}  // namespace scaiflow::core
