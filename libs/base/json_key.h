#pragma once

#include <algorithm>
#include <cassert>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace scaiflow {

/// Key of an object's member, in 16 bytes: text of at most 12 stands in place (as most keys do), longer text
/// in memory of its own. Keys are told apart by size and first bytes before any address is followed.
class alignas(8) JsonKey {
 public:
  JsonKey() = default;
  JsonKey(std::string_view text) : size_(static_cast<std::uint32_t>(text.size())) {
    assert(text.size() <= UINT32_MAX);
    if (is_in_place()) {
      if (!text.empty()) std::memcpy(text_, text.data(), text.size());
      return;
    }
    char* away = new char[text.size()];
    std::memcpy(away, text.data(), text.size());
    std::memcpy(text_, away, head_bytes);
    std::memcpy(text_ + head_bytes, &away, sizeof away);
  }
  JsonKey(const std::string& text) : JsonKey(std::string_view(text)) {}
  JsonKey(const char* text) : JsonKey(std::string_view(text)) {}
  JsonKey(const JsonKey& other) : JsonKey(other.view()) {}
  JsonKey(JsonKey&& other) noexcept { take(other); }
  JsonKey& operator=(const JsonKey& other) { return *this = JsonKey(other); }
  JsonKey& operator=(JsonKey&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    return *this;
  }
  ~JsonKey() { release(); }

  std::string_view view() const { return {is_in_place() ? text_ : away(), size_}; }
  operator std::string_view() const { return view(); }
  operator std::string() const { return std::string(view()); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// A text to be looked for among keys, which most keys tell from themselves by one comparison of numbers.
  class Probe {
   public:
    explicit Probe(std::string_view text) : text_(text) {
      char first[head_bytes] = {};
      if (!text.empty()) std::memcpy(first, text.data(), std::min(text.size(), head_bytes));
      head_ = head_of(static_cast<std::uint32_t>(text.size()), first);
    }
    bool fits(const JsonKey& key) const {
      return head_of(key.size_, key.text_) == head_ && (text_.size() <= head_bytes || key.view() == text_);
    }

   private:
    std::string_view text_;
    std::uint64_t head_ = 0;  ///< size and first bytes
  };

  friend bool operator==(const JsonKey& a, const JsonKey& b) { return a.view() == b.view(); }
  friend bool operator==(const JsonKey& a, std::string_view b) { return a.view() == b; }
  friend bool operator==(const JsonKey& a, const std::string& b) { return a.view() == b; }
  friend bool operator==(const JsonKey& a, const char* b) { return a.view() == b; }
  friend auto operator<=>(const JsonKey& a, const JsonKey& b) { return a.view() <=> b.view(); }
  friend auto operator<=>(const JsonKey& a, std::string_view b) { return a.view() <=> b; }
  friend auto operator<=>(const JsonKey& a, const std::string& b) { return a.view() <=> b; }
  friend std::string operator+(std::string a, const JsonKey& b) { return std::move(a += b.view()); }
  friend std::string operator+(char a, const JsonKey& b) { return std::string(1, a) += b.view(); }
  friend std::string operator+(const JsonKey& a, std::string_view b) { return std::string(a.view()) += b; }

 private:
  static constexpr std::size_t head_bytes = 4;

  static std::uint64_t head_of(std::uint32_t size, const char* first) {
    std::uint32_t text = 0;
    std::memcpy(&text, first, sizeof text);
    return std::uint64_t{size} << 32 | text;
  }

  bool is_in_place() const { return size_ <= sizeof text_; }
  const char* away() const {
    const char* address = nullptr;
    std::memcpy(&address, text_ + head_bytes, sizeof address);
    return address;
  }
  void take(JsonKey& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    std::memcpy(text_, other.text_, sizeof text_);
  }
  void release() noexcept {
    if (!is_in_place()) delete[] away();
  }

  std::uint32_t size_ = 0;
  char text_[12] = {};  ///< all of it; or its first bytes, then the address of all of it
};

static_assert(sizeof(JsonKey) == 16);

}  // namespace scaiflow
