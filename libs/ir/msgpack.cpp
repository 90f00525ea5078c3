#include "libs/ir/msgpack.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "libs/base/text.h"

namespace scaiflow::ir {
namespace {

void put_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void put_tagged(std::string& out, int tag, std::uint64_t value, int bytes) {
  out += static_cast<char>(tag);
  put_big_endian(out, value, bytes);
}

void pack_int(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= 0) {
    if (value < 0x80)
      out += static_cast<char>(value);
    else if (value <= 0xff)
      put_tagged(out, 0xcc, bits, 1);
    else if (value <= 0xffff)
      put_tagged(out, 0xcd, bits, 2);
    else if (value <= 0xffffffff)
      put_tagged(out, 0xce, bits, 4);
    else
      put_tagged(out, 0xcf, bits, 8);
    return;
  }
  if (value >= -32)
    out += static_cast<char>(value);
  else if (value >= std::numeric_limits<std::int8_t>::min())
    put_tagged(out, 0xd0, bits, 1);
  else if (value >= std::numeric_limits<std::int16_t>::min())
    put_tagged(out, 0xd1, bits, 2);
  else if (value >= std::numeric_limits<std::int32_t>::min())
    put_tagged(out, 0xd2, bits, 4);
  else
    put_tagged(out, 0xd3, bits, 8);
}

void pack_string(std::string& out, const std::string& text) {
  const std::size_t n = text.size();
  if (n < 32)
    out += static_cast<char>(0xa0 | n);
  else if (n <= 0xff)
    put_tagged(out, 0xd9, n, 1);
  else if (n <= 0xffff)
    put_tagged(out, 0xda, n, 2);
  else
    put_tagged(out, 0xdb, n, 4);
  out += text;
}

void pack_count(std::string& out, std::size_t n, int fix_tag, int tag16) {
  if (n < 16)
    out += static_cast<char>(fix_tag | static_cast<int>(n));
  else if (n <= 0xffff)
    put_tagged(out, tag16, n, 2);
  else
    put_tagged(out, tag16 + 1, n, 4);
}

enum class Shape : std::uint8_t {
  Nil,
  False,
  True,
  Unsigned,
  Signed,
  Float32,
  Float64,
  String,
  Array,
  Map,
  Refused
};

/// The first byte (and length bytes) of a value.
struct Head {
  Shape shape = Shape::Refused;
  std::size_t start = 0;
  std::size_t size = 0;       ///< bytes of the head
  std::uint64_t bits = 0;     ///< the number, or the count of items
  std::uint64_t payload = 0;  ///< bytes that follow the head without being values
};

struct Format {
  Shape shape;
  std::uint8_t size;     ///< bytes behind the first one that hold a number
  std::uint8_t payload;  ///< fixed bytes of payload, for fixext
};

/// Formats 0xc0 … 0xdf of the MessagePack specification.
constexpr Format formats[32] = {
    {Shape::Nil, 0, 0},      {Shape::Refused, 0, 0},  {Shape::False, 0, 0},    {Shape::True, 0, 0},
    {Shape::Refused, 1, 0},  {Shape::Refused, 2, 0},  {Shape::Refused, 4, 0},  {Shape::Refused, 1, 1},
    {Shape::Refused, 2, 1},  {Shape::Refused, 4, 1},  {Shape::Float32, 4, 0},  {Shape::Float64, 8, 0},
    {Shape::Unsigned, 1, 0}, {Shape::Unsigned, 2, 0}, {Shape::Unsigned, 4, 0}, {Shape::Unsigned, 8, 0},
    {Shape::Signed, 1, 0},   {Shape::Signed, 2, 0},   {Shape::Signed, 4, 0},   {Shape::Signed, 8, 0},
    {Shape::Refused, 0, 2},  {Shape::Refused, 0, 3},  {Shape::Refused, 0, 5},  {Shape::Refused, 0, 9},
    {Shape::Refused, 0, 17}, {Shape::String, 1, 0},   {Shape::String, 2, 0},   {Shape::String, 4, 0},
    {Shape::Array, 2, 0},    {Shape::Array, 4, 0},    {Shape::Map, 2, 0},      {Shape::Map, 4, 0},
};

constexpr int sign_extended(int bytes) { return 64 - 8 * bytes; }

/// Reads the head at `at`; false when the bytes end inside it.
bool read_head(std::string_view bytes, std::size_t at, Head& head) {
  if (at >= bytes.size()) return false;
  const auto first = static_cast<std::uint8_t>(bytes[at]);
  head = {.shape = Shape::Refused, .start = at, .size = 1, .bits = 0, .payload = 0};
  if (first < 0x80) return head.shape = Shape::Unsigned, head.bits = first, true;
  if (first >= 0xe0) {
    head.shape = Shape::Signed;
    head.bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(first) - 256);
    return true;
  }
  if (first < 0x90) return head.shape = Shape::Map, head.bits = first & 0x0f, true;
  if (first < 0xa0) return head.shape = Shape::Array, head.bits = first & 0x0f, true;
  if (first < 0xc0) return head.shape = Shape::String, head.bits = head.payload = first & 0x1f, true;
  const Format& format = formats[first - 0xc0];
  head.shape = format.shape;
  head.size = 1u + format.size;
  if (bytes.size() - at < head.size) return false;
  for (std::size_t i = 1; i < head.size; ++i)
    head.bits = head.bits << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  if (format.shape == Shape::Signed && format.size < 8) {
    const int shift = sign_extended(format.size);
    head.bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(head.bits << shift) >> shift);
  }
  if (format.shape == Shape::String || format.shape == Shape::Refused)
    head.payload = head.bits + format.payload;
  return true;
}

std::uint64_t values_inside(const Head& head) {
  if (head.shape == Shape::Array) return head.bits;
  return head.shape == Shape::Map ? 2 * head.bits : 0;
}

/// Counts values only, so that it needs no stack: enough to find truncation and trailing bytes.
std::optional<PackProblem> check_extent(std::string_view bytes, std::size_t start) {
  std::size_t at = start;
  Head head;
  for (std::uint64_t pending = 1; pending > 0; --pending) {
    if (!read_head(bytes, at, head)) return PackProblem{PackProblem::Kind::Truncated, at};
    if (bytes.size() - at - head.size < head.payload) return PackProblem{PackProblem::Kind::Truncated, at};
    at += head.size + static_cast<std::size_t>(head.payload);
    pending += values_inside(head);
  }
  if (at == bytes.size()) return std::nullopt;
  return PackProblem{PackProblem::Kind::Trailing, bytes.size() - at};
}

/// Runs after `check_extent`: every head and payload is complete.
std::optional<PackProblem> check_depth(std::string_view bytes, std::size_t start, std::size_t depth_max) {
  std::vector<std::uint64_t> open;  // values still to come in each open container
  Head head;
  for (std::size_t at = start; at < bytes.size(); at += head.size + static_cast<std::size_t>(head.payload)) {
    read_head(bytes, at, head);
    if (!open.empty()) --open.back();
    if (head.shape == Shape::Array || head.shape == Shape::Map) {
      if (open.size() == depth_max) return PackProblem{PackProblem::Kind::TooDeep, at};
      open.push_back(values_inside(head));
    }
    while (!open.empty() && open.back() == 0) open.pop_back();
  }
  return std::nullopt;
}

/// Builds the tree; extent and depth are checked, so recursion is bounded and reserving by count is safe.
class Builder {
 public:
  Builder(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  bool read(Json& out) {
    Head head;
    read_head(bytes_, at_, head);
    at_ += head.size;
    switch (head.shape) {
      case Shape::Nil: out = Json(); return true;
      case Shape::False: out = Json(false); return true;
      case Shape::True: out = Json(true); return true;
      case Shape::Unsigned: return read_unsigned(head, out);
      case Shape::Signed: out = Json(static_cast<std::int64_t>(head.bits)); return true;
      case Shape::Float32:
        return read_float(head, std::bit_cast<float>(static_cast<std::uint32_t>(head.bits)), out);
      case Shape::Float64: return read_float(head, std::bit_cast<double>(head.bits), out);
      case Shape::String: return read_string(head, out);
      case Shape::Array: return read_array(head, out);
      case Shape::Map: return read_map(head, out);
      case Shape::Refused: return refuse(head);
    }
    return refuse(head);
  }

  std::size_t bad_at() const { return bad_at_; }

 private:
  bool refuse(const Head& head) {
    bad_at_ = head.start;
    return false;
  }

  bool read_unsigned(const Head& head, Json& out) {
    if (head.bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return refuse(head);
    out = Json(static_cast<std::int64_t>(head.bits));
    return true;
  }

  bool read_float(const Head& head, double value, Json& out) {
    if (!std::isfinite(value)) return refuse(head);
    out = Json(value);
    return true;
  }

  /// The text behind `head`, which has been passed.
  bool read_text(const Head& head, std::string& out) {
    const std::string_view text = bytes_.substr(at_, static_cast<std::size_t>(head.payload));
    if (!is_utf8(text)) return refuse(head);
    at_ += text.size();
    out = text;
    return true;
  }

  bool read_string(const Head& head, Json& out) {
    std::string text;
    if (!read_text(head, text)) return false;
    out = Json(std::move(text));
    return true;
  }

  bool read_array(const Head& head, Json& out) {
    JsonArray items(static_cast<std::size_t>(head.bits));
    for (Json& item : items) {
      if (!read(item)) return false;
    }
    out = Json(std::move(items));
    return true;
  }

  bool read_map(const Head& head, Json& out) {
    JsonObject members;
    members.reserve(static_cast<std::size_t>(head.bits));
    for (std::uint64_t i = 0; i < head.bits; ++i) {
      Head key_head;
      read_head(bytes_, at_, key_head);
      if (key_head.shape != Shape::String) return refuse(key_head);
      at_ += key_head.size;
      std::string key;
      Json value;
      if (!read_text(key_head, key)) return false;
      if (members.find(key)) return refuse(key_head);
      if (!read(value)) return false;
      members.append(std::move(key), std::move(value));
    }
    out = Json(std::move(members));
    return true;
  }

  std::string_view bytes_;
  std::size_t at_;
  std::size_t bad_at_ = 0;
};

}  // namespace

void pack(std::string& out, const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null: out += '\xc0'; return;
    case Json::Kind::Bool: out += value.as_bool() ? '\xc3' : '\xc2'; return;
    case Json::Kind::Int: pack_int(out, value.as_int()); return;
    case Json::Kind::Float: put_tagged(out, 0xcb, std::bit_cast<std::uint64_t>(value.as_double()), 8); return;
    case Json::Kind::String: pack_string(out, value.as_string()); return;
    case Json::Kind::Array:
      pack_count(out, value.size(), 0x90, 0xdc);
      for (const Json& item : value.as_array()) pack(out, item);
      return;
    case Json::Kind::Object:
      pack_count(out, value.size(), 0x80, 0xde);
      for (const auto& [key, member] : value.as_object()) {
        pack_string(out, key);
        pack(out, member);
      }
      return;
  }
}

std::optional<PackProblem> unpack(std::string_view bytes, std::size_t start, std::size_t depth_max,
                                  Json& out) {
  if (auto problem = check_extent(bytes, start)) return problem;
  if (auto problem = check_depth(bytes, start, depth_max)) return problem;
  Builder builder(bytes, start);
  if (builder.read(out)) return std::nullopt;
  return PackProblem{PackProblem::Kind::BadValue, builder.bad_at()};
}

}  // namespace scaiflow::ir
