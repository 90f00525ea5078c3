#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::api {

/// Passes a request to ScaiGrid and waits for its answer.
using GridCall = std::function<net::HttpResponse(net::HttpRequest request)>;

/// What a Core is made of, in either form that a grid takes.
struct CoreParts {
  std::string manifest;
  std::string bundle;  ///< the same module as SCIR bytes
  std::string flow_id;
};

/// In which form a Core is sent (`SCAIFLOW_DEPLOY_FORMAT`). Auto: the manifest, and the bundle to a grid that
/// reads none.
enum class DeployFormat : std::uint8_t { Auto, Yaml, Bundle };
DeployFormat deploy_format(std::string_view setting);

/// The steps of a deploy that ScaiGrid sees (09 §6): queues, Core, publication. Nothing is rolled back; every
/// leftover is taken up by the next deploy. Errors carry the codes of 09 §6.
class CoreCarrier {
 public:
  CoreCarrier(GridCall call, DeployFormat format) : call_(std::move(call)), format_(format) {}

  /// The scope and the queues of `config.scaiqueue`, if the flow has them.
  Result<void> ensure_queues(const Json& document);
  /// Creates or updates the Core; its id. One whose name is taken by a Core of this flow is updated.
  Result<std::string> create_core(const CoreParts& parts);
  /// Publishes the Core as a model; the slug.
  Result<std::string> publish(const std::string& core_id, const Json& group_ids);

  /// What went differently from what the flow says.
  std::vector<std::string> warnings;

 private:
  Result<void> ensure_queue(const std::string& scope, const Json& queue);
  struct Body {
    std::string type;
    std::string bytes;
  };
  Result<Json> create_from(const Body& body, const std::string& flow_id);
  Result<Json> create_from_bundle(const CoreParts& parts);
  Result<Json> adopt(const Body& body, const std::string& flow_id);
  Result<Json> send(std::string method, std::string target, std::string content_type = {},
                    std::string body = {});

  GridCall call_;
  DeployFormat format_;
};

}  // namespace scaiflow::api
