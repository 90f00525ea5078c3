#include "libs/net/log.h"

#include <unistd.h>

#include <array>

#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::net {

namespace {

constexpr std::array<std::string_view, 5> names = {"trace", "debug", "info", "warn", "error"};

/// Whoever puts a line break into a value starts no line of the log.
std::string plain(const Json& value) {
  const std::string text = to_text(value);
  const bool bare = value.is_string() && text.find_first_of(" \\=") == std::string::npos;
  return bare ? value.as_string() : text;
}

}  // namespace

LogLevel log_level_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<LogLevel>(i);
  }
  return LogLevel::Info;
}

std::string log_line(LogForm form, std::int64_t wall_ms, LogLevel level, std::string_view message,
                     const Json& fields) {
  const std::string_view name = names[static_cast<std::size_t>(level)];
  if (form == LogForm::Json) {
    JsonObject line{{"at", wire_time(wall_ms)}, {"level", name}, {"message", message}};
    if (fields.is_object()) {
      for (const auto& [key, value] : fields.as_object()) line.set(key, value);
    }
    return to_text(Json(std::move(line))) + "\n";
  }
  std::string out = wire_time(wall_ms) + " " + std::string(name) + std::string(6 - name.size(), ' ');
  for (const char c : message) out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  if (fields.is_object()) {
    for (const auto& [key, value] : fields.as_object()) out += "  " + key + "=" + plain(value);
  }
  return out + "\n";
}

void Log::write(LogLevel level, std::string_view message, const Json& fields) const {
  if (!takes(level)) return;
  const std::string line = log_line(form_, wall_ms(), level, message, fields);
  // One call for one line; a log that cannot be written must not stop the work.
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace scaiflow::net
