#include "libs/net/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace scaiflow::net {
namespace {

TEST(LogLine, IsOneJsonObjectOnOneLine) {
  const Json fields = Json::object({{"execution_id", "exec_1"}, {"n", 2}});
  EXPECT_EQ(log_line(LogForm::Json, 0, LogLevel::Warn, "lost\na turn", fields),
            "{\"at\":\"1970-01-01T00:00:00.000Z\",\"level\":\"warn\",\"message\":\"lost\\na turn\","
            "\"execution_id\":\"exec_1\",\"n\":2}\n");
}

TEST(LogLine, TextCannotBeBrokenByAValue) {
  const Json fields = Json::object({{"path", "/a\n2026 error forged"}, {"id", "x"}, {"n", 2}});
  EXPECT_EQ(log_line(LogForm::Text, 0, LogLevel::Info, "a\nb", fields),
            "1970-01-01T00:00:00.000Z info  a b  path=\"/a\\n2026 error forged\"  id=x  n=2\n");
}

TEST(Log, WritesNothingBelowItsLevel) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Log log(log_level_of("warn"), LogForm::Text, ends[1]);
  log.info("not this");
  log.error("but this");
  close(ends[1]);
  char text[256] = {};
  const auto size = read(ends[0], text, sizeof text);
  close(ends[0]);
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(size)).substr(25), "error but this\n");
}

}  // namespace
}  // namespace scaiflow::net
