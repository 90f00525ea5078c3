#include "apps/core/host/journal_codec.h"

#include <zstd.h>

#include <utility>

#include "libs/base/hash.h"
#include "libs/ir/msgpack.h"

namespace scaiflow::core {

namespace {

using machine::EventBody;

constexpr std::size_t compress_above = 1'024;
constexpr std::size_t plain_bytes_max = 128u << 20;
constexpr std::size_t depth_max = 160;
/// A field whose value lies apart has this added to its number.
constexpr int payload_flag = 64;
/// What a record has beside the fields of its body, which begin at 1.
constexpr int hash_field = 0, skew_field = 63;

void put_key(std::string& out, int key) { out += static_cast<char>(key); }

void put_map_size(std::string& out, std::size_t size) {
  if (size < 16) {
    out += static_cast<char>(0x80 | size);
  } else {
    out += static_cast<char>(0xde);
    out += static_cast<char>(size >> 8);
    out += static_cast<char>(size & 0xff);
  }
}

using NumberedFields = std::vector<std::pair<int, Json>>;

/// The fields of a record that differ from a fresh one, by number.
template <class T>
NumberedFields fields_of(const T& record) {
  [[maybe_unused]] static const T fresh{};
  NumberedFields out;
  T::fields([&](int number, std::string_view, auto member) {
    Json value = machine::to_json(record.*member);
    if (!(value == machine::to_json(fresh.*member))) out.emplace_back(number, std::move(value));
  });
  return out;
}

/// `head` comes before the fields of the body.
std::string pack_fields(const EventBody& body, const NumberedFields& head, std::vector<Payload>* payloads) {
  const NumberedFields fields = std::visit([](const auto& record) { return fields_of(record); }, body);
  std::string out;
  put_map_size(out, head.size() + fields.size());
  for (const auto& [number, value] : head) {
    put_key(out, number);
    ir::pack(out, value);
  }
  for (const auto& [number, value] : fields) {
    std::string packed;
    ir::pack(packed, value);
    if (!payloads || packed.size() < payload_bytes_min) {
      put_key(out, number);
      out += packed;
      continue;
    }
    Payload payload{sha256_hex(packed), std::move(packed)};
    put_key(out, number + payload_flag);
    ir::pack(out, payload.sha256);
    payloads->push_back(std::move(payload));
  }
  return out;
}

/// Walks MessagePack without building values: the end of the value at `at`, or npos.
class Skipper {
 public:
  explicit Skipper(std::string_view bytes) : bytes_(bytes) {}

  std::size_t end_of(std::size_t at) {
    at_ = at;
    std::uint64_t left = 1;
    while (left > 0) {
      if (at_ >= bytes_.size()) return std::string_view::npos;
      --left;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      if (!skip(byte, left)) return std::string_view::npos;
    }
    return at_;
  }

 private:
  bool skip(unsigned char byte, std::uint64_t& left) {
    if (byte < 0x80 || byte >= 0xe0 || byte == 0xc0 || byte == 0xc2 || byte == 0xc3) return true;
    if (byte < 0x90) return left += 2 * (byte & 15u), true;
    if (byte < 0xa0) return left += byte & 15u, true;
    if (byte < 0xc0) return advance(byte & 31u);
    switch (byte) {
      case 0xcc:
      case 0xd0: return advance(1);
      case 0xcd:
      case 0xd1: return advance(2);
      case 0xca:
      case 0xce:
      case 0xd2: return advance(4);
      case 0xcb:
      case 0xcf:
      case 0xd3: return advance(8);
      case 0xd9: return advance(number(1));
      case 0xda: return advance(number(2));
      case 0xdb: return advance(number(4));
      case 0xdc: return left += number(2), ok_;
      case 0xdd: return left += number(4), ok_;
      case 0xde: return left += 2 * number(2), ok_;
      case 0xdf: return left += 2 * number(4), ok_;
      default: return false;
    }
  }

  std::uint64_t number(std::size_t width) {
    if (bytes_.size() - at_ < width) return ok_ = false, 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(bytes_[at_++]);
    return value;
  }

  bool advance(std::uint64_t count) {
    if (!ok_ || bytes_.size() - at_ < count) return false;
    at_ += count;
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

Result<NumberedFields> corrupt() { return fail("JournalCorruptError", "a journal record cannot be read"); }

Result<NumberedFields> unpack_fields(std::string_view bytes, const PayloadReader& payloads) {
  if (bytes.empty()) return corrupt();
  std::size_t at = 1;
  std::size_t count = static_cast<unsigned char>(bytes[0]) & 15u;
  if (static_cast<unsigned char>(bytes[0]) == 0xde && bytes.size() >= 3) {
    count = static_cast<std::size_t>(static_cast<unsigned char>(bytes[1])) << 8 |
            static_cast<unsigned char>(bytes[2]);
    at = 3;
  }
  NumberedFields out;
  Skipper skipper(bytes);
  for (std::size_t i = 0; i < count; ++i) {
    if (at >= bytes.size()) return corrupt();
    int number = static_cast<unsigned char>(bytes[at++]);
    const std::size_t end = skipper.end_of(at);
    if (end == std::string_view::npos || number > 127) return corrupt();
    Json value;
    if (ir::unpack(bytes.substr(at, end - at), 0, depth_max, value)) return corrupt();
    at = end;
    if (number >= payload_flag) {
      if (!value.is_string() || !payloads) return corrupt();
      Result<std::string> stored = payloads(value.as_string());
      if (!stored) return tl::unexpected(stored.error());
      if (sha256_hex(*stored) != value.as_string() || ir::unpack(*stored, 0, depth_max, value))
        return corrupt();
      number -= payload_flag;
    }
    out.emplace_back(number, std::move(value));
  }
  return at == bytes.size() ? Result<NumberedFields>(std::move(out)) : corrupt();
}

template <std::size_t... I>
bool assign_fields(std::size_t type, const NumberedFields& fields, EventBody& out,
                   std::index_sequence<I...>) {
  bool ok = false;
  const auto read = [&](auto& record) {
    ok = true;
    for (const auto& [wanted, value] : fields) {
      std::decay_t<decltype(record)>::fields(
          [&, key = wanted, &given = value](int number, std::string_view, auto member) {
            if (number == key) ok = machine::from_json(given, record.*member) && ok;
          });
    }
  };
  (void)((I == type && (read(out.emplace<I>()), true)) || ...);
  return ok;
}

Result<EventBody> body_from(int type, const NumberedFields& fields) {
  EventBody body;
  if (type < 1 || type > machine::event_types)
    return fail("RECORD_UNKNOWN", "a record type of a newer version");
  const auto index = static_cast<std::size_t>(type - 1);
  if (!assign_fields(index, fields, body, std::make_index_sequence<machine::event_types>())) {
    return fail("JournalCorruptError", "a journal record has a field of the wrong form");
  }
  return body;
}

std::string compress(std::string_view plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 1));
  return out;
}

Result<std::string> decompress(std::string_view packed) {
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > plain_bytes_max) {
    return fail("JournalCorruptError", "a compressed record cannot be read");
  }
  std::string out(size, '\0');
  const std::size_t done = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(done) || done != size)
    return fail("JournalCorruptError", "a compressed record cannot be read");
  return out;
}

std::uint32_t crc_of(const Record& record) {
  std::string head =
      std::to_string(record.type) + "/" + std::to_string(record.at_ms) + "/" + std::to_string(record.format);
  return crc32c(record.body, crc32c(head));
}

}  // namespace

Record encode_record(const machine::Event& event, std::uint32_t command_hash, std::int64_t epoch,
                     std::vector<Payload>& payloads) {
  Record record;
  record.seq = event.seq;
  record.type = machine::type_of(event.body);
  record.at_ms = event.at_ms;
  record.epoch = epoch;
  NumberedFields head{{hash_field, static_cast<std::int64_t>(command_hash)}};
  if (event.skew_ms != 0) head.emplace_back(skew_field, event.skew_ms);
  record.body = pack_fields(event.body, head, &payloads);
  if (record.body.size() > compress_above) {
    record.body = compress(record.body);
    record.format = 2;
  }
  record.crc = crc_of(record);
  return record;
}

Result<DecodedRecord> decode_record(const Record& record, const PayloadReader& payloads) {
  if (record.format != 1 && record.format != 2)
    return fail("RECORD_UNKNOWN", "a record format of a newer version");
  if (record.crc != crc_of(record)) return fail("JournalCorruptError", "a journal record was altered");
  std::string plain;
  if (record.format == 2) {
    Result<std::string> unpacked = decompress(record.body);
    if (!unpacked) return tl::unexpected(unpacked.error());
    plain = std::move(*unpacked);
  }
  Result<NumberedFields> fields = unpack_fields(record.format == 2 ? plain : record.body, payloads);
  if (!fields) return tl::unexpected(fields.error());
  DecodedRecord out;
  for (const auto& [number, value] : *fields) {
    if (number == hash_field && value.is_int()) out.command_hash = static_cast<std::uint32_t>(value.as_int());
    if (number == skew_field && value.is_int()) out.event.skew_ms = value.as_int();
  }
  Result<EventBody> body = body_from(record.type, *fields);
  if (!body) return tl::unexpected(body.error());
  out.event.seq = record.seq;
  out.event.at_ms = record.at_ms;
  out.event.body = std::move(*body);
  return out;
}

std::string encode_body(const EventBody& body) { return pack_fields(body, {}, nullptr); }

Result<EventBody> decode_body(int type, std::string_view bytes) {
  Result<NumberedFields> fields = unpack_fields(bytes, {});
  if (!fields) return tl::unexpected(fields.error());
  return body_from(type, *fields);
}

std::string encode_state(const machine::State& state) {
  std::string plain;
  ir::pack(plain, machine::write_state(state));
  return compress(plain);
}

Result<machine::State> decode_state(std::string_view bytes) {
  Result<std::string> plain = decompress(bytes);
  if (!plain) return tl::unexpected(plain.error());
  Json json;
  machine::State state;
  if (ir::unpack(*plain, 0, depth_max, json) || !machine::read_state(json, state)) {
    return fail("JournalCorruptError", "a snapshot cannot be read");
  }
  return state;
}

}  // namespace scaiflow::core
