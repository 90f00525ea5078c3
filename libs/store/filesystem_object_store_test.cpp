#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "libs/base/hash.h"
#include "libs/store/object_store.h"
#include "libs/store/temporary_folder.h"

namespace scaiflow::store {
namespace {

namespace fs = std::filesystem;

class FilesystemObjectStoreTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    auto opened = open_filesystem_store(folder_.path("store"));
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  std::size_t tmp_files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path("store/tmp")), {}));
  }
  std::vector<std::string> keys(std::string_view prefix, std::string_view after = {},
                                std::size_t limit = 100) {
    std::vector<std::string> found;
    const auto entries = store_->list(prefix, after, limit);
    EXPECT_TRUE(entries);
    for (const ObjectEntry& entry : *entries) {
      found.push_back(entry.key);
    }
    return found;
  }
  PutOutcome put(std::string_view key, std::string_view bytes) {
    const auto outcome = store_->put_new(key, bytes);
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome.value_or(PutOutcome{});
  }

  TemporaryFolder folder_;
  std::unique_ptr<ObjectStore> store_;
};

TEST(IsObjectKey, KeepsToTheSyntax) {
  const std::string good[] = {"a", "_", "flows/t/f/v1.0.0.flow.json", "A-1.b_c", std::string(128, 'a')};
  const std::string bad[] = {"",    "/a",     "a/",  "a//b",       "..",  "a/../b", "a/..b", "a..b", ".a",
                             "-a",  "a/.b",   "a b", "a\xc3\xa9", "a\\", "a%2e",   std::string(129, 'a'),
                             std::string("a\0b", 3)};
  for (const std::string& key : good) {
    EXPECT_TRUE(is_object_key(key)) << key;
  }
  for (const std::string& key : bad) {
    EXPECT_FALSE(is_object_key(key)) << key;
  }
  const std::string segment(128, 'a');
  const std::string longest = segment + "/" + segment + "/" + segment + "/" + std::string(125, 'd');
  ASSERT_EQ(longest.size(), 512u);
  EXPECT_TRUE(is_object_key(longest));
  EXPECT_FALSE(is_object_key(longest + "d"));
}

TEST_F(FilesystemObjectStoreTest, CreatesOnceAndKeepsTheFirst) {
  const PutOutcome created = put("a/b/c.txt", "one");
  EXPECT_EQ(created.kind, PutOutcome::Kind::Created);
  EXPECT_EQ(created.sha256, sha256_hex("one"));
  const PutOutcome exists = put("a/b/c.txt", "two");
  EXPECT_EQ(exists.kind, PutOutcome::Kind::Exists);
  EXPECT_EQ(exists.sha256, sha256_hex("one"));
  EXPECT_EQ(**store_->get("a/b/c.txt"), "one");
  const auto head = store_->head("a/b/c.txt");
  EXPECT_EQ((*head)->size_bytes, 3u);
  EXPECT_EQ((*head)->sha256, sha256_hex("one"));
  EXPECT_EQ(tmp_files(), 0u);
}

TEST_F(FilesystemObjectStoreTest, SetsTheDocumentedModes) {
  const mode_t old_mask = umask(0);
  put("a/b", "x");
  umask(old_mask);
  struct stat status {};
  ASSERT_EQ(stat(folder_.path("store/objects/a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0750u);
  ASSERT_EQ(stat(folder_.path("store/objects/a/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(FilesystemObjectStoreTest, AbsentObjectsAreNoError) {
  put("a/b", "x");
  for (const char* key : {"x", "x/y", "a", "a/b/c"}) {
    EXPECT_FALSE(store_->get(key)->has_value()) << key;
    EXPECT_FALSE(store_->head(key)->has_value()) << key;
    EXPECT_TRUE(store_->remove("x")) << key;
  }
}

TEST_F(FilesystemObjectStoreTest, RemovesObjects) {
  put("a/b", "x");
  EXPECT_TRUE(store_->remove("a/b"));
  EXPECT_FALSE(store_->get("a/b")->has_value());
  EXPECT_EQ(put("a/b", "y").kind, PutOutcome::Kind::Created);
}

TEST_F(FilesystemObjectStoreTest, RefusesWhatIsNoKeyOrTooLarge) {
  for (const char* key : {"", "../x", "a/../b", "/etc/passwd"}) {
    EXPECT_EQ(store_->put_new(key, "x").error().code, object_error::InvalidKey);
    EXPECT_EQ(store_->get(key).error().code, object_error::InvalidKey);
    EXPECT_EQ(store_->head(key).error().code, object_error::InvalidKey);
    EXPECT_EQ(store_->remove(key).error().code, object_error::InvalidKey);
  }
  const std::string big(object_max_bytes + 1, 'x');
  EXPECT_EQ(store_->put_new("big", big).error().code, object_error::TooLarge);
}

TEST_F(FilesystemObjectStoreTest, FollowsNoSymbolicLink) {
  fs::create_directories(folder_.path("outside"));
  std::ofstream(folder_.path("outside/secret")) << "secret";
  fs::create_symlink(folder_.path("outside"), folder_.path("store/objects/link"));
  fs::create_symlink(folder_.path("outside/secret"), folder_.path("store/objects/file"));
  EXPECT_EQ(store_->get("link/secret").error().code, object_error::Denied);
  EXPECT_EQ(store_->get("file").error().code, object_error::Denied);
  EXPECT_EQ(store_->put_new("link/new", "x").error().code, object_error::Denied);
  EXPECT_FALSE(fs::exists(folder_.path("outside/new")));
  EXPECT_EQ(keys(""), std::vector<std::string>{});
}

TEST_F(FilesystemObjectStoreTest, ListsInByteOrderInPages) {
  const std::vector<std::string> all{"a-b", "a.b", "a/0", "a/b/c", "a/b0", "a0", "b/x"};
  for (auto key = all.rbegin(); key != all.rend(); ++key) {
    put(*key, *key);
  }
  EXPECT_EQ(keys(""), all);
  EXPECT_EQ(keys("a/"), (std::vector<std::string>{"a/0", "a/b/c", "a/b0"}));
  EXPECT_EQ(keys("a/b"), (std::vector<std::string>{"a/b/c", "a/b0"}));
  EXPECT_EQ(keys("a/b/c"), (std::vector<std::string>{"a/b/c"}));
  EXPECT_EQ(keys("zz"), std::vector<std::string>{});
  std::vector<std::string> paged;
  for (std::string after; true; after = paged.back()) {
    const auto page = keys("", after, 2);
    if (page.empty()) {
      break;
    }
    EXPECT_LE(page.size(), 2u);
    paged.insert(paged.end(), page.begin(), page.end());
  }
  EXPECT_EQ(paged, all);
  const auto entries = store_->list("b/", "", 1);
  EXPECT_EQ(entries->at(0).size_bytes, 3u);
  EXPECT_GT(entries->at(0).modified_ms, 1'600'000'000'000);
}

TEST_F(FilesystemObjectStoreTest, OfManyWritersExactlyOneCreates) {
  for (int round = 0; round < 20; ++round) {
    const std::string key = "r/" + std::to_string(round) + "/x";
    std::atomic<int> created = 0;
    std::atomic<int> winner = -1;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        const auto outcome = store_->put_new(key, std::to_string(i));
        if (outcome && outcome->kind == PutOutcome::Kind::Created) {
          ++created;
          winner = i;
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(created, 1);
    EXPECT_EQ(**store_->get(key), std::to_string(winner));
  }
}

TEST_F(FilesystemObjectStoreTest, RemovesOldTemporaryFilesAtStart) {
  std::ofstream(folder_.path("store/tmp/old")) << "x";
  std::ofstream(folder_.path("store/tmp/new")) << "x";
  const auto two_hours_ago = fs::file_time_type::clock::now() - std::chrono::hours(2);
  fs::last_write_time(folder_.path("store/tmp/old"), two_hours_ago);
  reopen();
  EXPECT_FALSE(fs::exists(folder_.path("store/tmp/old")));
  EXPECT_TRUE(fs::exists(folder_.path("store/tmp/new")));
}

TEST_F(FilesystemObjectStoreTest, AKilledWriterLeavesNoHalfObject) {
  const std::string bytes(8u << 20, 'k');
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0;; ++i) {
      const auto outcome = store_->put_new("k/" + std::to_string(i), bytes);
      const char mark = outcome ? 'c' : 'e';
      if (write(ready[1], &mark, 1) != 1) {
        _exit(1);
      }
    }
  }
  close(ready[1]);
  char mark = 0;
  std::size_t reported = 0;
  while (reported < 3 && read(ready[0], &mark, 1) == 1) {
    ASSERT_EQ(mark, 'c');
    ++reported;
  }
  // The next write is under way: stop it where a temporary file exists, at some length, not yet renamed.
  while (tmp_files() == 0) {
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(ready[0], &mark, 1) == 1) {
    ++reported;
  }
  close(ready[0]);
  reopen();
  const std::vector<std::string> found = keys("k/");
  EXPECT_GE(found.size(), reported);
  EXPECT_LE(found.size(), reported + 1);
  for (const std::string& key : found) {
    EXPECT_EQ((*store_->head(key))->sha256, sha256_hex(bytes)) << key;
  }
  const PutOutcome again = put("k/" + std::to_string(found.size()), bytes);
  EXPECT_EQ(again.kind, PutOutcome::Kind::Created);
}

TEST(FilesystemObjectStoreOpen, SaysWhyItCannotStart) {
  TemporaryFolder folder;
  std::ofstream(folder.path("file")) << "x";
  EXPECT_FALSE(open_filesystem_store(folder.path("file")));
  EXPECT_FALSE(open_filesystem_store(folder.path("file/deeper")));
  EXPECT_TRUE(open_filesystem_store(folder.path("missing/deeper")));
}

}  // namespace
}  // namespace scaiflow::store
