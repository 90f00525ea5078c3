#include "libs/store/sqlite_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "libs/store/temporary_folder.h"

namespace scaiflow::store {
namespace {

class SqliteDatabaseTest : public testing::Test {
 protected:
  void SetUp() override { reopen({}); }

  void reopen(SqliteOptions options) {
    database_.reset();
    options.path = folder_.path("test.db");
    auto opened = open_sqlite(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    const auto made = database_->exclusive([](Connection& connection) {
      return connection.run_script(
          "CREATE TABLE IF NOT EXISTS t (id INTEGER NOT NULL, v TEXT, PRIMARY KEY (id)) STRICT");
    });
    ASSERT_TRUE(made) << made.error().message;
  }

  std::int64_t count() {
    const auto rows = database_->read([](Connection& c) {
      return c.query_one("SELECT COUNT(*) FROM t", {}, [](const Row& row) { return row.integer(0); });
    });
    EXPECT_TRUE(rows);
    return **rows;
  }

  static Result<void> insert(Connection& connection, int id) {
    return connection.execute("INSERT INTO t (id, v) VALUES (?, ?)", {id, "v"}).map([](std::int64_t) {});
  }

  /// Holds the committer inside a unit until released, so that what is written meanwhile makes one batch.
  struct Hold {
    std::promise<void> entered;
    std::promise<void> release;
    explicit Hold(Database& database) {
      database.write(
          [this](Connection&) -> Result<void> {
            entered.set_value();
            release.get_future().wait();
            return {};
          },
          [](const Result<void>&) {});
      entered.get_future().wait();
    }
  };

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(SqliteDatabaseTest, KeepsEveryKindOfValue) {
  const auto written = database_->exclusive([](Connection& c) -> Result<void> {
    EXPECT_TRUE(c.run_script("CREATE TABLE k (i INTEGER, d REAL, s TEXT, b BLOB, n TEXT) STRICT"));
    const std::optional<std::string> nothing;
    const char* sql = "INSERT INTO k VALUES (?, ?, ?, ?, ?)";
    const Blob blob{std::string("\0x", 2)};
    EXPECT_EQ(c.execute(sql, {std::int64_t{1} << 62, 0.5, "a\xc3\xa9", blob, nothing}).value_or(-1), 1);
    EXPECT_EQ(c.execute(sql, {true, 1.0, "", Blob{}, nullptr}).value_or(-1), 1);
    return {};
  });
  ASSERT_TRUE(written);
  std::vector<std::string> rows;
  const auto read = database_->read([&](Connection& c) {
    return c.query("SELECT i, d, s, b, n FROM k ORDER BY i DESC", {}, [&](const Row& row) {
      rows.push_back(std::to_string(row.integer(0)) + "|" + std::to_string(row.real(1)) + "|" +
                     row.string(2) + "|" + row.string(3) + "|" + row.maybe_string(4).value_or("NULL") + "|" +
                     (row.is_null(3) ? "null blob" : "blob"));
    });
  });
  ASSERT_TRUE(read);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], "4611686018427387904|0.500000|a\xc3\xa9|" + std::string("\0x", 2) + "|NULL|blob");
  EXPECT_EQ(rows[1], "1|1.000000|||NULL|blob");
}

TEST_F(SqliteDatabaseTest, CountsTheRowsThatAStatementTouched) {
  const auto done = database_->write_sync([](Connection& c) -> Result<void> {
    for (int id = 0; id < 5; ++id) {
      EXPECT_TRUE(insert(c, id));
    }
    EXPECT_EQ(c.execute("UPDATE t SET v = 'v' WHERE id < ?", {3}).value_or(-1), 3);
    EXPECT_EQ(c.execute("UPDATE t SET v = 'w' WHERE id = ?", {99}).value_or(-1), 0);
    EXPECT_EQ(c.execute("DELETE FROM t WHERE id >= ?", {3}).value_or(-1), 2);
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(count(), 3);
}

TEST_F(SqliteDatabaseTest, GivesAUnitsResult) {
  const Result<std::int64_t> rows = database_->write_sync([](Connection& c) {
    return c.execute("INSERT INTO t (id) VALUES (?)", {1});
  });
  EXPECT_EQ(rows.value_or(-1), 1);
  const Result<std::int64_t> again = database_->write_sync([](Connection& c) {
    return c.execute("INSERT INTO t (id) VALUES (?)", {1});
  });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, db_error::UniqueViolation);
}

TEST_F(SqliteDatabaseTest, UndoesAFailingUnitAlone) {
  std::vector<std::future<Result<void>>> results;
  {
    Hold hold(*database_);
    for (int id = 0; id < 100; ++id) {
      auto result = std::make_shared<std::promise<Result<void>>>();
      results.push_back(result->get_future());
      database_->write(
          [id](Connection& c) -> Result<void> {
            Result<void> done = insert(c, id);
            return done && id % 10 == 3 ? Result<void>(fail("refused", "the unit says no")) : done;
          },
          [result](Result<void> r) { result->set_value(std::move(r)); });
    }
    hold.release.set_value();
    for (int id = 0; id < 100; ++id) {
      const Result<void> result = results[static_cast<std::size_t>(id)].get();
      EXPECT_EQ(result.has_value(), id % 10 != 3);
      EXPECT_EQ(result ? "" : result.error().code, id % 10 == 3 ? "refused" : "");
    }
  }
  EXPECT_EQ(count(), 90);
  const auto refused = database_->read([](Connection& c) {
    const char* sql = "SELECT COUNT(*) FROM t WHERE id % 10 = 3";
    return c.query_one(sql, {}, [](const Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(refused->value(), 0);
}

TEST_F(SqliteDatabaseTest, CommitsWaitingUnitsTogetherAndInOrder) {
  std::vector<int> order;
  std::promise<void> all;
  {
    Hold hold(*database_);
    for (int id = 0; id < 50; ++id) {
      database_->write(
          [&, id](Connection& c) -> Result<void> {
            // A unit sees the units before it; nobody outside sees any of them before the common commit.
            const auto seen =
                c.query_one("SELECT COUNT(*) FROM t", {}, [](const Row& row) { return row.integer(0); });
            EXPECT_EQ(seen->value(), id);
            EXPECT_EQ(count(), 0);
            return insert(c, id);
          },
          [&, id](const Result<void>& result) {
            EXPECT_TRUE(result);
            order.push_back(id);
            if (id == 49) {
              all.set_value();
            }
          });
    }
    hold.release.set_value();
    all.get_future().wait();
  }
  EXPECT_EQ(order.size(), 50u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(count(), 50);
}

TEST_F(SqliteDatabaseTest, SplitsWhatIsMoreThanABatch) {
  SqliteOptions options;
  options.batch_max = 7;
  reopen(options);
  std::atomic<int> done = 0;
  std::promise<void> all;
  {
    Hold hold(*database_);
    for (int id = 0; id < 100; ++id) {
      database_->write([id](Connection& c) { return insert(c, id); }, [&](const Result<void>& result) {
        EXPECT_TRUE(result);
        if (++done == 100) {
          all.set_value();
        }
      });
    }
    hold.release.set_value();
    all.get_future().wait();
  }
  EXPECT_EQ(count(), 100);
}

TEST_F(SqliteDatabaseTest, RefusesWritesAboveItsQueue) {
  SqliteOptions options;
  options.queue_max = 2;
  reopen(options);
  std::atomic<int> good = 0;
  Result<void> third;
  {
    Hold hold(*database_);
    const auto write = [&](int id, Database::Done done) {
      database_->write([id](Connection& c) { return insert(c, id); }, std::move(done));
    };
    write(1, [&](const Result<void>& r) { good += r ? 1 : 0; });
    write(2, [&](const Result<void>& r) { good += r ? 1 : 0; });
    write(3, [&](const Result<void>& r) { third = r; });
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, db_error::Overloaded);
    hold.release.set_value();
    database_->stop();
  }
  EXPECT_EQ(good, 2);
}

TEST_F(SqliteDatabaseTest, ReadsOneMomentWhileOthersWrite) {
  const auto both = database_->read([&](Connection& c) -> Result<std::int64_t> {
    const auto rows = [&] {
      std::int64_t n = 0;
      EXPECT_TRUE(c.query("SELECT COUNT(*) FROM t", {}, [&](const Row& row) { n = row.integer(0); }));
      return n;
    };
    EXPECT_EQ(rows(), 0);
    EXPECT_TRUE(database_->write_sync(Database::Unit([](Connection& w) { return insert(w, 1); })));
    return rows();
  });
  EXPECT_EQ(both.value_or(-1), 0);
  EXPECT_EQ(count(), 1);
}

TEST_F(SqliteDatabaseTest, ReadersCannotWrite) {
  const Result<std::int64_t> written =
      database_->read([](Connection& c) { return c.execute("DELETE FROM t"); });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, db_error::Internal);
}

TEST_F(SqliteDatabaseTest, ReadersAreSharedOut) {
  SqliteOptions options;
  options.readers_max = 2;
  reopen(options);
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        good += count() == 0 ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(good, 400);
}

TEST_F(SqliteDatabaseTest, NestedUseOfOneStatementIsSafe) {
  ASSERT_TRUE(database_->write_sync(Database::Unit([](Connection& c) -> Result<void> {
    for (int id = 0; id < 3; ++id) {
      EXPECT_TRUE(insert(c, id));
    }
    return {};
  })));
  int visits = 0;
  const auto read = database_->read([&](Connection& c) {
    const char* sql = "SELECT id FROM t WHERE id >= ? ORDER BY id";
    return c.query(sql, {0}, [&](const Row& row) {
      EXPECT_TRUE(c.query(sql, {row.integer(0)}, [&](const Row&) { ++visits; }));
    });
  });
  EXPECT_TRUE(read);
  EXPECT_EQ(visits, 3 + 2 + 1);
}

TEST_F(SqliteDatabaseTest, NamesWrongStatements) {
  const auto errors = database_->read([](Connection& c) -> Result<void> {
    const auto code = [&](std::string_view sql, const Params& params) {
      const auto result = c.query(sql, params, [](const Row&) {});
      return result ? std::string("none") : result.error().code;
    };
    EXPECT_EQ(code("SELECT nothing FROM t", {}), db_error::Internal);
    EXPECT_EQ(code("SELECT id FROM t WHERE id = ?", {}), db_error::Internal);
    EXPECT_EQ(code("SELECT id FROM t; SELECT 1", {}), db_error::Internal);
    EXPECT_EQ(code("SELECT id FROM t; ", {}), "none");
    return {};
  });
  EXPECT_TRUE(errors);
}

TEST_F(SqliteDatabaseTest, ReportsAFullDiskOnlyToTheUnitsThatDoNotFit) {
  ASSERT_TRUE(database_->exclusive([](Connection& c) {
    return c.query("PRAGMA max_page_count = 20", {}, [](const Row&) {});
  }));
  const auto write = [&](int id, std::size_t size, std::promise<Result<void>>& done) {
    database_->write(
        [id, size](Connection& c) {
          return c.execute("INSERT INTO t (id, v) VALUES (?, ?)", {id, std::string(size, 'x')})
              .map([](std::int64_t) {});
        },
        [&](Result<void> r) { done.set_value(std::move(r)); });
  };
  std::promise<Result<void>> small, big, small_again;
  {
    Hold hold(*database_);
    write(1, 10, small);
    write(2, 1'000'000, big);
    write(3, 10, small_again);
    hold.release.set_value();
    EXPECT_TRUE(small.get_future().get());
    const Result<void> refused = big.get_future().get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, db_error::InsufficientStorage);
    EXPECT_EQ(refused.error().retry, Retry::Later);
    EXPECT_TRUE(small_again.get_future().get());
  }
  EXPECT_EQ(count(), 2);
}

TEST_F(SqliteDatabaseTest, KeepsASecondServerOut) {
  SqliteOptions options;
  options.path = folder_.path("test.db");
  const auto second = open_sqlite(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, db_error::Locked);
  options.lock = ServerLock::Skip;
  EXPECT_TRUE(open_sqlite(options));
  database_.reset();
  options.lock = ServerLock::Take;
  EXPECT_TRUE(open_sqlite(options));
}

TEST_F(SqliteDatabaseTest, SaysWhenItIsNoDatabaseOrCannotBeOpened) {
  SqliteOptions options;
  options.path = folder_.path("missing/test.db");
  EXPECT_EQ(open_sqlite(options).error().code, db_error::Unavailable);
  options.lock = ServerLock::Skip;
  EXPECT_EQ(open_sqlite(options).error().code, db_error::Unavailable);
}

TEST_F(SqliteDatabaseTest, StopCommitsWhatWaitsAndRefusesTheRest) {
  std::atomic<int> good = 0;
  for (int id = 0; id < 20; ++id) {
    database_->write([id](Connection& c) { return insert(c, id); },
                     [&](const Result<void>& r) { good += r ? 1 : 0; });
  }
  database_->stop();
  EXPECT_EQ(good, 20);
  EXPECT_EQ(database_->write_sync(Database::Unit([](Connection& c) { return insert(c, 99); })).error().code,
            db_error::Unavailable);
  EXPECT_EQ(database_->exclusive([](Connection&) -> Result<void> { return {}; }).error().code,
            db_error::Unavailable);
  EXPECT_EQ(count(), 20);
}

}  // namespace
}  // namespace scaiflow::store
