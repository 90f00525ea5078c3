#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/core/host/engine.h"
#include "apps/grid/scaicore/core_store.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// One model that may be called by its slug.
struct ModelEntry {
  std::string slug;
  std::string display_name;
  std::string description;
  std::string owner;  ///< provider key, or `scaicore`
  std::string health = "healthy";
  std::int64_t created_at_ms = 0;
};

/// The catalogue of 08 §8.15: what the configured providers offer, and published Cores.
class Catalogue {
 public:
  Catalogue(CoreStore& cores, core::Engine& engine) : cores_(cores), engine_(engine) {}

  Result<std::vector<ModelEntry>> list(const std::string& tenant_id);
  /// A chat call for a provider's model, answered in OpenAI's shape; `MODEL_NOT_FOUND` when nobody offers it.
  void forward_chat(const std::string& tenant_id, const Json& body, const net::Responder& responder);

 private:
  CoreStore& cores_;
  core::Engine& engine_;
};

/// Item of `GET /v1/models`.
Json model_json(const ModelEntry& model);

}  // namespace scaiflow::grid
