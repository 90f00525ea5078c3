#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::api {

/// Passes a request to ScaiGrid and waits for its answer.
using GridCall = std::function<net::HttpResponse(net::HttpRequest request)>;

/// The steps of a deploy that ScaiGrid sees (09 §6): queues, Core, publication. Nothing is rolled back; every
/// leftover is taken up by the next deploy. Errors carry the codes of 09 §6.
class CoreCarrier {
 public:
  explicit CoreCarrier(GridCall call) : call_(std::move(call)) {}

  /// The scope and the queues of `config.scaiqueue`, if the flow has them.
  Result<void> ensure_queues(const Json& document);
  /// Creates or updates the Core of a manifest; its id. One whose name is taken by a Core of this flow is
  /// updated.
  Result<std::string> create_core(const std::string& manifest, const std::string& flow_id);
  /// Publishes the Core as a model; the slug.
  Result<std::string> publish(const std::string& core_id, const Json& group_ids);

  /// What went differently from what the flow says.
  std::vector<std::string> warnings;

 private:
  Result<void> ensure_queue(const std::string& scope, const Json& queue);
  Result<Json> adopt(const std::string& manifest, const std::string& flow_id);
  Result<Json> send(std::string method, std::string target, std::string content_type = {},
                    std::string body = {});

  GridCall call_;
};

}  // namespace scaiflow::api
