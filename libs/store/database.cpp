#include "libs/store/database.h"

#include <future>

namespace scaiflow::store {

Result<void> Database::write_sync(Unit unit) {
  std::promise<Result<void>> done;
  write(std::move(unit), [&](Result<void> result) { done.set_value(std::move(result)); });
  return done.get_future().get();
}

}  // namespace scaiflow::store
