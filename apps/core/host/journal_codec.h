#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/core/machine/event.h"
#include "apps/core/machine/state.h"
#include "libs/base/result.h"

namespace scaiflow::core {

/// A large value kept apart from its record, once per tenant (07 §17.1).
struct Payload {
  std::string sha256;
  std::string bytes;  ///< the value in MessagePack
};

/// A journal row (07 §17.1): body = MessagePack map with field numbers as keys, key 0 = hash of the turn's
/// commands.
struct Record {
  std::int64_t seq = 0;
  int type = 0;
  std::int64_t at_ms = 0;
  std::int64_t epoch = 0;
  int format = 1;  ///< 1 plain, 2 zstd
  std::string body;
  std::uint32_t crc = 0;
};

inline constexpr std::size_t payload_bytes_min = 16'384;

Record encode_record(const machine::Event& event, std::uint32_t command_hash, std::int64_t epoch,
                     std::vector<Payload>& payloads);

struct DecodedRecord {
  machine::Event event;
  std::uint32_t command_hash = 0;
};
/// Reads a payload's bytes by its hash.
using PayloadReader = std::function<Result<std::string>(const std::string& sha256)>;
/// Error `JournalCorruptError` (crc, bytes), or `RECORD_UNKNOWN` for a type or format of a newer binary.
Result<DecodedRecord> decode_record(const Record& record, const PayloadReader& payloads);

/// A body as mailbox rows hold it: the same map without key 0, uncompressed.
std::string encode_body(const machine::EventBody& body);
Result<machine::EventBody> decode_body(int type, std::string_view bytes);

/// A snapshot, compressed.
std::string encode_state(const machine::State& state);
Result<machine::State> decode_state(std::string_view bytes);

}  // namespace scaiflow::core
