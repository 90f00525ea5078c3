#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <unordered_set>

#include "libs/base/hash.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"
#include "libs/store/object_store.h"

namespace scaiflow::store {
namespace {

constexpr std::int64_t tmp_age_max_ms = 3'600'000;
constexpr std::size_t durable_max = 100'000;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

tl::unexpected<Error> failure(const std::string& what, int error) {
  const std::string message = what + ": " + std::strerror(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return fail(object_error::NoSpace, message, Retry::Later);
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case EXDEV:
      return fail(object_error::Denied, message);
    default:
      return fail(object_error::Unavailable, message, Retry::Later);
  }
}

/// Opens below `dir` and nowhere else: no `..` out of it, no symbolic link on the way.
Fd open_beneath(int dir, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return Fd(static_cast<int>(syscall(SYS_openat2, dir, path.c_str(), &how, sizeof how)));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool read_all(int fd, std::string& bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      errno = got == 0 ? EIO : errno;
      return false;
    }
    filled += static_cast<std::size_t>(got);
  }
  return true;
}

std::int64_t modified_ms(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

/// Names in a folder, sub-folders with `/` behind: sorted like this they give whole keys in byte order.
std::vector<std::string> sorted_names(int dir) {
  std::vector<std::string> names;
  const int copy = ::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = copy >= 0 ? fdopendir(copy) : nullptr;
  if (!stream) {
    if (copy >= 0) {
      ::close(copy);
    }
    return names;
  }
  while (const dirent* entry = readdir(stream)) {
    struct stat status {};
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || fstatat(dir, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    if (S_ISDIR(status.st_mode) || S_ISREG(status.st_mode)) {
      names.push_back(S_ISDIR(status.st_mode) ? name + "/" : name);
    }
  }
  closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

struct SplitKey {
  std::vector<std::string> folders;
  std::string name;
};

SplitKey split_key(std::string_view key) {
  SplitKey parts;
  for (const std::string_view segment : split(key, '/')) {
    parts.folders.emplace_back(segment);
  }
  parts.name = std::move(parts.folders.back());
  parts.folders.pop_back();
  return parts;
}

class FilesystemObjectStore final : public ObjectStore {
 public:
  FilesystemObjectStore(Fd objects, Fd tmp) : objects_(std::move(objects)), tmp_(std::move(tmp)) {}

  Result<PutOutcome> put_new(std::string_view key, std::string_view bytes) override;
  Result<std::optional<std::string>> get(std::string_view key) override;
  Result<std::optional<ObjectHead>> head(std::string_view key) override;
  Result<std::vector<ObjectEntry>> list(std::string_view prefix, std::string_view after,
                                        std::size_t limit) override;
  Result<void> remove(std::string_view key) override;

  void remove_old_tmp_files();
  Result<void> probe();

 private:
  struct Listing {
    std::string_view prefix;
    std::string_view after;
    std::size_t limit;
    std::vector<ObjectEntry> found;
  };

  Result<PutOutcome> existing(std::string_view key);
  Result<std::string> write_tmp(std::string_view bytes);
  Result<Fd> make_folders(const std::vector<std::string>& folders);
  Result<void> make_durable(int parent, int folder, const std::string& path);
  int move_into_place(const std::string& tmp_name, int folder, const std::string& name);
  void list_folder(int folder, const std::string& path, Listing& listing);

  Fd objects_;
  Fd tmp_;
  std::mutex mutex_;
  std::unordered_set<std::string> durable_;  ///< folders whose entry in their parent is known to be on disk
};

Error invalid_key(std::string_view key) {
  return Error{object_error::InvalidKey, "not an object key: " + std::string(key), Retry::Never, {}};
}

Result<PutOutcome> FilesystemObjectStore::put_new(std::string_view key, std::string_view bytes) {
  if (!is_object_key(key)) {
    return tl::unexpected(invalid_key(key));
  }
  if (bytes.size() > object_max_bytes) {
    return fail(object_error::TooLarge, "objects have at most 64 MiB");
  }
  const SplitKey parts = split_key(key);
  const Result<Fd> folder = make_folders(parts.folders);
  if (!folder) {
    return tl::unexpected(folder.error());
  }
  const Result<std::string> tmp_name = write_tmp(bytes);
  if (!tmp_name) {
    return tl::unexpected(tmp_name.error());
  }
  const int error = move_into_place(*tmp_name, folder->get(), parts.name);
  if (error != 0) {
    unlinkat(tmp_.get(), tmp_name->c_str(), 0);
  }
  if (error == EEXIST) {
    // The one who created it may not have synced yet: whoever sees it vouches for it too.
    return fsync(folder->get()) == 0 ? existing(key) : Result<PutOutcome>(failure("fsync", errno));
  }
  if (error != 0) {
    return failure("rename " + std::string(key), error);
  }
  if (fsync(folder->get()) != 0) {
    return failure("fsync", errno);
  }
  return PutOutcome{PutOutcome::Kind::Created, sha256_hex(bytes)};
}

Result<PutOutcome> FilesystemObjectStore::existing(std::string_view key) {
  const auto found = head(key);
  if (!found) {
    return tl::unexpected(found.error());
  }
  if (!*found) {
    return fail(object_error::Unavailable, std::string(key) + " was just removed", Retry::Later);
  }
  return PutOutcome{PutOutcome::Kind::Exists, (*found)->sha256};
}

/// Writes and syncs a new file of a random name; its name.
Result<std::string> FilesystemObjectStore::write_tmp(std::string_view bytes) {
  const std::string name = hex(net::random_bytes(16));
  const Fd file(::openat(tmp_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file) {
    return failure("create temporary file", errno);
  }
  if (!write_all(file.get(), bytes) || fsync(file.get()) != 0) {
    const int error = errno;
    unlinkat(tmp_.get(), name.c_str(), 0);
    return failure("write temporary file", error);
  }
  return name;
}

Result<Fd> FilesystemObjectStore::make_folders(const std::vector<std::string>& folders) {
  Fd folder = open_beneath(objects_.get(), ".", O_RDONLY | O_DIRECTORY);
  std::string path;
  for (const std::string& name : folders) {
    path += name + "/";
    if (mkdirat(folder.get(), name.c_str(), 0750) != 0 && errno != EEXIST) {
      return failure("create folder " + path, errno);
    }
    Fd next = open_beneath(folder.get(), name, O_RDONLY | O_DIRECTORY);
    if (!next) {
      return failure("open folder " + path, errno);
    }
    if (Result<void> durable = make_durable(folder.get(), next.get(), path); !durable) {
      return tl::unexpected(durable.error());
    }
    folder = std::move(next);
  }
  return folder;
}

/// Syncs a folder and its entry in its parent, once in the life of this process: also for folders that were
/// there, because whoever made them may have been cut off before the sync.
Result<void> FilesystemObjectStore::make_durable(int parent, int folder, const std::string& path) {
  {
    std::lock_guard lock(mutex_);
    if (durable_.contains(path)) {
      return {};
    }
  }
  if (fsync(folder) != 0 || fsync(parent) != 0) {
    return failure("fsync " + path, errno);
  }
  std::lock_guard lock(mutex_);
  if (durable_.size() >= durable_max) {
    durable_.clear();
  }
  durable_.insert(path);
  return {};
}

/// 0, or the error number; never replaces what is there.
int FilesystemObjectStore::move_into_place(const std::string& tmp_name, int folder, const std::string& name) {
  if (renameat2(tmp_.get(), tmp_name.c_str(), folder, name.c_str(), RENAME_NOREPLACE) == 0) {
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return errno;
  }
  // This filesystem cannot rename without replacing: a link never replaces either.
  if (linkat(tmp_.get(), tmp_name.c_str(), folder, name.c_str(), 0) != 0) {
    return errno;
  }
  unlinkat(tmp_.get(), tmp_name.c_str(), 0);
  return 0;
}

Result<std::optional<std::string>> FilesystemObjectStore::get(std::string_view key) {
  if (!is_object_key(key)) {
    return tl::unexpected(invalid_key(key));
  }
  const Fd file = open_beneath(objects_.get(), std::string(key), O_RDONLY);
  if (!file && (errno == ENOENT || errno == ENOTDIR)) {
    return std::optional<std::string>();
  }
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) {
    return failure("open " + std::string(key), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return std::optional<std::string>();
  }
  if (static_cast<std::uint64_t>(status.st_size) > object_max_bytes) {
    return fail(object_error::TooLarge, std::string(key) + " has more than 64 MiB");
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  if (!read_all(file.get(), bytes)) {
    return failure("read " + std::string(key), errno);
  }
  return std::optional<std::string>(std::move(bytes));
}

Result<std::optional<ObjectHead>> FilesystemObjectStore::head(std::string_view key) {
  const auto bytes = get(key);
  if (!bytes) {
    return tl::unexpected(bytes.error());
  }
  if (!*bytes) {
    return std::optional<ObjectHead>();
  }
  return std::optional<ObjectHead>(ObjectHead{(*bytes)->size(), sha256_hex(**bytes)});
}

Result<std::vector<ObjectEntry>> FilesystemObjectStore::list(std::string_view prefix, std::string_view after,
                                                             std::size_t limit) {
  Listing listing{prefix, after, limit, {}};
  list_folder(objects_.get(), "", listing);
  return std::move(listing.found);
}

/// As deep as keys have segments. Whole folders that cannot hold a wanted key are passed by.
void FilesystemObjectStore::list_folder(int folder, const std::string& path, Listing& listing) {
  for (const std::string& name : sorted_names(folder)) {
    const std::string full = path + name;
    const std::string_view common = std::string_view(full).substr(0, listing.prefix.size());
    if (listing.found.size() >= listing.limit) {
      return;
    }
    if (common != listing.prefix.substr(0, common.size())) {
      continue;
    }
    if (name.ends_with('/')) {
      const bool all_before = full < listing.after && !listing.after.starts_with(full);
      const Fd next = all_before ? Fd() : open_beneath(folder, name.substr(0, name.size() - 1), O_RDONLY);
      if (next) {
        list_folder(next.get(), full, listing);
      }
      continue;
    }
    struct stat status {};
    if (full.size() >= listing.prefix.size() && full > listing.after && is_object_key(full) &&
        fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      listing.found.push_back({full, static_cast<std::uint64_t>(status.st_size), modified_ms(status)});
    }
  }
}

Result<void> FilesystemObjectStore::remove(std::string_view key) {
  if (!is_object_key(key)) {
    return tl::unexpected(invalid_key(key));
  }
  const SplitKey parts = split_key(key);
  const std::string folder_path = parts.folders.empty() ? "." : join(parts.folders, "/");
  const Fd folder = open_beneath(objects_.get(), folder_path, O_RDONLY | O_DIRECTORY);
  if (!folder) {
    return errno == ENOENT || errno == ENOTDIR ? Result<void>() : failure("open " + folder_path, errno);
  }
  if (unlinkat(folder.get(), parts.name.c_str(), 0) != 0 && errno != ENOENT) {
    return failure("remove " + std::string(key), errno);
  }
  return fsync(folder.get()) == 0 ? Result<void>() : failure("fsync " + folder_path, errno);
}

void FilesystemObjectStore::remove_old_tmp_files() {
  for (const std::string& name : sorted_names(tmp_.get())) {
    struct stat status {};
    if (fstatat(tmp_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
        net::wall_ms() - modified_ms(status) > tmp_age_max_ms) {
      unlinkat(tmp_.get(), name.c_str(), 0);
    }
  }
}

Result<void> FilesystemObjectStore::probe() {
  const Result<std::string> name = write_tmp("probe");
  if (!name) {
    return tl::unexpected(name.error());
  }
  if (unlinkat(tmp_.get(), name->c_str(), 0) != 0 || fsync(tmp_.get()) != 0) {
    return failure("probe", errno);
  }
  return {};
}

Result<Fd> open_root_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) {
    return failure("create folder " + path, errno);
  }
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    return failure("open folder " + path, errno);
  }
  return folder;
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_filesystem_store(const std::string& root) {
  std::error_code ignored;  // what is in the way shows itself when the folder is opened
  std::filesystem::create_directories(std::filesystem::path(root).parent_path(), ignored);
  Result<Fd> top = open_root_folder(root);
  Result<Fd> objects = top ? open_root_folder(root + "/objects") : tl::unexpected(top.error());
  Result<Fd> tmp = objects ? open_root_folder(root + "/tmp") : tl::unexpected(objects.error());
  if (!tmp) {
    return tl::unexpected(tmp.error());
  }
  if (fsync(top->get()) != 0) {
    return failure("fsync " + root, errno);
  }
  auto store = std::make_unique<FilesystemObjectStore>(std::move(*objects), std::move(*tmp));
  store->remove_old_tmp_files();
  if (Result<void> probed = store->probe(); !probed) {
    return tl::unexpected(probed.error());
  }
  return store;
}

}  // namespace scaiflow::store
