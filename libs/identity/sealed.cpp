#include "libs/identity/sealed.h"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <new>
#include <optional>

#include "libs/base/text.h"
#include "libs/identity/private_file.h"
#include "libs/net/ids.h"

namespace scaiflow::identity {
namespace {

constexpr std::string_view magic = "SFS1";
constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t head_bytes = 4 + 4 + nonce_bytes;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string big_endian(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text.push_back(static_cast<char>(value >> shift & 0xff));
  }
  return text;
}

std::uint32_t read_big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) {
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

std::optional<std::string> unhex(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  std::size_t length = 0;
  const bool good = sodium_hex2bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr, &length,
                                   nullptr) == 0;
  return good && length * 2 == text.size() ? std::optional(bytes) : std::nullopt;
}

struct KeyLine {
  std::uint32_t id = 0;
  std::string key;
};

/// `<id>:<64 hex>`.
std::optional<KeyLine> parse_key_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  KeyLine parsed;
  const auto number = std::from_chars(line.data(), line.data() + std::min(colon, line.size()), parsed.id);
  if (colon == std::string_view::npos || number.ec != std::errc() || number.ptr != line.data() + colon) {
    return std::nullopt;
  }
  std::optional<std::string> key = unhex(line.substr(colon + 1));
  if (!key || key->size() != key_bytes) {
    return std::nullopt;
  }
  parsed.key = std::move(*key);
  return parsed;
}

tl::unexpected<Error> tampered() { return fail("vault_tamper", "a sealed value was changed, moved or cut"); }

}  // namespace

SecretKey::SecretKey(std::string_view bytes) {
  const bool ready = sodium_init() >= 0;
  auto* memory = static_cast<unsigned char*>(sodium_malloc(key_bytes));
  assert(ready && bytes.size() == key_bytes);
  if (!memory) {
    throw std::bad_alloc();
  }
  std::copy(bytes.begin(), bytes.end(), memory);
  sodium_mprotect_readonly(memory);
  bytes_ = std::shared_ptr<unsigned char>(memory, sodium_free);
}

std::string_view SecretKey::bytes() const { return {reinterpret_cast<const char*>(bytes_.get()), key_bytes}; }

Result<SealKeys> SealKeys::load_or_create(const std::string& key_file) {
  Result<std::optional<std::string>> text = read_private_file(key_file);
  if (text && !*text) {
    const std::string line = "1:" + hex(net::random_bytes(key_bytes)) + "\n";
    if (const auto made = write_private_file(key_file, line, PrivateWrite::CreateNew); !made) {
      return fail("vault_unavailable", made.error().message);
    }
    text = read_private_file(key_file);
  }
  if (!text) {
    const bool refused = text.error().code == "refused_file";
    return fail(refused ? "vault_key_refused" : "vault_unavailable", text.error().message);
  }
  SealKeys keys;
  std::string content = text->value_or("");
  for (const std::string_view line : split(trim(content), '\n')) {
    const std::optional<KeyLine> parsed = parse_key_line(trim(line));
    if (!parsed) {
      return fail("vault_key_refused", key_file + " must hold lines <id>:<64 hex digits>");
    }
    keys.newest_ = keys.keys_.empty() ? parsed->id : keys.newest_;
    keys.keys_.emplace(parsed->id, SecretKey(parsed->key));
  }
  sodium_memzero(content.data(), content.size());
  return keys;
}

const SecretKey* SealKeys::find(std::uint32_t id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

std::string seal(const SealKeys& keys, std::string_view plain, std::string_view context) {
  const SecretKey* key = keys.find(keys.newest());
  assert(key);
  const std::string head = std::string(magic) + big_endian(keys.newest()) + net::random_bytes(nonce_bytes);
  std::string sealed = head + std::string(plain.size() + tag_bytes, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + head_bytes, nullptr, bytes_of(plain),
                                             plain.size(), bytes_of(context), context.size(), nullptr,
                                             bytes_of(head) + 8, bytes_of(key->bytes()));
  return sealed;
}

Result<std::string> open_sealed(const SealKeys& keys, std::string_view sealed, std::string_view context) {
  if (sealed.size() < head_bytes + tag_bytes || !sealed.starts_with(magic)) {
    return tampered();
  }
  const std::uint32_t id = read_big_endian(sealed.substr(4, 4));
  const SecretKey* key = keys.find(id);
  if (!key) {
    return fail("vault_unavailable", "key " + std::to_string(id) + " is not in the key file");
  }
  const std::string_view cipher = sealed.substr(head_bytes);
  std::string plain(cipher.size() - tag_bytes, '\0');
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(plain), nullptr, nullptr, bytes_of(cipher), cipher.size(), bytes_of(context), context.size(),
      bytes_of(sealed) + 8, bytes_of(key->bytes()));
  return opened == 0 ? Result<std::string>(std::move(plain)) : tampered();
}

std::string seal_context(std::string_view table, std::string_view column, std::string_view row_id) {
  std::string text(table);
  text.append("/").append(column).append("/").append(row_id);
  return text;
}

}  // namespace scaiflow::identity
