#include <type_traits>

#include "libs/net/clock.h"
#include "libs/net/metrics.h"
#include "libs/store/object_store.h"

namespace scaiflow::store {

namespace {

/// Times every operation of another store.
class MeteredObjectStore final : public ObjectStore {
 public:
  MeteredObjectStore(std::unique_ptr<ObjectStore> inner, net::Metrics& metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}

  Result<PutOutcome> put_new(std::string_view key, std::string_view bytes) override {
    return timed("put", [&] { return inner_->put_new(key, bytes); });
  }
  Result<std::optional<std::string>> get(std::string_view key) override {
    return timed("get", [&] { return inner_->get(key); });
  }
  Result<std::optional<ObjectHead>> head(std::string_view key) override {
    return timed("head", [&] { return inner_->head(key); });
  }
  Result<std::vector<ObjectEntry>> list(std::string_view prefix, std::string_view after,
                                        std::size_t limit) override {
    return timed("list", [&] { return inner_->list(prefix, after, limit); });
  }
  Result<void> remove(std::string_view key) override {
    return timed("remove", [&] { return inner_->remove(key); });
  }

 private:
  template <class Operation>
  std::invoke_result_t<Operation> timed(std::string_view name, const Operation& operation) {
    const std::int64_t begun_us = net::steady_us();
    auto result = operation();
    metrics_.observe(net::Metric::ObjectStoreSeconds, net::steady_us() - begun_us, name);
    return result;
  }

  std::unique_ptr<ObjectStore> inner_;
  net::Metrics& metrics_;
};

}  // namespace

std::unique_ptr<ObjectStore> metered(std::unique_ptr<ObjectStore> store, net::Metrics& metrics) {
  return std::make_unique<MeteredObjectStore>(std::move(store), metrics);
}

}  // namespace scaiflow::store
