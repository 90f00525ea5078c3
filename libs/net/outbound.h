#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

namespace scaiflow::net {

enum class PrivateUpstreams : std::uint8_t { Refuse, Allow };

/// Rule for every URL that a tenant or a flow supplies (10 §9.2). URLs from settings are not limited.
struct OutboundRule {
  PrivateUpstreams private_upstreams = PrivateUpstreams::Refuse;
  std::vector<std::string> hosts;  ///< SCAIFLOW_UPSTREAM_HOSTS: exact names or one leading `*.`; empty = any
  /// Our own listeners as `address:port`; `0.0.0.0` and `::` stand for loopback, so that a server that
  /// listens everywhere names its machine's addresses beside them.
  std::vector<std::string> own_listeners;
};

/// `own_listeners` of a server that listens on `address`: itself, and for an unspecified address every
/// address of this machine.
std::vector<std::string> listeners_of(const std::string& address, std::uint16_t port);

/// Checks scheme, user info and host of a URL. Errors: `outbound_refused` with a message for its author.
Result<void> check_outbound_url(const OutboundRule& rule, std::string_view url);

/// Whether that resolved address may be connected to. Text form of an IPv4 or IPv6 address.
bool outbound_address_allowed(const OutboundRule& rule, std::string_view address, std::uint16_t port);

/// Globally routable: not loopback, private, link-local, unique-local, multicast, unspecified, shared,
/// documentation or reserved, nor an IPv6 form that embeds such an IPv4 address. False for anything else.
bool is_public_address(std::string_view address);

}  // namespace scaiflow::net
