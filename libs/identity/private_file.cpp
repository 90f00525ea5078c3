#include "libs/identity/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "libs/base/text.h"
#include "libs/net/ids.h"

namespace scaiflow::identity {
namespace {

constexpr off_t file_max = 64 * 1024;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> system_failure(const std::string& what, const std::string& path) {
  return fail("unreadable_file", what + " " + path + ": " + std::strerror(errno));
}

/// What is wrong with the file's kind, owner or mode; empty when nothing is.
std::string fault_of(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) {
    return "it is no plain file";
  }
  if (status.st_uid != geteuid()) {
    return "it belongs to another user";
  }
  if ((status.st_mode & 077) != 0) {
    return "group or others may read it (chmod 600)";
  }
  return status.st_size > file_max ? "it is larger than 64 KiB" : "";
}

bool sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Fd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.get() >= 0 && fsync(fd.get()) == 0;
}

Result<void> write_new(const std::string& path, std::string_view bytes) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  const auto size = static_cast<ssize_t>(bytes.size());
  if (fd.get() < 0 || ::write(fd.get(), bytes.data(), bytes.size()) != size || fsync(fd.get()) != 0) {
    return system_failure("cannot write", path);
  }
  return {};
}

}  // namespace

Result<std::optional<std::string>> read_private_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT) {
      return std::optional<std::string>();
    }
    return system_failure("cannot read", path);
  }
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) {
    return system_failure("cannot read", path);
  }
  if (const std::string fault = fault_of(status); !fault.empty()) {
    return fail("refused_file", path + " is refused: " + fault);
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  if (::read(fd.get(), bytes.data(), bytes.size()) != status.st_size) {
    return system_failure("cannot read", path);
  }
  return std::optional<std::string>(std::move(bytes));
}

/// The file appears under its name only when it is whole: a reader never sees half a secret.
Result<bool> write_private_file(const std::string& path, std::string_view bytes, PrivateWrite mode) {
  const std::string unfinished = path + "." + hex(net::random_bytes(8)) + ".tmp";
  Result<void> written = write_new(unfinished, bytes);
  bool placed = false;
  if (written) {
    placed = mode == PrivateWrite::Replace ? ::rename(unfinished.c_str(), path.c_str()) == 0
                                           : ::link(unfinished.c_str(), path.c_str()) == 0;
    if (!placed && !(mode == PrivateWrite::CreateNew && errno == EEXIST)) {
      written = system_failure("cannot write", path);
    }
  }
  ::unlink(unfinished.c_str());
  if (written && !sync_folder_of(path)) {
    written = system_failure("cannot write", path);
  }
  return written ? Result<bool>(placed) : Result<bool>(tl::unexpected(written.error()));
}

}  // namespace scaiflow::identity
