#include "apps/core/host/blobs.h"

#include "libs/base/hash.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

Blob Blob::of(std::string tenant_id, std::string type, std::string bytes) {
  std::string hash = sha256_hex(bytes);
  return {std::move(tenant_id), std::move(hash), std::move(type), std::move(bytes)};
}

Result<std::optional<Blob>> Blob::load(store::Connection& db, const std::string& tenant_id,
                                       const std::string& sha256) {
  return db.query_one(
      "SELECT mime, body FROM mod_scaicore_payloads WHERE tenant_id = ? AND sha256 = ?", {tenant_id, sha256},
      [&](const store::Row& row) { return Blob{tenant_id, sha256, row.string(0), row.string(1)}; });
}

Json Blob::reference() const {
  return Json::object(
      {{"blob_id", sha256}, {"content_type", type}, {"size", static_cast<std::int64_t>(bytes.size())}});
}

Result<void> Blob::store(store::Connection& db) const {
  const std::int64_t now_ms = net::wall_ms();
  auto changed = db.execute(
      "UPDATE mod_scaicore_payloads SET refs = refs + 1, touched_at = ? WHERE tenant_id = ? AND sha256 = ?",
      {now_ms, tenant_id, sha256});
  if (changed && *changed == 0) {
    changed = db.execute(
        "INSERT INTO mod_scaicore_payloads (tenant_id, sha256, size, mime, body, refs, touched_at) VALUES "
        "(?,?,?,?,?,1,?)",
        {tenant_id, sha256, static_cast<std::int64_t>(bytes.size()), type, store::Blob{bytes}, now_ms});
  }
  return changed ? Result<void>() : Result<void>(tl::unexpected(changed.error()));
}

}  // namespace scaiflow::core
