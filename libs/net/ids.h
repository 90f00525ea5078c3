#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scaiflow::net {

/// Prefix + 26 lower-case Crockford base32 characters of a ULID, as in `flow_01h…` (09 §1.2). Ids made by
/// one thread within a millisecond ascend.
std::string new_id(std::string_view prefix);
/// `count` bytes from the kernel's generator.
std::string random_bytes(std::size_t count);
/// UUIDv4 in its text form.
std::string new_uuid();

}  // namespace scaiflow::net
