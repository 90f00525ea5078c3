#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/core/host/engine.h"
#include "apps/grid/inference/model_store.h"
#include "apps/grid/scaicore/core_store.h"

namespace scaiflow::grid {

/// One model that may be called by its slug.
struct ModelEntry {
  ModelRow row;
  std::string owner;  ///< provider key, or `scaicore`
  std::string health = "healthy";
};

/// The catalogue of 08 §8.15: its rows, what the configured providers offer, and published Cores.
class Catalogue {
 public:
  Catalogue(ModelStore& rows, CoreStore& cores, core::Engine& engine)
      : rows_(rows), cores_(cores), engine_(engine) {}

  Result<std::vector<ModelEntry>> list(const std::string& tenant_id);
  /// Who serves a slug, and for how much; `MODEL_NOT_FOUND` when nobody does.
  Result<core::ModelTarget> resolve(const std::string& tenant_id, const std::string& slug);

 private:
  std::string health_of(const std::string& provider) const;
  ModelStore& rows_;
  CoreStore& cores_;
  core::Engine& engine_;
};

}  // namespace scaiflow::grid
