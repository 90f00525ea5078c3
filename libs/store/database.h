#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/base/result.h"

namespace scaiflow::store {

/// Codes of Error that this library gives, beside those of contracts/errors.yaml.
namespace db_error {
inline constexpr char UniqueViolation[] = "unique_violation";  ///< a row with that key exists
inline constexpr char InsufficientStorage[] = "insufficient_storage";  ///< disk full (507)
inline constexpr char Unavailable[] = "database_unavailable";  ///< busy, I/O, gone (503)
inline constexpr char Corrupt[] = "storage_corrupt";
inline constexpr char Overloaded[] = "overloaded";  ///< write queue full (503)
inline constexpr char Locked[] = "database_locked";  ///< another server has it (exit 78)
inline constexpr char Internal[] = "internal_error";  ///< the statement is wrong: our bug
}  // namespace db_error

/// True for what the database itself says; everything else a unit of work returns was said by its author.
bool is_fault(const Error& error);

struct Blob {
  std::string bytes;
};

/// A value for a `?` of a statement. `Param(nullptr)` is NULL; an empty optional is NULL too.
class Param {
 public:
  using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

  Param(std::nullptr_t) {}
  Param(bool value) : value_(std::int64_t{value ? 1 : 0}) {}
  Param(int value) : value_(std::int64_t{value}) {}
  Param(unsigned value) : value_(std::int64_t{value}) {}
  Param(std::int64_t value) : value_(value) {}
  Param(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}
  Param(double value) : value_(value) {}
  Param(const char* value) : value_(std::string(value)) {}
  Param(std::string_view value) : value_(std::string(value)) {}
  Param(std::string value) : value_(std::move(value)) {}
  Param(Blob value) : value_(std::move(value)) {}
  template <class T>
  Param(const std::optional<T>& value) {
    if (value) {
      value_ = Param(*value).value_;
    }
  }

  const Value& value() const { return value_; }

 private:
  Value value_;
};

using Params = std::vector<Param>;

/// The current row of a query. Columns count from 0; views are valid until the callback returns.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;  ///< 0 for NULL
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  ///< text and blobs alike; empty for NULL

  std::string string(int column) const { return std::string(text(column)); }
  std::optional<std::string> maybe_string(int column) const {
    return is_null(column) ? std::nullopt : std::optional(string(column));
  }
  std::optional<std::int64_t> maybe_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
};

using OnRow = std::function<void(const Row&)>;

/// One connection inside a unit of work. SQL is the portable part of SQLite and MariaDB: `?` parameters, no
/// upserts, no RETURNING, no SQL JSON functions. Statements are prepared once per connection.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Runs one statement; the number of rows that it inserted, deleted or matched by its UPDATE.
  virtual Result<std::int64_t> execute(std::string_view sql, const Params& params = {}) = 0;
  /// Runs one SELECT.
  virtual Result<void> query(std::string_view sql, const Params& params, const OnRow& on_row) = 0;
  /// Runs several statements without parameters (migrations).
  virtual Result<void> run_script(std::string_view sql) = 0;

  /// Reads the first row with `make`, or nothing when there is none.
  template <class Make>
  auto query_one(std::string_view sql, const Params& params, Make make)
      -> Result<std::optional<decltype(make(std::declval<const Row&>()))>>;
};

/// A database with many readers and one writer (09 §9.3).
class Database {
 public:
  /// A unit of work. It may run more than once (a failed batch is repeated unit by unit; a cluster repeats
  /// lost races), so it sets what it captured anew each time. It must not block on anything else.
  using Unit = std::function<Result<void>(Connection&)>;
  using Done = std::function<void(Result<void>)>;

  virtual ~Database() = default;

  /// Runs `fn` on the calling thread in one read transaction: everything it reads is of one moment. Waits for
  /// a free reader; never from inside a unit of the same database that waits for this thread.
  template <class Fn>
  auto read(Fn fn) -> decltype(fn(std::declval<Connection&>()));

  /// Queues a unit for the committer thread, which takes everything that was queued while the last commit ran
  /// and commits it as one transaction. A unit that fails after it has changed something undoes them all, and
  /// they run again in halves (07 §17.2). `done` runs on the committer thread after the commit: post the work
  /// on. Units are committed in the order of this call. Queue full: `done` gets `overloaded` at once.
  virtual void write(Unit unit, Done done) = 0;

  /// The same, waiting. Never from a loop thread or from inside a unit or `done`.
  Result<void> write_sync(Unit unit);
  /// As above for a unit with a result: `fn` -> Result<T>.
  template <class Fn>
  auto write_sync(Fn fn) -> decltype(fn(std::declval<Connection&>()))
    requires(!std::is_same_v<decltype(fn(std::declval<Connection&>())), Result<void>>);

  /// Runs `unit` on the committer thread with no transaction open (migrations, VACUUM INTO, checkpoints).
  virtual Result<void> exclusive(Unit unit) = 0;

  /// Commits what is queued, refuses what comes later, joins, closes. Called by the destructor.
  virtual void stop() = 0;

 protected:
  virtual Result<void> read_unit(const Unit& unit) = 0;
};

template <class Make>
auto Connection::query_one(std::string_view sql, const Params& params, Make make)
    -> Result<std::optional<decltype(make(std::declval<const Row&>()))>> {
  std::optional<decltype(make(std::declval<const Row&>()))> first;
  Result<void> done = query(sql, params, [&](const Row& row) {
    if (!first) {
      first.emplace(make(row));
    }
  });
  if (!done) {
    return tl::unexpected(done.error());
  }
  return first;
}

template <class Fn>
auto Database::read(Fn fn) -> decltype(fn(std::declval<Connection&>())) {
  using R = decltype(fn(std::declval<Connection&>()));
  std::optional<R> result;
  Result<void> done = read_unit([&](Connection& connection) -> Result<void> {
    result.emplace(fn(connection));
    return {};
  });
  if (!done) {
    return R(tl::unexpected(done.error()));
  }
  return std::move(*result);
}

template <class Fn>
auto Database::write_sync(Fn fn) -> decltype(fn(std::declval<Connection&>()))
  requires(!std::is_same_v<decltype(fn(std::declval<Connection&>())), Result<void>>)
{
  using R = decltype(fn(std::declval<Connection&>()));
  std::optional<R> result;
  Result<void> done = write_sync(Unit([&](Connection& connection) -> Result<void> {
    result.emplace(fn(connection));
    return result->has_value() ? Result<void>() : Result<void>(tl::unexpected(result->error()));
  }));
  if (!done) {
    return R(tl::unexpected(done.error()));
  }
  return std::move(*result);
}

}  // namespace scaiflow::store
