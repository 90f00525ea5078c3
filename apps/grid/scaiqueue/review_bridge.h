#pragma once

#include "apps/core/host/ports.h"
#include "apps/grid/scaiqueue/messages.h"

namespace scaiflow::grid {

/// Shows reviews as messages of their queue (08 §8.13), in the transaction of the checkpoint.
class ReviewBridge final : public core::QueueBridge {
 public:
  explicit ReviewBridge(Messages& messages) : messages_(messages) {}

  Result<std::string> publish_review(store::Connection& db, const Json& checkpoint) override;
  Result<void> close_review(store::Connection& db, const Json& checkpoint,
                            const std::string& status) override;
  Result<void> change_review(store::Connection& db, const Json& checkpoint) override;

 private:
  Messages& messages_;
};

}  // namespace scaiflow::grid
