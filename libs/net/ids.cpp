#include "libs/net/ids.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::net {
namespace {

using Bits80 = std::array<unsigned char, 10>;

/// A thread's generator of random halves: random bytes come from the kernel in blocks, because a system call
/// for each id would cost more than all the rest.
struct UlidSource {
  std::int64_t last_ms = -1;
  Bits80 random{};
  std::array<char, 1000> block{};
  std::size_t used = block.size();

  void refill(Bits80& out) {
    if (used + out.size() > block.size()) {
      const std::string fresh = random_bytes(block.size());
      std::copy(fresh.begin(), fresh.end(), block.begin());
      used = 0;
    }
    std::copy_n(reinterpret_cast<const unsigned char*>(block.data()) + used, out.size(), out.begin());
    used += out.size();
  }

  /// Within a millisecond the random half is counted up, so that ids ascend.
  void advance(std::int64_t ms) {
    if (ms > last_ms) {
      last_ms = ms;
      refill(random);
      random[0] &= 0x7f;  // leaves room to count up
      return;
    }
    for (auto byte = random.rbegin(); byte != random.rend() && ++*byte == 0; ++byte) {
    }
  }
};

void append_base32(std::string& out, std::uint64_t value, int characters) {
  static constexpr char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  for (int i = characters - 1; i >= 0; --i) {
    out.push_back(alphabet[(value >> (5 * i)) & 31]);
  }
}

std::uint64_t bits40(const Bits80& bytes, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t i = from; i < from + 5; ++i) {
    value = value << 8 | bytes[i];
  }
  return value;
}

}  // namespace

std::string new_id(std::string_view prefix) {
  thread_local UlidSource source;
  source.advance(wall_ms());
  std::string id;
  id.reserve(prefix.size() + 26);
  id += prefix;
  append_base32(id, static_cast<std::uint64_t>(source.last_ms), 10);
  append_base32(id, bits40(source.random, 0), 8);
  append_base32(id, bits40(source.random, 5), 8);
  return id;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    assert(got > 0 || count == 0);
    filled += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return bytes;
}

std::string new_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t at : {20, 16, 12, 8}) {
    text.insert(at, 1, '-');
  }
  return text;
}

}  // namespace scaiflow::net
