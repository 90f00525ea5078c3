#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/json.h"

namespace scaiflow::net {

enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error };
enum class LogForm : std::uint8_t { Json, Text };

/// The log of the process: one line per message on one descriptor, written whole. Thread safe; a message
/// below the least level costs a comparison. Who logs sees to it that no secret, token, prompt or payload is
/// in it.
class Log {
 public:
  explicit Log(LogLevel least = LogLevel::Info, LogForm form = LogForm::Json, int descriptor = 2)
      : least_(least), form_(form), descriptor_(descriptor) {}

  bool takes(LogLevel level) const { return level >= least_; }
  /// `fields` is an object: `request_id`, `execution_id`, `code` and the like.
  void write(LogLevel level, std::string_view message, const Json& fields = Json::object()) const;
  void info(std::string_view message, const Json& fields = Json::object()) const {
    write(LogLevel::Info, message, fields);
  }
  void warn(std::string_view message, const Json& fields = Json::object()) const {
    write(LogLevel::Warn, message, fields);
  }
  void error(std::string_view message, const Json& fields = Json::object()) const {
    write(LogLevel::Error, message, fields);
  }

 private:
  LogLevel least_;
  LogForm form_;
  int descriptor_;
};

/// `trace`, `debug`, `info`, `warn`, `error`; anything else is `info`.
LogLevel log_level_of(std::string_view name);
/// The line that is written, with its newline.
std::string log_line(LogForm form, std::int64_t wall_ms, LogLevel level, std::string_view message,
                     const Json& fields);

}  // namespace scaiflow::net
