#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "libs/store/database.h"

namespace scaiflow::store {

enum class SqliteRole : std::uint8_t { Reader, Writer };

/// One SQLite connection with its prepared statements; used by one thread at a time.
class SqliteConnection final : public Connection {
 public:
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, SqliteRole role);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Result<std::int64_t> execute(std::string_view sql, const Params& params = {}) override;
  Result<void> query(std::string_view sql, const Params& params, const OnRow& on_row) override;
  Result<void> run_script(std::string_view sql) override;

  /// False once SQLite has rolled the transaction back by itself (disk full, I/O error).
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  /// Rows inserted, matched by an UPDATE or deleted since the connection was opened.
  std::int64_t changes() const { return sqlite3_total_changes64(handle_); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;
  class Use;

  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  Result<StatementPtr> prepare(std::string_view sql);
  Result<sqlite3_stmt*> cached(std::string_view sql, StatementPtr& spare);
  Result<void> run(std::string_view sql, const Params& params, const OnRow* on_row);
  tl::unexpected<Error> failure(int code, std::string_view sql) const;

  sqlite3* handle_;
  std::unordered_map<std::string, StatementPtr> statements_;
};

}  // namespace scaiflow::store
