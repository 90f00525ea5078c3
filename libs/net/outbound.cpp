#include "libs/net/outbound.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <optional>

#include "libs/base/text.h"

namespace scaiflow::net {
namespace {

using Bytes4 = std::array<std::uint8_t, 4>;
using Bytes16 = std::array<std::uint8_t, 16>;

/// An address in one of two forms; IPv6 forms that carry an IPv4 address are turned into it.
struct Address {
  std::optional<Bytes4> v4;
  std::optional<Bytes16> v6;
};

template <std::size_t N>
struct Block {
  std::array<std::uint8_t, N> prefix;
  int bits;
};

/// IANA's special-purpose registry, what is not globally reachable, and multicast.
constexpr Block<4> special_v4[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4},
};

/// Of IPv6 only 2000::/3 is given out for global use; these parts of it are special all the same.
constexpr Block<16> special_v6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},              // protocol assignments, Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    {{0x3f, 0xff, 0x00, 0x00}, 20},              // documentation
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112
};

template <std::size_t N>
bool is_in(const std::array<std::uint8_t, N>& address, const Block<N>& block) {
  int bits = block.bits;
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const auto mask = static_cast<std::uint8_t>(bits >= 8 ? 0xff : 0xff << (8 - bits));
    if ((address[i] & mask) != block.prefix[i]) {
      return false;
    }
  }
  return true;
}

template <std::size_t N>
bool is_in_any(const std::array<std::uint8_t, N>& address, const auto& blocks) {
  return std::any_of(std::begin(blocks), std::end(blocks),
                     [&](const Block<N>& block) { return is_in(address, block); });
}

/// The IPv4 address inside ::ffff:a.b.c.d, ::a.b.c.d, 64:ff9b::a.b.c.d and 2002:abcd::.
std::optional<Bytes4> embedded_v4(const Bytes16& v6) {
  constexpr Block<16> tails[] = {
      {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},  // mapped
      {{}, 96},                                          // compatible; :: is here too
      {{0x00, 0x64, 0xff, 0x9b}, 96},                    // NAT64
  };
  if (is_in_any(v6, tails)) {
    return Bytes4{v6[12], v6[13], v6[14], v6[15]};
  }
  if (is_in(v6, Block<16>{{0x20, 0x02}, 16})) {  // 6to4
    return Bytes4{v6[2], v6[3], v6[4], v6[5]};
  }
  return std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
  const std::string copy(text.substr(0, text.find('%')));  // a zone says nothing about reach
  Bytes4 v4{};
  if (inet_pton(AF_INET, copy.c_str(), v4.data()) == 1) {
    return Address{v4, std::nullopt};
  }
  Bytes16 v6{};
  if (inet_pton(AF_INET6, copy.c_str(), v6.data()) != 1) {
    return std::nullopt;
  }
  if (v6 == Bytes16{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) {
    return Address{Bytes4{127, 0, 0, 1}, std::nullopt};  // ::1: one kind of loopback is enough
  }
  const std::optional<Bytes4> inner = embedded_v4(v6);
  return inner ? Address{inner, std::nullopt} : Address{std::nullopt, v6};
}

bool is_public(const Address& address) {
  if (address.v4) {
    return !is_in_any(*address.v4, special_v4);
  }
  return is_in(*address.v6, Block<16>{{0x20}, 3}) && !is_in_any(*address.v6, special_v6);
}

/// The cloud's metadata services.
bool is_metadata(const Address& address) {
  constexpr Bytes16 aws_v6{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  return address.v4 ? *address.v4 == Bytes4{169, 254, 169, 254} : *address.v6 == aws_v6;
}

bool is_unspecified(const Address& address) {
  return address.v4 ? *address.v4 == Bytes4{} : *address.v6 == Bytes16{};
}

bool is_loopback(const Address& address) { return address.v4 && (*address.v4)[0] == 127; }

/// `address:port`, IPv6 in brackets or not.
bool is_own_listener(const std::string& listener, const Address& address, std::uint16_t port) {
  const std::size_t colon = listener.rfind(':');
  if (colon == std::string::npos || listener.substr(colon + 1) != std::to_string(port)) {
    return false;
  }
  std::string host = listener.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const std::optional<Address> own = parse_address(host);
  if (!own) {
    return false;
  }
  // Listening on the unspecified address includes loopback, and connecting to it means loopback.
  const bool same = own->v4 == address.v4 && own->v6 == address.v6;
  return same || (is_unspecified(*own) && is_loopback(address)) ||
         (is_loopback(*own) && is_unspecified(address));
}

struct UrlParts {
  std::string_view scheme;
  std::string_view authority;
};

std::optional<UrlParts> split_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = url.substr(colon + 3);
  return UrlParts{url.substr(0, colon), rest.substr(0, rest.find_first_of("/?#\\"))};
}

std::string host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? "" : std::string(authority.substr(1, end - 1));
  }
  std::string host = to_lower(authority.substr(0, authority.find(':')));
  if (host.ends_with('.')) {
    host.pop_back();
  }
  return host;
}

bool host_matches(std::string_view pattern, std::string_view host) {
  const std::string lower = to_lower(pattern);
  if (lower.starts_with("*.")) {
    const std::string_view suffix = std::string_view(lower).substr(1);
    return host.size() > suffix.size() && host.ends_with(suffix);
  }
  return lower == host;
}

tl::unexpected<Error> refused(std::string message) { return fail("outbound_refused", std::move(message)); }

}  // namespace

Result<void> check_outbound_url(const OutboundRule& rule, std::string_view url) {
  const bool has_control = std::any_of(
      url.begin(), url.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
  const std::optional<UrlParts> parts = split_url(url);
  if (has_control || !parts) {
    return refused("The URL must be absolute, as in https://host/path.");
  }
  const std::string scheme = to_lower(parts->scheme);
  const bool http_allowed = rule.private_upstreams == PrivateUpstreams::Allow;
  if (scheme != "https" && !(scheme == "http" && http_allowed)) {
    return refused(http_allowed ? "The URL must begin with https:// or http://."
                                : "The URL must begin with https://.");
  }
  if (parts->authority.find('@') != std::string_view::npos) {
    return refused("The URL must not contain a user name or password.");
  }
  const std::string host = host_of(parts->authority);
  if (host.empty()) {
    return refused("The URL names no host.");
  }
  const bool listed = std::any_of(rule.hosts.begin(), rule.hosts.end(),
                                  [&](const std::string& pattern) { return host_matches(pattern, host); });
  if (!rule.hosts.empty() && !listed) {
    return refused("The host " + host + " is not among those of SCAIFLOW_UPSTREAM_HOSTS.");
  }
  return {};
}

bool outbound_address_allowed(const OutboundRule& rule, std::string_view address, std::uint16_t port) {
  const std::optional<Address> parsed = parse_address(address);
  if (!parsed || is_metadata(*parsed)) {
    return false;
  }
  if (std::any_of(rule.own_listeners.begin(), rule.own_listeners.end(),
                  [&](const std::string& listener) { return is_own_listener(listener, *parsed, port); })) {
    return false;
  }
  return rule.private_upstreams == PrivateUpstreams::Allow || is_public(*parsed);
}

std::vector<std::string> listeners_of(const std::string& address, std::uint16_t port) {
  const std::string suffix = ":" + std::to_string(port);
  std::vector<std::string> out{address + suffix};
  const std::optional<Address> parsed = parse_address(address);
  ifaddrs* all = nullptr;
  if (!parsed || !is_unspecified(*parsed) || getifaddrs(&all) != 0) return out;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    const int family = each->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    char text[NI_MAXHOST] = {};
    const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (getnameinfo(each->ifa_addr, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
      out.push_back(text + suffix);
  }
  freeifaddrs(all);
  return out;
}

bool is_public_address(std::string_view address) {
  const std::optional<Address> parsed = parse_address(address);
  return parsed && is_public(*parsed);
}

}  // namespace scaiflow::net
