#include "libs/net/outbound.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace scaiflow::net {
namespace {

TEST(IsPublicAddress, RefusesEverythingSpecial) {
  const char* special[] = {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::10.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:10.0.0.1%eth0",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::",
                           "2002:0a00:0001::1",
                           "fe80::1",
                           "fe80::1%eth0",
                           "fc00::1",
                           "fd00:ec2::254",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "100::1",
                           "4000::1",
                           "3fff::1",
                           "",
                           "localhost",
                           "1.2.3",
                           "8.8.8.8:80",
                           "0x7f.1",
                           "2130706433"};
  for (const char* address : special) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
}

TEST(IsPublicAddress, AcceptsTheRest) {
  const char* good[] = {"1.1.1.1",        "8.8.8.8",          "100.63.255.255",   "100.128.0.1",
                        "172.15.0.1",     "172.32.0.1",       "169.253.255.255",  "198.17.255.255",
                        "198.20.0.1",     "223.255.255.255",  "2606:4700::1111",  "2a00:1450:4001::1",
                        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:0808:0808::1"};
  for (const char* address : good) {
    EXPECT_TRUE(is_public_address(address)) << address;
  }
}

TEST(OutboundAddress, AllowsPrivateOnesOnlyWhenTold) {
  OutboundRule rule;
  EXPECT_FALSE(outbound_address_allowed(rule, "192.168.0.7", 443));
  EXPECT_TRUE(outbound_address_allowed(rule, "8.8.8.8", 443));
  rule.private_upstreams = PrivateUpstreams::Allow;
  EXPECT_TRUE(outbound_address_allowed(rule, "192.168.0.7", 443));
  EXPECT_TRUE(outbound_address_allowed(rule, "::1", 443));
  for (const char* metadata :
       {"169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fd00:ec2::254"}) {
    EXPECT_FALSE(outbound_address_allowed(rule, metadata, 80)) << metadata;
  }
  EXPECT_FALSE(outbound_address_allowed(rule, "no address", 80));
}

TEST(OutboundAddress, NeverAllowsOurOwnListeners) {
  OutboundRule rule;
  rule.private_upstreams = PrivateUpstreams::Allow;
  rule.own_listeners = {"127.0.0.1:8001"};
  for (const char* own : {"127.0.0.1", "::ffff:127.0.0.1", "::1", "0.0.0.0", "::"}) {
    EXPECT_FALSE(outbound_address_allowed(rule, own, 8001)) << own;
    EXPECT_TRUE(outbound_address_allowed(rule, own, 8002)) << own;
  }
  rule.own_listeners = {"0.0.0.0:8001", "[fd12::1]:9000", "192.168.0.7:8001"};
  EXPECT_FALSE(outbound_address_allowed(rule, "127.0.0.9", 8001));
  EXPECT_FALSE(outbound_address_allowed(rule, "192.168.0.7", 8001));
  EXPECT_FALSE(outbound_address_allowed(rule, "fd12::1", 9000));
  EXPECT_TRUE(outbound_address_allowed(rule, "192.168.0.8", 8001));
}

TEST(OutboundAddress, AServerThatListensEverywhereNamesItsMachine) {
  EXPECT_EQ(listeners_of("127.0.0.1", 8001), std::vector<std::string>{"127.0.0.1:8001"});
  const std::vector<std::string> all = listeners_of("0.0.0.0", 8001);
  EXPECT_EQ(all.front(), "0.0.0.0:8001");
  EXPECT_NE(std::find(all.begin(), all.end(), "127.0.0.1:8001"), all.end());
}

std::string refusal(const OutboundRule& rule, std::string_view url) {
  const Result<void> checked = check_outbound_url(rule, url);
  return checked ? "" : checked.error().message;
}

TEST(OutboundUrl, ChecksSchemeAndUserInfo) {
  OutboundRule rule;
  EXPECT_EQ(refusal(rule, "https://example.com/a?b#c"), "");
  EXPECT_EQ(refusal(rule, "HTTPS://example.com"), "");
  EXPECT_EQ(refusal(rule, "http://example.com"), "The URL must begin with https://.");
  EXPECT_EQ(refusal(rule, "ftp://example.com"), "The URL must begin with https://.");
  EXPECT_EQ(refusal(rule, "https://u:p@example.com"), "The URL must not contain a user name or password.");
  EXPECT_EQ(refusal(rule, "https://example.com/a@b"), "");
  EXPECT_EQ(refusal(rule, "https:///x"), "The URL names no host.");
  EXPECT_EQ(refusal(rule, "https://[::1"), "The URL names no host.");
  for (const char* url :
       {"", "example.com", "https:example.com", "https://exa mple.com", "https://a\r\nHost: b"}) {
    EXPECT_EQ(refusal(rule, url), "The URL must be absolute, as in https://host/path.") << url;
  }
  rule.private_upstreams = PrivateUpstreams::Allow;
  EXPECT_EQ(refusal(rule, "http://example.com"), "");
}

TEST(OutboundUrl, KeepsToTheListedHosts) {
  OutboundRule rule;
  rule.hosts = {"api.example.com", "*.trusted.org", "[ignored"};
  EXPECT_EQ(refusal(rule, "https://api.example.com:8443/"), "");
  EXPECT_EQ(refusal(rule, "https://API.example.com./"), "");
  EXPECT_EQ(refusal(rule, "https://a.b.trusted.org/"), "");
  for (const char* url : {"https://example.com", "https://trusted.org", "https://eviltrusted.org",
                          "https://api.example.com.evil.org", "https://evil.org\\.trusted.org",
                          "https://evil.org?.trusted.org", "https://evil.org#.trusted.org"}) {
    EXPECT_NE(refusal(rule, url), "") << url;
  }
}

}  // namespace
}  // namespace scaiflow::net
