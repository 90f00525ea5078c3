#include "libs/store/sqlite_connection.h"

#include <cerrno>
#include <type_traits>

namespace scaiflow::store {
namespace {

constexpr std::size_t statements_max = 512;

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes ? std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size))
                 : std::string_view();
  }

 private:
  sqlite3_stmt* statement_;
};

/// The parameter outlives the statement's use, so its bytes are not copied.
int bind(sqlite3_stmt* statement, int index, const Param& param) {
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return sqlite3_bind_null(statement, index);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return sqlite3_bind_int64(statement, index, value);
        } else if constexpr (std::is_same_v<T, double>) {
          return sqlite3_bind_double(statement, index, value);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC,
                                     SQLITE_UTF8);
        } else {
          return value.bytes.empty() ? sqlite3_bind_zeroblob(statement, index, 0)
                                     : sqlite3_bind_blob64(statement, index, value.bytes.data(),
                                                           value.bytes.size(), SQLITE_STATIC);
        }
      },
      param.value());
}

const char* error_code_of(int code, int system_error) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY
                 ? db_error::UniqueViolation
                 : db_error::Internal;
    case SQLITE_FULL: return db_error::InsufficientStorage;
    case SQLITE_IOERR:
      return system_error == ENOSPC || system_error == EDQUOT ? db_error::InsufficientStorage
                                                              : db_error::Unavailable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM: return db_error::Unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return db_error::Corrupt;
    default: return db_error::Internal;
  }
}

Error sqlite_error(sqlite3* handle, int code, std::string_view sql) {
  const char* name = error_code_of(code, handle ? sqlite3_system_errno(handle) : 0);
  const bool later = name == db_error::Unavailable || name == db_error::InsufficientStorage;
  std::string message = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  if (name == db_error::Internal && !sql.empty()) {
    message += " in: " + std::string(sql);
  }
  return Error{name, std::move(message), later ? Retry::Later : Retry::Never, {}};
}

}  // namespace

/// Resets a statement when its use is over, so that it holds no lock and no pointer to parameters.
class SqliteConnection::Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  sqlite3_stmt* statement_;
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, SqliteRole role) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  if (code != SQLITE_OK) {
    Error error = sqlite_error(handle, code, {});
    error.message = "cannot open " + path + ": " + error.message;
    sqlite3_close(handle);
    return tl::unexpected(std::move(error));
  }
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  sqlite3_busy_timeout(handle, 5'000);
  const char* pragmas = role == SqliteRole::Writer ? "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=OFF;"
                                                   : "PRAGMA foreign_keys=OFF; PRAGMA query_only=ON;";
  if (Result<void> set = connection->run_script(pragmas); !set) {
    return tl::unexpected(set.error());
  }
  return connection;
}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close(handle_);
}

tl::unexpected<Error> SqliteConnection::failure(int code, std::string_view sql) const {
  return tl::unexpected(sqlite_error(handle_, code, sql));
}

Result<SqliteConnection::StatementPtr> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &tail);
  if (code != SQLITE_OK) {
    return failure(code, sql);
  }
  StatementPtr prepared(statement);
  if (!statement || sql.substr(static_cast<std::size_t>(tail - sql.data())).find_first_not_of(" \n\t;") !=
                        std::string_view::npos) {
    return fail(db_error::Internal, "not exactly one statement: " + std::string(sql));
  }
  return prepared;
}

/// The prepared statement for that text. A statement that is being stepped further up the stack is not
/// touched: the caller gets one of its own in `spare`.
Result<sqlite3_stmt*> SqliteConnection::cached(std::string_view sql, StatementPtr& spare) {
  const auto found = statements_.find(std::string(sql));
  if (found != statements_.end() && !sqlite3_stmt_busy(found->second.get())) {
    return found->second.get();
  }
  Result<StatementPtr> prepared = prepare(sql);
  if (!prepared) {
    return tl::unexpected(prepared.error());
  }
  if (found != statements_.end() || statements_.size() >= statements_max) {
    spare = std::move(*prepared);
    return spare.get();
  }
  return statements_.emplace(std::string(sql), std::move(*prepared)).first->second.get();
}

Result<void> SqliteConnection::run(std::string_view sql, const Params& params, const OnRow* on_row) {
  StatementPtr spare;
  const Result<sqlite3_stmt*> statement = cached(sql, spare);
  if (!statement) {
    return tl::unexpected(statement.error());
  }
  const Use use(*statement);
  if (sqlite3_bind_parameter_count(*statement) != static_cast<int>(params.size())) {
    return fail(db_error::Internal, "wrong number of parameters in: " + std::string(sql));
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (const int code = bind(*statement, static_cast<int>(i) + 1, params[i]); code != SQLITE_OK) {
      return failure(code, sql);
    }
  }
  const SqliteRow row(*statement);
  int code = sqlite3_step(*statement);
  while (code == SQLITE_ROW) {
    if (on_row) {
      (*on_row)(row);
    }
    code = sqlite3_step(*statement);
  }
  return code == SQLITE_DONE ? Result<void>() : failure(code, sql);
}

Result<std::int64_t> SqliteConnection::execute(std::string_view sql, const Params& params) {
  const std::int64_t before = changes();
  return run(sql, params, nullptr).map([&] { return changes() - before; });
}

Result<void> SqliteConnection::query(std::string_view sql, const Params& params, const OnRow& on_row) {
  return run(sql, params, &on_row);
}

Result<void> SqliteConnection::run_script(std::string_view sql) {
  const int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Result<void>() : failure(code, {});
}

}  // namespace scaiflow::store
