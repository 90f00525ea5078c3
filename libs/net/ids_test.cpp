#include "libs/net/ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "libs/net/clock.h"

namespace scaiflow::net {
namespace {

TEST(NewId, IsPrefixAndLowerCaseUlid) {
  const std::string id = new_id("flow_");
  ASSERT_EQ(id.size(), 5u + 26u);
  EXPECT_EQ(id.substr(0, 5), "flow_");
  EXPECT_EQ(id.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz", 5), std::string::npos);
}

TEST(NewId, AscendsAndNeverRepeats) {
  std::vector<std::string> ids;
  for (int i = 0; i < 10'000; ++i) {
    ids.push_back(new_id(""));
  }
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

TEST(NewId, BeginsWithTheTime) {
  const std::string alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const std::int64_t before = wall_ms();
  std::int64_t ms = 0;
  for (const char c : new_id("").substr(0, 10)) {
    ms = ms * 32 + static_cast<std::int64_t>(alphabet.find(c));
  }
  EXPECT_GE(ms, before);
  EXPECT_LE(ms, wall_ms());
}

TEST(NewUuid, IsVersion4) {
  const std::string uuid = new_uuid();
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) {
    EXPECT_EQ(uuid[at], '-');
  }
  EXPECT_NE(uuid, new_uuid());
}

TEST(WireTime, HasMilliseconds) {
  EXPECT_EQ(wire_time(1779096600123), "2026-05-18T09:30:00.123Z");
  EXPECT_EQ(wire_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(wire_time(-1), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace scaiflow::net
