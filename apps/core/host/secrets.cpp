#include "apps/core/host/secrets.h"

#include <cstdlib>
#include <functional>

namespace scaiflow::core {

std::string referenced_text(const std::string& text) {
  if (text.rfind("env:", 0) != 0) return text;
  const char* value = std::getenv(text.c_str() + 4);
  return value ? value : "";
}

namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Values nest at most 64 deep (03 §12), so recursion is bounded.
Json map_texts(const Json& value, const std::function<std::string(std::string)>& change) {
  if (value.is_string()) return change(value.as_string());
  if (value.is_array()) {
    JsonArray out;
    out.reserve(value.size());
    for (const Json& item : value.as_array()) out.push_back(map_texts(item, change));
    return out;
  }
  if (!value.is_object()) return value;
  JsonObject out;
  out.reserve(value.size());
  for (const auto& [name, member] : value.as_object()) out.append(name, map_texts(member, change));
  return out;
}

}  // namespace

Secrets::Secrets(const Json& references, const Json& environment) {
  if (!references.is_object()) return;
  for (const auto& [name, reference] : references.as_object()) {
    const Json& entry = environment[name];
    const std::string value = entry.is_object()   ? entry.string_or("value", "")
                              : entry.is_string() ? entry.as_string()
                                                  : "";
    if (reference.is_string()) all_.push_back({reference.as_string(), value});
  }
}

Json Secrets::resolved(const Json& value) const {
  if (all_.empty()) return value;
  return map_texts(value, [&](std::string text) {
    for (const Each& secret : all_) replace_all(text, secret.reference, secret.value);
    return text;
  });
}

std::string Secrets::redacted(std::string text) const {
  for (const Each& secret : all_) {
    if (secret.value.size() >= 8) replace_all(text, secret.value, "***");
  }
  return text;
}

Json Secrets::redacted(const Json& value) const {
  if (all_.empty()) return value;
  return map_texts(value, [&](std::string text) { return redacted(std::move(text)); });
}

}  // namespace scaiflow::core
