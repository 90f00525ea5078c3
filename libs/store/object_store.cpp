#include "libs/store/object_store.h"

#include <algorithm>

#include "libs/base/text.h"

namespace scaiflow::store {
namespace {

constexpr std::size_t key_max = 512;
constexpr std::size_t segment_max = 128;

bool is_word(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_segment(std::string_view segment) {
  return !segment.empty() && segment.size() <= segment_max && is_word(segment.front()) &&
         segment.find("..") == std::string_view::npos &&
         std::all_of(segment.begin(), segment.end(),
                     [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

}  // namespace

bool is_object_key(std::string_view key) {
  if (key.empty() || key.size() > key_max) {
    return false;
  }
  const auto segments = split(key, '/');
  return std::all_of(segments.begin(), segments.end(), is_segment);
}

}  // namespace scaiflow::store
