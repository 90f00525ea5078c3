// Plugin `scaidrive`: files of a tenant below one folder. `..` and links that leave it are refused.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "apps/core/host/plugins/builtin.h"
#include "apps/core/host/plugins/knowledge_base.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"

namespace scaiflow::core {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes_max = 1u << 20;
constexpr std::size_t files_max = 10'000;
constexpr std::size_t found_max = 20;
constexpr std::size_t snippet_max = 300;

PluginFailure rejected(std::string message) { return {"rejected", std::move(message), false, {}}; }

/// A file or folder below `root`, links resolved; an error when it would lie outside.
tl::expected<fs::path, PluginFailure> place_of(const fs::path& root, const std::string& path) {
  fs::path relative;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." || part.find('\0') != std::string_view::npos)
      return tl::unexpected(rejected("the path leaves the drive"));
    relative /= part;
  }
  std::error_code failed;
  const fs::path base = fs::weakly_canonical(root, failed);
  const fs::path full = fs::weakly_canonical(root / relative, failed);
  if (failed) return tl::unexpected(rejected("the path cannot be resolved"));
  const auto [end, unused] = std::mismatch(base.begin(), base.end(), full.begin(), full.end());
  if (end != base.end()) return tl::unexpected(rejected("the path leaves the drive"));
  return full;
}

std::optional<std::string> read_text(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_regular_file(path, failed) || fs::file_size(path, failed) > file_bytes_max) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return is_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
}

/// Lower-case words of three or more letters; letters beyond ASCII count as they are.
std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> out;
  std::string word;
  const auto flush = [&] {
    if (word.size() >= 3)
      out.insert(word.size() > 4 && word.back() == 's' ? word.substr(0, word.size() - 1) : word);
    word.clear();
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || isalnum(byte)) {
      word += static_cast<char>(tolower(byte));
    } else {
      flush();
    }
  }
  flush();
  return out;
}

std::string title_of(const fs::path& path, const std::string& text) {
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view bare = trim(line);
    if (!bare.empty() && bare.front() == '#')
      return std::string(trim(bare.substr(bare.find_first_not_of('#'))));
  }
  return path.stem().string();
}

struct Found {
  std::string path, title, snippet;
  double score = 0;
};

/// The paragraph that holds most of the words, and how many of the words the file holds.
Found match(const std::string& shown, const fs::path& path, const std::string& text,
            const std::set<std::string>& wanted) {
  Found out{shown, title_of(path, text), "", 0};
  std::size_t best = 0;
  std::set<std::string> hit;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", at), text.size());
    const std::string paragraph = text.substr(at, end - at);
    at = end + 2;
    const std::set<std::string> words = words_of(paragraph);
    std::size_t count = 0;
    for (const std::string& word : wanted) {
      if (!words.contains(word)) continue;
      hit.insert(word);
      ++count;
    }
    const bool heading = trim(paragraph).substr(0, 1) == "#";
    if (count > best || (out.snippet.empty() && !heading && count == best)) {
      best = heading ? best : count;
      if (!heading) out.snippet = cut(std::string(trim(paragraph)), snippet_max);
    }
  }
  out.score = wanted.empty() ? 0 : static_cast<double>(hit.size()) / static_cast<double>(wanted.size());
  return out;
}

class DrivePlugin final : public Plugin {
 public:
  DrivePlugin(net::Executor& pool, std::string root) : pool_(pool), root_(std::move(root)) {}

  std::vector<std::string> methods() const override { return {"search", "read", "list", "write"}; }

  Cancel call(PluginCall call, std::function<void(PluginResult)> done) override {
    pool_.post([this, call = std::move(call), done = std::move(done)] { done(run(call)); });
    return nullptr;
  }

 private:
  PluginResult run(const PluginCall& call) {
    const std::string& tenant = call.context.tenant_id;
    if (tenant.empty() || tenant.find_first_of("/\\.") != std::string::npos)
      return tl::unexpected(rejected("no such drive"));
    const fs::path root = fs::path(root_) / tenant;
    seed(root);
    auto place = place_of(root, call.args.string_or("path", "/"));
    if (!place) return tl::unexpected(place.error());
    const fs::path base = fs::weakly_canonical(root);
    if (call.method == "search") return search(base, *place, call.args);
    if (call.method == "list") return list(base, *place);
    if (call.method == "read") return read(*place);
    return write(*place, call.args["content"]);
  }

  static void seed(const fs::path& root) {
    std::error_code failed;
    if (!fs::create_directories(root, failed)) return;
    for (const auto& [path, text] : knowledge_base) {
      fs::create_directories((root / path).parent_path(), failed);
      std::ofstream(root / path, std::ios::binary) << text;
    }
  }

  static std::vector<fs::path> files_below(const fs::path& place) {
    std::vector<fs::path> out;
    std::error_code failed;
    for (auto at = fs::recursive_directory_iterator(place, failed);
         !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
      if (at->is_regular_file(failed) && !at->is_symlink(failed)) out.push_back(at->path());
      if (out.size() >= files_max) break;
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  static std::string shown(const fs::path& base, const fs::path& path) {
    return "/" + path.lexically_relative(base).generic_string();
  }

  static PluginResult search(const fs::path& base, const fs::path& place, const Json& args) {
    const std::set<std::string> wanted = words_of(expr::text_form(args["query"]));
    std::vector<Found> found;
    for (const fs::path& path : files_below(place)) {
      const std::optional<std::string> text = read_text(path);
      if (!text) continue;
      Found each = match(shown(base, path), path, *text, wanted);
      if (each.score > 0) found.push_back(std::move(each));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.score > b.score; });
    JsonArray out;
    for (const Found& each : found) {
      if (out.size() == found_max) break;
      out.push_back(Json::object(
          {{"path", each.path}, {"title", each.title}, {"snippet", each.snippet}, {"score", each.score}}));
    }
    return Json(std::move(out));
  }

  static PluginResult list(const fs::path& base, const fs::path& place) {
    std::error_code failed;
    if (!fs::is_directory(place, failed)) return tl::unexpected(rejected("there is no such folder"));
    std::vector<fs::directory_entry> entries;
    for (const auto& entry : fs::directory_iterator(place, failed)) entries.push_back(entry);
    std::sort(entries.begin(), entries.end());
    JsonArray out;
    for (const fs::directory_entry& entry : entries) {
      if (out.size() == files_max) break;
      const bool folder = entry.is_directory(failed);
      out.push_back(Json::object(
          {{"path", shown(base, entry.path())},
           {"type", folder ? "folder" : "file"},
           {"size", folder ? Json() : Json(static_cast<std::int64_t>(entry.file_size(failed)))}}));
    }
    return Json(std::move(out));
  }

  static PluginResult read(const fs::path& place) {
    std::error_code failed;
    if (!fs::is_regular_file(place, failed)) return tl::unexpected(rejected("there is no such file"));
    std::optional<std::string> text = read_text(place);
    if (!text) return tl::unexpected(rejected("the file is not UTF-8 text of at most 1048576 bytes"));
    return Json(std::move(*text));
  }

  static PluginResult write(const fs::path& place, const Json& content) {
    const std::string text = content.is_string() ? content.as_string() : to_text(content);
    if (text.size() > file_bytes_max)
      return tl::unexpected(rejected("the content is larger than 1048576 bytes"));
    std::error_code failed;
    if (fs::is_directory(place, failed)) return tl::unexpected(rejected("the path is a folder"));
    fs::create_directories(place.parent_path(), failed);
    const fs::path draft = place.string() + ".part";
    {
      std::ofstream file(draft, std::ios::binary);
      file << text;
      if (!file.flush())
        return tl::unexpected(PluginFailure{"unreachable", "the file cannot be written", true, {}});
    }
    fs::rename(draft, place, failed);
    if (failed) return tl::unexpected(PluginFailure{"unreachable", "the file cannot be written", true, {}});
    return Json();
  }

  net::Executor& pool_;
  std::string root_;
};

}  // namespace

std::shared_ptr<Plugin> make_drive_plugin(net::Executor& pool, std::string root) {
  return std::make_shared<DrivePlugin>(pool, std::move(root));
}

}  // namespace scaiflow::core
