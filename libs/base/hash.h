#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace scaiflow {

/// SHA-256 (FIPS 180-4) as 32 bytes. Own code because the pure half links no library and runs as WebAssembly.
std::array<std::uint8_t, 32> sha256(std::string_view bytes);
/// Lower-case hex of the above: content addresses (04 §8).
std::string sha256_hex(std::string_view bytes);
/// SHA-1 (RFC 3174), for UUIDv5 (RFC 9562) alone.
std::array<std::uint8_t, 20> sha1(std::string_view bytes);
/// UUIDv5 in the URL namespace: checkpoint ids (07 §4).
std::string uuid5_url(std::string_view name);
/// CRC-32C (Castagnoli), as in iSCSI: journal records (07 §17.1).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace scaiflow
