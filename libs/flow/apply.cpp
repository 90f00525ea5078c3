#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "generated/cpp/limits.h"
#include "libs/flow/canonical.h"
#include "libs/flow/diff.h"
#include "libs/flow/parts.h"

namespace scaiflow::flow {
namespace {

/// What happens at one place and below it.
struct Patch {
  const Json* value = nullptr;   ///< the value from now on
  const Json* behind = nullptr;  ///< the key of the part before this one
  bool is_removed = false;
  std::map<std::string, Patch, std::less<>> parts;
  std::vector<const std::string*> placed;  ///< keys of the parts with `behind`, in the order of the changes
};

/// Enters one change or field at its place below `root`. Nullptr when it is none.
Patch* enter(Patch& root, const Json& change) {
  const Json& at = change["at"];
  if (!at.is_array() || at.size() > static_cast<std::size_t>(limits::document_depth_max)) return nullptr;
  Patch* owner = nullptr;
  Patch* here = &root;
  const std::string* name = nullptr;
  for (const Json& key : at.as_array()) {
    if (!key.is_string()) return nullptr;
    owner = here;
    const auto part = here->parts.try_emplace(key.as_string()).first;
    name = &part->first;
    here = &part->second;
  }
  const std::string kind = change.string_or("change", "");
  const bool is_whole = kind == "added" || (kind == "changed" && !change.contains("fields"));
  if (is_whole) here->value = change.find("after");
  here->is_removed = kind == "removed";
  const Json* behind = here->is_removed || owner == nullptr ? nullptr : change.find("behind");
  if (behind != nullptr && here->behind == nullptr) owner->placed.push_back(name);
  if (behind != nullptr) here->behind = behind;
  const bool is_known = here->is_removed || kind == "changed" || kind == "reordered";
  return (is_whole ? here->value != nullptr : is_known) ? here : nullptr;
}

bool enter_all(Patch& root, const Json& difference) {
  if (!difference["changes"].is_array()) return false;
  for (const Json& change : difference["changes"].as_array()) {
    Patch* entity = enter(root, change);
    if (entity == nullptr) return false;
    const Json& fields = change["fields"];
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (enter(*entity, fields.at(i)) == nullptr) return false;
    }
  }
  return true;
}

/// Parts in a chain, so that one goes in behind any other at no cost.
class Chain {
 public:
  /// Behind `key`, or last when there is no such part; nullptr puts it first.
  void insert(const std::string& name, Json value, const std::string* key) {
    const auto found = key == nullptr ? links_.end() : links_.find(*key);
    const std::size_t before = key == nullptr ? 0 : found == links_.end() ? last_ : found->second;
    chain_.push_back({&name, std::move(value), chain_[before].next});
    chain_[before].next = chain_.size() - 1;
    if (before == last_) last_ = chain_.size() - 1;
    links_[name] = chain_.size() - 1;
  }
  void append(const std::string& name, Json value) {
    insert(name, std::move(value), last_ == 0 ? nullptr : chain_[last_].key);
  }

  Json take(Form form) {
    Builder out(form);
    for (std::size_t i = chain_[0].next; i != 0; i = chain_[i].next) {
      out.add(*chain_[i].key, std::move(chain_[i].value));
    }
    return out.take();
  }

 private:
  struct Link {
    const std::string* key = nullptr;
    Json value;
    std::size_t next = 0;
  };
  std::vector<Link> chain_ = std::vector<Link>(1);  ///< begins with a link that is no part
  std::size_t last_ = 0;
  std::unordered_map<std::string_view, std::size_t> links_;
};

class Applier {
 public:
  std::optional<Json> run(const Json& before, const Patch& root) {
    Json out = patched(Spot::root(), before, root);
    if (failed_) return std::nullopt;
    return out;
  }

 private:
  // As deep as the paths of the changes are, which `enter` limits.
  Json patched(const Spot& spot, const Json& before, const Patch& patch) {
    const Json& value = patch.value != nullptr ? *patch.value : before;
    if (patch.parts.empty()) return value;
    const Form form = form_of(spot, {&value});
    const bool has_parts = form == Form::Members || form == Form::Keyed;
    if (has_parts) return patched_parts(spot, form, value, patch);
    failed_ = true;
    return value;
  }

  Json patched_parts(const Spot& spot, Form form, const Json& value, const Patch& patch) {
    const Parts parts(spot, form, value);
    const auto value_of = [&](const std::string& key, const Json& old_value, const Patch& part) {
      return patched(part_spot(spot, form, key, old_value), old_value, part);
    };
    Chain chain;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string& key = parts.key(i);
      const auto part = patch.parts.find(key);
      if (part == patch.parts.end()) {
        chain.append(key, parts.value(i));
      } else if (!part->second.is_removed && part->second.behind == nullptr) {
        chain.append(key, value_of(key, parts.value(i), part->second));
      }
    }
    for (const std::string* key : patch.placed) {
      const Patch& part = patch.parts.find(*key)->second;
      const Json* old_value = parts.find(*key);
      const Json* behind = part.behind;
      chain.insert(*key, value_of(*key, old_value != nullptr ? *old_value : Json(), part),
                   behind->is_string() ? &behind->as_string() : nullptr);
    }
    for (const auto& [key, part] : patch.parts) {
      failed_ = failed_ || (parts.find(key) == nullptr && (part.value == nullptr || part.behind == nullptr));
    }
    return chain.take(form);
  }

  bool failed_ = false;
};

}  // namespace

std::optional<Json> apply(const Json& difference, const Json& before) {
  Patch root;
  if (!enter_all(root, difference)) return std::nullopt;
  return Applier().run(canonical_value(before), root);
}

}  // namespace scaiflow::flow
