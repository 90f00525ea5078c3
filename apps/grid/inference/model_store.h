#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/core/host/ports.h"
#include "libs/base/json.h"
#include "libs/store/database.h"

namespace scaiflow::grid {

/// Row of `grid_models` (08 §8.17): a name for a provider's model, with what it costs.
struct ModelRow {
  std::string id;
  std::optional<std::string> tenant_id;  ///< nothing: for all tenants
  std::string slug, display_name, description, modality = "chat";
  std::optional<std::int64_t> context_window, max_output_tokens;
  std::int64_t input_price_micros = 0, output_price_micros = 0;  ///< per million tokens
  Json default_params = Json::object(), capabilities = Json::object();
  std::string provider, backend_model, status = "active";
  std::int64_t created_at_ms = 0;
};

/// The rows of the catalogue, in which the runtime looks prices up. Blocks; thread safe.
class ModelStore final : public core::ModelCatalogue {
 public:
  explicit ModelStore(store::Database& database) : database_(database) {}

  Result<std::vector<ModelRow>> list(const std::string& tenant_id);
  /// By id or slug. Error `MODEL_NOT_FOUND`.
  Result<ModelRow> get(const std::string& tenant_id, const std::string& id_or_slug);
  /// Error `SLUG_CONFLICT`.
  Result<void> insert(const ModelRow& row);
  Result<void> update(const ModelRow& row);
  Result<void> remove(const ModelRow& row);

  Result<core::ModelTarget> resolve(const std::string& tenant_id, const std::string& ref,
                                    const std::string& model) override;

 private:
  store::Database& database_;
};

}  // namespace scaiflow::grid
