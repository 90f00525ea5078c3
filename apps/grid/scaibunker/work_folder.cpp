#include "apps/grid/scaibunker/work_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t entries_max = 200'000;
constexpr std::size_t listed_max = 10'000;
constexpr uid_t first_owner = 1u << 30;  ///< far above the users of any host

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Opens below `folder`, never outside, never through a link of /proc.
Fd open_beneath(int folder, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = (flags & O_CREAT) != 0 ? 0644 : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return Fd(static_cast<int>(syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

tl::unexpected<Error> refused(const std::string& path, int error) {
  const std::string shown = "'" + cut(path, 200) + "'";
  if (error == ENOENT) return fail("FILE_NOT_FOUND", "no file " + shown);
  if (error == ENOSPC || error == EDQUOT) return fail("STORAGE_FULL", "the disk is full", Retry::Later);
  if (error == EXDEV || error == EAGAIN) return fail("PATH_INVALID", shown + " leaves the bunker");
  if (error == EISDIR || error == ENOTDIR) return fail("PATH_INVALID", shown + " is no such file");
  return fail("PATH_INVALID", shown + " cannot be opened");
}

/// The parts of a path below /work.
Result<std::vector<std::string>> parts_of(const std::string& path) {
  std::string_view rest = path;
  if (rest == "/work" || rest.starts_with("/work/"))
    rest.remove_prefix(5);
  else if (rest.starts_with('/'))
    return refused(path, EXDEV);
  std::vector<std::string> parts;
  for (const std::string_view part : split(rest, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." || part.find('\0') != std::string_view::npos || part.size() > 255)
      return refused(path, EXDEV);
    parts.emplace_back(part);
  }
  if (parts.size() > 64) return fail("PATH_INVALID", "the path has more than 64 parts");
  return parts;
}

Fd open_folder(const std::string& folder) {
  return Fd(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/// Files that a root server makes belong to the bunker's user as its own do.
void give_to_owner(int fd, const std::string& folder) {
  struct stat owner{};
  if (geteuid() != 0 || stat(folder.c_str(), &owner) != 0) return;
  [[maybe_unused]] const int done = fchown(fd, owner.st_uid, owner.st_gid);
}

/// The folder of a file, made where it is missing.
Result<Fd> open_parent(const std::string& folder, const std::vector<std::string>& parts,
                       const std::string& path) {
  Fd at = open_folder(folder);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    Fd next = open_beneath(at.get(), parts[i], O_PATH | O_DIRECTORY);
    if (next.get() < 0 && errno == ENOENT && mkdirat(at.get(), parts[i].c_str(), 0755) == 0) {
      Fd made = open_beneath(at.get(), parts[i], O_RDONLY | O_DIRECTORY);
      if (made.get() >= 0) give_to_owner(made.get(), folder);
      next = std::move(made);
    }
    if (next.get() < 0) return refused(path, errno);
    at = std::move(next);
  }
  return at;
}

const char* type_name(mode_t mode) {
  if (S_ISREG(mode)) return "file";
  if (S_ISDIR(mode)) return "directory";
  return S_ISLNK(mode) ? "symlink" : "other";
}

}  // namespace

Result<void> make_work_folder(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return fail("STORAGE_FULL", "the folder of a bunker cannot be made", Retry::Later);
  chmod(folder.c_str(), 0700);
  if (geteuid() != 0) return {};
  uid_t owner = 0;
  for (const char byte : net::random_bytes(4)) owner = owner << 8 | static_cast<unsigned char>(byte);
  owner = first_owner | (owner & (first_owner - 1));
  if (chown(folder.c_str(), owner, owner) == 0) return {};
  return fail("WORKER_UNAVAILABLE", "the folder of a bunker cannot be given to a user of its own");
}

void remove_folder(const std::string& folder) {
  std::error_code failed;
  fs::remove_all(folder, failed);
  if (!failed) return;
  // A sandbox may have taken the right to write from its own folders.
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->is_directory(failed) && !at->is_symlink(failed)) chmod(at->path().c_str(), 0700);
  }
  fs::remove_all(folder, failed);
}

std::int64_t folder_bytes(const std::string& folder) {
  std::int64_t blocks = 0;
  std::size_t entries = 0;
  std::error_code failed;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, failed), end;
       !failed && at != end && entries < entries_max; at.increment(failed), ++entries) {
    struct stat info{};
    if (lstat(at->path().c_str(), &info) == 0) blocks += info.st_blocks;
  }
  return blocks * 512;
}

Result<std::string> WorkFolder::read(const std::string& path, std::int64_t bytes_max) const {
  const auto parts = parts_of(path);
  if (!parts) return tl::unexpected(parts.error());
  const Fd folder = open_folder(folder_);
  // Without waiting: a pipe that a sandbox made has nobody at its other end.
  const Fd file = open_beneath(folder.get(), join(*parts, "/"), O_RDONLY | O_NONBLOCK);
  if (file.get() < 0) return refused(path, errno);
  struct stat info{};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return refused(path, EISDIR);
  const auto too_large = [&] {
    return fail("PAYLOAD_TOO_LARGE", "the file has more than " + std::to_string(bytes_max) + " bytes");
  };
  if (info.st_size > bytes_max) return too_large();
  std::string out;
  std::vector<char> buffer(65'536);
  while (true) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0) return refused(path, errno);
    if (n == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(n));
    if (static_cast<std::int64_t>(out.size()) > bytes_max) return too_large();
  }
}

Result<void> WorkFolder::write(const std::string& path, const std::string& bytes) const {
  const auto parts = parts_of(path);
  if (!parts) return tl::unexpected(parts.error());
  if (parts->empty()) return refused(path, EISDIR);
  const auto parent = open_parent(folder_, *parts, path);
  if (!parent) return tl::unexpected(parent.error());
  const Fd file = open_beneath(parent->get(), parts->back(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK);
  if (file.get() < 0) return refused(path, errno);
  struct stat info{};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return refused(path, EISDIR);
  give_to_owner(file.get(), folder_);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(file.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0) return refused(path, errno);
    done += static_cast<std::size_t>(n);
  }
  return {};
}

Result<void> WorkFolder::remove(const std::string& path) const {
  const auto parts = parts_of(path);
  if (!parts) return tl::unexpected(parts.error());
  if (parts->empty()) return refused(path, EISDIR);
  const Fd folder = open_folder(folder_);
  const std::vector<std::string> above(parts->begin(), parts->end() - 1);
  const Fd parent = open_beneath(folder.get(), above.empty() ? "." : join(above, "/"), O_PATH | O_DIRECTORY);
  if (parent.get() < 0) return refused(path, errno);
  if (unlinkat(parent.get(), parts->back().c_str(), 0) == 0) return {};
  if (errno == EISDIR && unlinkat(parent.get(), parts->back().c_str(), AT_REMOVEDIR) == 0) return {};
  return errno == ENOTEMPTY ? fail("PATH_INVALID", "the folder is not empty") : refused(path, errno);
}

Result<Json> WorkFolder::list(const std::string& path) const {
  const auto parts = parts_of(path);
  if (!parts) return tl::unexpected(parts.error());
  const Fd folder = open_folder(folder_);
  const Fd opened =
      open_beneath(folder.get(), parts->empty() ? "." : join(*parts, "/"), O_RDONLY | O_DIRECTORY);
  if (opened.get() < 0) return refused(path, errno);
  DIR* entries = fdopendir(dup(opened.get()));
  if (entries == nullptr) return refused(path, errno);
  std::vector<std::pair<std::string, Json>> found;
  for (const dirent* entry = readdir(entries); entry != nullptr && found.size() < listed_max;
       entry = readdir(entries)) {
    const std::string name = entry->d_name;
    struct stat info{};
    if (name == "." || name == ".." || fstatat(opened.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    found.emplace_back(name, Json::object({{"name", is_utf8(name) ? name : hex(name)},
                                           {"type", type_name(info.st_mode)},
                                           {"size", static_cast<std::int64_t>(info.st_size)},
                                           {"mtime", net::wire_time(info.st_mtim.tv_sec * 1'000)}}));
  }
  closedir(entries);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  JsonArray items;
  for (auto& [name, item] : found) items.push_back(std::move(item));
  return Json::object({{"entries", Json(std::move(items))}});
}

}  // namespace scaiflow::grid
