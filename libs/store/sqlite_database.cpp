#include "libs/store/sqlite_database.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <future>
#include <mutex>
#include <span>

#include "libs/net/clock.h"
#include "libs/net/executor.h"
#include "libs/net/metrics.h"
#include "libs/net/round.h"
#include "libs/store/sqlite_connection.h"

namespace scaiflow::store {
namespace {

/// Holds `<path>.lock` for the life of a server.
class LockFile {
 public:
  LockFile() = default;
  LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  LockFile& operator=(LockFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~LockFile() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  static Result<LockFile> take(const std::string& path) {
    LockFile lock;
    lock.fd_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    if (lock.fd_ < 0) {
      return fail(db_error::Unavailable, "cannot open " + path + ": " + std::strerror(errno));
    }
    if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
      return fail(db_error::Locked, "another server is using this database: it holds " + path);
    }
    return lock;
  }

 private:
  int fd_ = -1;
};

/// Reader connections, opened as they are first needed.
class ReaderPool {
 public:
  ReaderPool(std::string path, std::size_t readers_max) : path_(std::move(path)), left_(readers_max) {}

  Result<std::unique_ptr<SqliteConnection>> take() {
    std::unique_lock lock(mutex_);
    available_.wait(lock, [&] { return !idle_.empty() || left_ > 0; });
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
    --left_;
    lock.unlock();
    auto opened = SqliteConnection::open(path_, SqliteRole::Reader);
    if (!opened) {
      give_back(nullptr);
    }
    return opened;
  }

  /// Null stands for a reader that could not be opened or is no longer to be trusted.
  void give_back(std::unique_ptr<SqliteConnection> reader) {
    {
      std::lock_guard lock(mutex_);
      if (reader) {
        idle_.push_back(std::move(reader));
      } else {
        ++left_;
      }
    }
    available_.notify_one();
  }

 private:
  std::string path_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
  std::size_t left_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(SqliteOptions options, LockFile lock, std::unique_ptr<SqliteConnection> writer)
      : options_(std::move(options)),
        lock_(std::move(lock)),
        writer_(std::move(writer)),
        readers_(options_.path, options_.readers_max) {
    if (options_.metrics == nullptr) return;
    options_.metrics->gauge(net::Metric::DatabaseQueue, [this] {
      const std::lock_guard guard(mutex_);
      return static_cast<double>(queue_.size());
    });
  }
  ~SqliteDatabase() override {
    if (options_.metrics != nullptr) options_.metrics->gauge(net::Metric::DatabaseQueue, nullptr);
    stop();
  }

  void write(Unit unit, Done done) override;
  Result<void> exclusive(Unit unit) override;
  void stop() override;

 protected:
  Result<void> read_unit(const Unit& unit) override;

 private:
  struct Waiting {
    Unit unit;
    Done done;
    Result<void> result;
  };

  void commit_waiting();
  void commit(std::span<Waiting> batch);
  Result<void> commit_together(std::span<Waiting> batch);
  Result<void> run_all(std::span<Waiting> batch);
  void count_commit(const std::vector<Waiting>& batch, std::int64_t took_us);

  SqliteOptions options_;
  LockFile lock_;
  std::unique_ptr<SqliteConnection> writer_;  ///< used on the committer lane alone
  ReaderPool readers_;

  std::mutex mutex_;
  std::deque<Waiting> queue_;
  bool scheduled_ = false;
  bool stopped_ = false;
  net::Lanes committer_{1};
};

Error stopped_error() { return Error{db_error::Unavailable, "the database is closed", Retry::Later, {}}; }

void SqliteDatabase::write(Unit unit, Done done) {
  Error refusal;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) {
      refusal = stopped_error();
    } else if (queue_.size() >= options_.queue_max) {
      refusal = Error{db_error::Overloaded, "too many writes are waiting", Retry::Later, {}};
    } else {
      queue_.push_back({std::move(unit), std::move(done), {}});
      if (!std::exchange(scheduled_, true)) {
        committer_.at(0).post([this] { commit_waiting(); });
      }
      return;
    }
  }
  done(tl::unexpected(std::move(refusal)));
}

/// One commit for everything that is waiting now.
void SqliteDatabase::commit_waiting() {
  std::vector<Waiting> batch;
  {
    std::lock_guard lock(mutex_);
    while (!queue_.empty() && batch.size() < options_.batch_max) {
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    scheduled_ = !queue_.empty();
    if (scheduled_) {
      committer_.at(0).post([this] { commit_waiting(); });
    }
  }
  const std::int64_t begun_us = net::steady_us();
  commit(batch);
  count_commit(batch, net::steady_us() - begun_us);
  for (Waiting& waiting : batch) {
    waiting.done(std::move(waiting.result));
  }
  net::end_round();  // the next commit takes its time
}

void SqliteDatabase::count_commit(const std::vector<Waiting>& batch, std::int64_t took_us) {
  if (options_.metrics == nullptr) {
    return;
  }
  const bool done = std::any_of(batch.begin(), batch.end(),
                                [](const Waiting& waiting) { return waiting.result.has_value(); });
  options_.metrics->add(net::Metric::DatabaseCommits, 1, done ? "done" : "failed");
  options_.metrics->observe(net::Metric::DatabaseCommitSeconds, took_us);
  options_.metrics->observe(net::Metric::DatabaseCommitUnits, static_cast<std::int64_t>(batch.size()));
}

/// One transaction for all; where that cannot be, one for each half, down to the unit that is to blame (07
/// §17.2).
void SqliteDatabase::commit(std::span<Waiting> batch) {
  Result<void> whole = commit_together(batch);
  if (whole) {
    return;
  }
  if (batch.size() == 1) {
    batch.front().result = std::move(whole);
    return;
  }
  commit(batch.first(batch.size() / 2));
  commit(batch.subspan(batch.size() / 2));
}

/// An error when nothing was committed.
Result<void> SqliteDatabase::commit_together(std::span<Waiting> batch) {
  Result<void> whole = writer_->execute("BEGIN IMMEDIATE").map([](std::int64_t) {});
  if (whole) {
    whole = run_all(batch);
  }
  if (whole) {
    whole = writer_->execute("COMMIT").map([](std::int64_t) {});
  }
  if (writer_->in_transaction()) {
    writer_->execute("ROLLBACK");
  }
  return whole;
}

/// A unit that fails before it has changed anything fails alone. Savepoints would serve the others too, but
/// they copy each page that a unit is the first to change.
Result<void> SqliteDatabase::run_all(std::span<Waiting> batch) {
  for (Waiting& waiting : batch) {
    const std::int64_t before = writer_->changes();
    waiting.result = waiting.unit(*writer_);
    if (!waiting.result && (writer_->changes() != before || !writer_->in_transaction())) {
      return waiting.result;
    }
    if (!writer_->in_transaction()) {
      return fail(db_error::Unavailable, "the transaction was rolled back", Retry::Later);
    }
  }
  return {};
}

Result<void> SqliteDatabase::read_unit(const Unit& unit) {
  auto reader = readers_.take();
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  Result<void> result = (*reader)->execute("BEGIN").map([](std::int64_t) {});
  if (result) {
    result = unit(**reader);
    if (!(*reader)->execute("ROLLBACK")) {
      reader->reset();
    }
  }
  readers_.give_back(std::move(*reader));
  return result;
}

Result<void> SqliteDatabase::exclusive(Unit unit) {
  std::promise<Result<void>> done;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) {
      return tl::unexpected(stopped_error());
    }
    committer_.at(0).post([&] { done.set_value(unit(*writer_)); });
  }
  net::end_round();
  return done.get_future().get();
}

void SqliteDatabase::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  committer_.stop();
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(SqliteOptions options) {
  LockFile lock;
  if (options.lock == ServerLock::Take) {
    Result<LockFile> taken = LockFile::take(options.path + ".lock");
    if (!taken) {
      return tl::unexpected(taken.error());
    }
    lock = std::move(*taken);
  }
  // SQLite would create the file readable by everybody. An existing one is not opened here: closing it would
  // drop the locks of this process's other connections to it.
  if (const int fd = ::open(options.path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0640); fd >= 0) {
    ::close(fd);
  }
  auto writer = SqliteConnection::open(options.path, SqliteRole::Writer);
  if (!writer) {
    return tl::unexpected(writer.error());
  }
  const char* synchronous =
      options.synchronous == Synchronous::Full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL";
  if (Result<void> set = (*writer)->run_script(synchronous); !set) {
    return tl::unexpected(set.error());
  }
  return std::make_unique<SqliteDatabase>(std::move(options), std::move(lock), std::move(*writer));
}

}  // namespace scaiflow::store
