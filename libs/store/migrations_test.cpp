#include "libs/store/migrations.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "libs/base/hash.h"
#include "libs/store/sqlite_database.h"
#include "libs/store/temporary_folder.h"

namespace scaiflow::store {
namespace {

using Steps = std::vector<int>;

const Migration first{1, "first", "-- min_reader: 0001\nCREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;"};
const Migration second{2, "second", "-- min_reader: 0002\nCREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;"};
const Migration heavy{2, "second", "-- min_reader: 0001\n-- heavy\nCREATE INDEX ai ON a (id);"};

class MigrationsTest : public testing::Test {
 protected:
  void SetUp() override {
    SqliteOptions options;
    options.path = folder_.path("m.db");
    database_ = std::move(*open_sqlite(options));
    options_ = {MigrateMode::Apply, options.path, "0.1.0", "node1"};
  }

  Result<Steps> migrate(const std::vector<Migration>& known) {
    return migrate_sqlite(*database_, known, options_);
  }
  std::string refusal(const std::vector<Migration>& known) {
    const Result<Steps> result = migrate(known);
    return result ? "none" : result.error().code + ": " + result.error().message;
  }
  std::vector<std::string> texts(const std::string& sql) {
    std::vector<std::string> found;
    EXPECT_TRUE(database_->read([&](Connection& c) {
      return c.query(sql, {}, [&](const Row& row) { found.push_back(row.string(0)); });
    }));
    return found;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
  MigrateOptions options_;
};

TEST_F(MigrationsTest, AppliesPendingStepsOnce) {
  EXPECT_EQ(migrate({first}).value(), (Steps{1}));
  EXPECT_EQ(migrate({first}).value(), Steps{});
  EXPECT_EQ(migrate({first, second}).value(), (Steps{2}));
  EXPECT_EQ(texts("SELECT name || ' ' || state || ' ' || min_reader || ' ' || binary_version || ' ' || "
                  "applied_by FROM schema_migrations ORDER BY step"),
            (std::vector<std::string>{"first done 1 0.1.0 node1", "second done 2 0.1.0 node1"}));
  EXPECT_EQ(texts("SELECT checksum FROM schema_migrations WHERE step = 1")[0], sha256_hex(first.sql));
}

TEST_F(MigrationsTest, RefusesAChangedStep) {
  ASSERT_TRUE(migrate({first}));
  Migration changed = first;
  changed.sql = "-- min_reader: 0001\nCREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT) STRICT;";
  EXPECT_EQ(refusal({changed}), "migration_mismatch: migration checksum mismatch: 0001_first");
}

TEST_F(MigrationsTest, RefusesATamperedRow) {
  ASSERT_TRUE(migrate({first}));
  ASSERT_TRUE(database_->exclusive([](Connection& c) {
    return c.run_script("UPDATE schema_migrations SET checksum = 'x'");
  }));
  EXPECT_EQ(refusal({first}), "migration_mismatch: migration checksum mismatch: 0001_first");
}

TEST_F(MigrationsTest, RefusesAHole) {
  ASSERT_TRUE(migrate({second}));
  EXPECT_EQ(refusal({first, second}),
            "migration_mismatch: migration missing: 0001_first was never applied, but later steps were");
}

TEST_F(MigrationsTest, RunsOnANewerSchemaOnlyIfThatAllowsIt) {
  Migration compatible = second;
  compatible.sql = "-- min_reader: 0001\nCREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;";
  ASSERT_TRUE(migrate({first, compatible}));
  EXPECT_EQ(migrate({first}).value(), Steps{});
  TearDown();
  database_.reset();
  std::filesystem::remove(options_.database_path);
  SetUp();
  ASSERT_TRUE(migrate({first, second}));
  EXPECT_EQ(refusal({first}).substr(0, 14), "schema_too_new");
}

TEST_F(MigrationsTest, UndoesAFailingStepWhole) {
  ASSERT_TRUE(migrate({first}));
  Migration broken = second;
  broken.sql = "CREATE TABLE c (id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES (1);";
  EXPECT_EQ(refusal({first, broken}), "migration_failed: 0002_second: no such table: nowhere");
  EXPECT_EQ(texts("SELECT name FROM sqlite_master WHERE name = 'c'"), std::vector<std::string>{});
  EXPECT_EQ(migrate({first, second}).value(), (Steps{2}));
}

TEST_F(MigrationsTest, KeepsACopyOfTheDatabaseBeforeAStep) {
  ASSERT_TRUE(migrate({first}));
  EXPECT_FALSE(std::filesystem::exists(options_.database_path + ".before-0001.bak"));  // there was nothing
  ASSERT_TRUE(database_->write_sync(Database::Unit([](Connection& c) {
    return c.execute("INSERT INTO a (id) VALUES (7)").map([](std::int64_t) {});
  })));
  ASSERT_TRUE(migrate({first, second}));
  SqliteOptions copy;
  copy.path = options_.database_path + ".before-0002.bak";
  database_ = std::move(*open_sqlite(copy));
  EXPECT_EQ(texts("SELECT CAST(id AS TEXT) FROM a"), (std::vector<std::string>{"7"}));
  EXPECT_EQ(texts("SELECT name FROM sqlite_master WHERE name = 'b'"), std::vector<std::string>{});
}

TEST_F(MigrationsTest, CompareChangesNothing) {
  options_.mode = MigrateMode::Compare;
  EXPECT_EQ(refusal({first}), "migration_pending: 0001_first is pending: run scaiflow migrate");
  EXPECT_EQ(texts("SELECT name FROM sqlite_master"), std::vector<std::string>{});
  options_.mode = MigrateMode::Apply;
  ASSERT_TRUE(migrate({first}));
  options_.mode = MigrateMode::Compare;
  EXPECT_EQ(migrate({first}).value(), Steps{});
}

TEST_F(MigrationsTest, LeavesHeavyStepsToTheCommand) {
  ASSERT_TRUE(migrate({first}));
  EXPECT_EQ(refusal({first, heavy}),
            "migration_pending: 0002_second takes long on a big database: run scaiflow migrate");
  options_.mode = MigrateMode::ApplyHeavy;
  EXPECT_EQ(migrate({first, heavy}).value(), (Steps{2}));
}

TEST_F(MigrationsTest, BuiltInStepsApplyAndKeepToThePortableRules) {
  const auto& known = sqlite_migrations();
  ASSERT_FALSE(known.empty());
  EXPECT_EQ(known.front().name, "api");
  const auto applied = migrate(known);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->size(), known.size());
  EXPECT_EQ(texts("SELECT sql FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%) STRICT%'"),
            std::vector<std::string>{});
  EXPECT_EQ(texts("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"),
            std::vector<std::string>{});
  EXPECT_EQ(texts("SELECT m.name FROM sqlite_master AS m WHERE m.type = 'table' AND NOT EXISTS "
                  "(SELECT 1 FROM pragma_table_info(m.name) AS c WHERE c.pk > 0)"),
            std::vector<std::string>{});
}

TEST(BuiltInMigrations, AreNumberedUpwardsAndNameTheirReader) {
  int last = 0;
  for (const Migration& migration : sqlite_migrations()) {
    EXPECT_GT(migration.step, last);
    EXPECT_TRUE(migration.sql.starts_with("-- min_reader: ")) << migration.name;
    last = migration.step;
  }
}

}  // namespace
}  // namespace scaiflow::store
