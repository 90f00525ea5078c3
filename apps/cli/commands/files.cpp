#include "apps/cli/commands/files.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>
#include <system_error>

#include "apps/cli/commands/commands.h"

namespace scaiflow::cli {

std::optional<std::string> read_input(const std::string& path, std::istream& in, std::ostream& err) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(in), {});
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || std::filesystem::is_directory(path, error)) {
    err << "cannot read '" << path << "'\n";
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool write_file(const std::string& path, std::string_view content, std::ostream& err) {
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  std::error_code error;
  {
    std::ofstream file(temporary, std::ios::binary);
    file << content;
    file.flush();
    if (!file) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) std::filesystem::rename(temporary, path, error);
  if (!error) return true;
  err << "cannot write '" << path << "'\n";
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  return false;
}

int deliver(const std::string& path, std::string_view content, std::ostream& out, std::ostream& err) {
  if (path != "-") return write_file(path, content, err) ? exit_ok : exit_usage;
  out << content << std::flush;
  return out ? exit_ok : exit_usage;
}

}  // namespace scaiflow::cli
