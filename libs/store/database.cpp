#include "libs/store/database.h"

#include <future>

#include "libs/net/round.h"

namespace scaiflow::store {

bool is_fault(const Error& error) {
  for (const char* code : {db_error::UniqueViolation, db_error::InsufficientStorage, db_error::Unavailable,
                           db_error::Corrupt, db_error::Overloaded, db_error::Locked, db_error::Internal}) {
    if (error.code == code) return true;
  }
  return false;
}

Result<void> Database::write_sync(Unit unit) {
  std::promise<Result<void>> done;
  write(std::move(unit), [&](Result<void> result) { done.set_value(std::move(result)); });
  net::end_round();
  return done.get_future().get();
}

}  // namespace scaiflow::store
