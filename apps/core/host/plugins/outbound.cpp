#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "apps/core/host/plugins/builtin.h"
#include "libs/base/text.h"

namespace scaiflow::core {

namespace {

bool is_private_v4(const unsigned char* a) {
  if (a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224) return true;
  if (a[0] == 169 && a[1] == 254) return true;
  if (a[0] == 172 && a[1] >= 16 && a[1] < 32) return true;
  if (a[0] == 192 && a[1] == 168) return true;
  if (a[0] == 100 && a[1] >= 64 && a[1] < 128) return true;  // shared address space of carriers
  return a[0] == 192 && a[1] == 0 && a[2] == 0;
}

bool is_private_v6(const unsigned char* a) {
  const unsigned char zeros[16] = {};
  if (std::memcmp(a, zeros, 10) == 0 && a[10] == 0xff && a[11] == 0xff) return is_private_v4(a + 12);
  if (std::memcmp(a, zeros, 12) == 0) return true;  // unspecified, loopback, IPv4-compatible
  if (a[0] == 0xff || (a[0] & 0xfe) == 0xfc) return true;
  if (a[0] == 0x00 && a[1] == 0x64 && a[2] == 0xff && a[3] == 0x9b) return is_private_v4(a + 12);  // NAT64
  if (a[0] == 0x20 && a[1] == 0x02) return is_private_v4(a + 2);                                   // 6to4
  return a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

bool is_metadata_address(std::string_view address) {
  return address == "169.254.169.254" || address == "::ffff:169.254.169.254";
}

/// `*.example.com` fits names below it; all else must be equal.
bool host_fits(const std::string& pattern, const std::string& host) {
  if (pattern.rfind("*.", 0) != 0) return pattern == host;
  const std::string_view tail = std::string_view(pattern).substr(1);
  return host.size() > tail.size() && std::string_view(host).substr(host.size() - tail.size()) == tail;
}

}  // namespace

bool is_private_address(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  unsigned char bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return is_private_v4(bytes);
  if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) return is_private_v6(bytes);
  return true;
}

std::string OutboundRule::refusal(const std::string& url) const {
  const bool secure = url.rfind("https://", 0) == 0;
  const bool plain = url.rfind("http://", 0) == 0;
  if (!secure && !plain) return "the URL must begin with https://";
  if (plain && !allow_private) return "http:// is not allowed here; use https://";
  const std::size_t begin = secure ? 8 : 7;
  const std::string authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  if (authority.empty()) return "the URL has no host";
  if (authority.find('@') != std::string::npos) return "the URL must not carry user info";
  std::string host = to_lower(authority);
  const std::size_t port = host.rfind(':');
  if (port != std::string::npos && host.find(']', port) == std::string::npos) host.resize(port);
  const bool listed =
      std::any_of(hosts.begin(), hosts.end(), [&](const std::string& each) { return host_fits(each, host); });
  return hosts.empty() || listed ? "" : "the host is not among the allowed upstream hosts";
}

net::AddressFilter OutboundRule::filter() const {
  return [rule = *this](std::string_view address, std::uint16_t port) {
    if (is_metadata_address(address)) return false;
    const std::string own = std::string(address) + ":" + std::to_string(port);
    if (std::find(rule.own_addresses.begin(), rule.own_addresses.end(), own) != rule.own_addresses.end())
      return false;
    return rule.allow_private || !is_private_address(address);
  };
}

}  // namespace scaiflow::core
