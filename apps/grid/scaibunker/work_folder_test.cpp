#include "apps/grid/scaibunker/work_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "libs/net/ids.h"

namespace scaiflow::grid {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(make_work_folder(path_).has_value()); }
  void TearDown() override { remove_folder(path_); }

  std::string code_of_read(const std::string& path) {
    const auto read = folder_.read(path, 100);
    return read ? "" : read.error().code;
  }

  std::string path_ = (fs::temp_directory_path() / net::new_id("scaiflow_folder_")).string();
  WorkFolder folder_{path_};
};

TEST_F(Folder, what_is_written_can_be_read_listed_and_removed) {
  ASSERT_TRUE(folder_.write("/work/a/b/c.txt", "one").has_value());
  ASSERT_TRUE(folder_.write("a/b/c.txt", "2").has_value());
  EXPECT_EQ(folder_.read("a//b/./c.txt", 100), std::string("2"));
  const Json list = *folder_.list("a/b");
  ASSERT_EQ(list["entries"].size(), 1u);
  EXPECT_EQ(list["entries"].at(0).string_or("name", ""), "c.txt");
  EXPECT_EQ(list["entries"].at(0).string_or("type", ""), "file");
  EXPECT_EQ(list["entries"].at(0).int_or("size", 0), 1);
  EXPECT_EQ(folder_.list("")->operator[]("entries").at(0).string_or("type", ""), "directory");
  EXPECT_FALSE(folder_.remove("a").has_value());
  EXPECT_TRUE(folder_.remove("a/b/c.txt").has_value());
  EXPECT_TRUE(folder_.remove("a/b").has_value());
  EXPECT_EQ(code_of_read("a/b/c.txt"), "FILE_NOT_FOUND");
}

TEST_F(Folder, paths_that_leave_it_are_refused) {
  for (const char* path : {"../x", "a/../../x", "/etc/passwd", "/", "/workshop/x", ".."})
    EXPECT_EQ(code_of_read(path), "PATH_INVALID") << path;
  EXPECT_EQ(folder_.write("../x", "x").error().code, "PATH_INVALID");
  EXPECT_EQ(folder_.remove("../x").error().code, "PATH_INVALID");
  EXPECT_EQ(folder_.list("/etc").error().code, "PATH_INVALID");
  EXPECT_EQ(folder_.write("", "x").error().code, "PATH_INVALID");
}

TEST_F(Folder, links_are_followed_inside_alone) {
  ASSERT_TRUE(folder_.write("real.txt", "inside").has_value());
  fs::create_symlink("real.txt", path_ + "/inside");
  fs::create_symlink("/etc/passwd", path_ + "/outside");
  fs::create_symlink("/etc", path_ + "/folder");
  fs::create_symlink("/proc/self/root", path_ + "/magic");
  EXPECT_EQ(folder_.read("inside", 100), std::string("inside"));
  for (const char* path : {"outside", "folder/passwd", "magic/etc/passwd"})
    EXPECT_EQ(code_of_read(path), "PATH_INVALID") << path;
  EXPECT_EQ(folder_.write("outside", "x").error().code, "PATH_INVALID");
  EXPECT_EQ(folder_.write("folder/x", "x").error().code, "PATH_INVALID");
  EXPECT_TRUE(folder_.remove("outside").has_value());
  EXPECT_TRUE(fs::exists("/etc/passwd"));
}

TEST_F(Folder, what_is_no_file_is_not_waited_for) {
  ASSERT_EQ(mkfifo((path_ + "/pipe").c_str(), 0666), 0);
  EXPECT_EQ(code_of_read("pipe"), "PATH_INVALID");
  EXPECT_EQ(folder_.write("pipe", "x").error().code, "PATH_INVALID");
}

TEST_F(Folder, large_files_are_refused) {
  ASSERT_TRUE(folder_.write("large", std::string(101, 'x')).has_value());
  EXPECT_EQ(code_of_read("large"), "PAYLOAD_TOO_LARGE");
  EXPECT_GE(folder_bytes(path_), 101);
}

TEST_F(Folder, a_folder_that_nobody_may_write_is_removed) {
  ASSERT_TRUE(folder_.write("a/b/c", "x").has_value());
  chmod((path_ + "/a/b").c_str(), 0);
  chmod((path_ + "/a").c_str(), 0);
  remove_folder(path_);
  EXPECT_FALSE(fs::exists(path_));
}

}  // namespace
}  // namespace scaiflow::grid
