#include "libs/flow/diff.h"

#include <algorithm>
#include <utility>

#include "libs/flow/alignment.h"
#include "libs/flow/canonical.h"
#include "libs/flow/parts.h"

namespace scaiflow::flow {
namespace {

/// A flow, or a row of one of its lists: what changes are grouped by.
struct Entity {
  std::size_t depth = 0;  ///< keys in its path
  JsonArray fields;
};

/// The key before a part whose place is new.
using Behind = std::optional<Json>;

/// Of the parts of the later version, those that changed their place among those that stay.
std::vector<bool> moved_parts(const Parts& before, const Parts& after) {
  std::vector<std::size_t> stayed;
  std::vector<std::size_t> old_places;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const std::size_t old_place = before.position(after.key(i));
    if (old_place == before.size()) continue;
    stayed.push_back(i);
    old_places.push_back(old_place);
  }
  const std::vector<bool> in_order = longest_increasing(old_places);
  std::vector<bool> moved(after.size(), false);
  for (std::size_t i = 0; i < stayed.size(); ++i) moved[stayed[i]] = !in_order[i];
  return moved;
}

Json behind_of(const Parts& after, std::size_t i) { return i == 0 ? Json() : Json(after.key(i - 1)); }

Json word_changes(const std::string& before, const std::string& after) {
  TokenTable table;
  const Tokens a = table.words(before);
  const Tokens b = table.words(after);
  const std::vector<Hunk> hunks = word_hunks(table, a, b);
  JsonArray out;
  const auto add = [&](std::string_view op, const Tokens& tokens, std::size_t from, std::size_t to) {
    if (from == to) return;
    out.push_back(Json::object({{std::string(op), table.text(std::span(tokens).subspan(from, to - from))}}));
  };
  std::size_t kept = 0;
  for (const Hunk& hunk : hunks) {
    add("keep", a, kept, hunk.a_from);
    add("remove", a, hunk.a_from, hunk.a_to);
    add("add", b, hunk.b_from, hunk.b_to);
    kept = hunk.a_to;
  }
  add("keep", a, kept, a.size());
  const bool has_common =
      std::any_of(out.begin(), out.end(), [](const Json& part) { return part.contains("keep"); });
  return has_common ? Json(std::move(out)) : Json();
}

Json item_changes(const Json& before, const Json& after) {
  TokenTable table;
  const Tokens a = table.items(before);
  const Tokens b = table.items(after);
  JsonArray out;
  const auto keep = [&](std::size_t count) {
    if (count > 0) out.push_back(Json::object({{"keep", count}}));
  };
  const auto add = [&](std::string_view op, const Json& list, std::size_t from, std::size_t to) {
    if (from == to) return;
    const auto begin = list.as_array().begin();
    const auto at = [&](std::size_t i) { return begin + static_cast<std::ptrdiff_t>(i); };
    out.push_back(Json::object({{std::string(op), JsonArray(at(from), at(to))}}));
  };
  std::size_t kept = 0;
  for (const Hunk& hunk : hunks_of(align(a, b), a.size(), b.size())) {
    keep(hunk.a_from - kept);
    add("remove", before, hunk.a_from, hunk.a_to);
    add("add", after, hunk.b_from, hunk.b_to);
    kept = hunk.a_to;
  }
  keep(a.size() - kept);
  return out;
}

class Differ {
 public:
  Json run(const Json& before, const Json& after) {
    Entity flow;
    entity_ = &flow;
    compare(Spot::root(), before, after);
    if (!flow.fields.empty()) {
      ++changed_;
      Json change = new_change("flow", after, "changed", {});
      changes_.insert(changes_.begin(), change.set("fields", std::move(flow.fields)));
    }
    const Json counts = Json::object({{"added", added_}, {"removed", removed_}, {"changed", changed_}});
    return Json::object({{"equal", changes_.empty()}, {"counts", counts}, {"changes", std::move(changes_)}});
  }

 private:
  void compare(const Spot& spot, const Json& before, const Json& after) {
    const Form form = form_of(spot, {&before, &after});
    if (form == Form::Members || form == Form::Keyed) return compare_parts(spot, form, before, after);
    if (same(before, after)) return;
    Json field = new_field("changed");
    field.set("before", before).set("after", after);
    if (before.is_string() && after.is_string()) {
      if (Json text = word_changes(before.as_string(), after.as_string()); !text.is_null()) {
        field.set("text", std::move(text));
      }
    }
    if (form == Form::Sequence) field.set("items", item_changes(before, after));
    entity_->fields.push_back(std::move(field));
  }

  void compare_parts(const Spot& spot, Form form, const Json& before, const Json& after) {
    const Parts old_parts(spot, form, before);
    const Parts new_parts(spot, form, after);
    const std::vector<bool> moved = moved_parts(old_parts, new_parts);
    const std::string_view entity = entity_in(spot, form);
    for (std::size_t i = 0; i < old_parts.size(); ++i) {
      if (new_parts.find(old_parts.key(i)) != nullptr) continue;
      path_.push_back(old_parts.key(i));
      add(entity, "removed", "before", old_parts.value(i), {});
      path_.pop_back();
    }
    for (std::size_t i = 0; i < new_parts.size(); ++i) {
      const std::string& key = new_parts.key(i);
      const Json* old_value = old_parts.find(key);
      const Behind behind = old_value == nullptr || moved[i] ? Behind(behind_of(new_parts, i)) : std::nullopt;
      path_.push_back(key);
      if (old_value == nullptr) {
        add(entity, "added", "after", new_parts.value(i), behind);
      } else if (entity.empty()) {
        if (behind) entity_->fields.push_back(new_field("reordered", behind));
        compare(part_spot(spot, form, key, *old_value), *old_value, new_parts.value(i));
      } else {
        compare_entity(part_spot(spot, form, key, *old_value), entity, *old_value, new_parts.value(i),
                       behind);
      }
      path_.pop_back();
    }
  }

  /// What the items of this list are called; empty when they are part of their owner.
  std::string_view entity_in(const Spot& spot, Form form) const {
    if (form != Form::Keyed || entity_->depth > 0) return {};
    return spot.rule != nullptr ? spot.rule->item_name : "item";
  }

  /// Something that only one of the versions has.
  void add(std::string_view entity, std::string_view change, std::string_view side, const Json& value,
           const Behind& behind) {
    if (entity.empty()) {
      Json field = new_field(change, behind);
      entity_->fields.push_back(field.set(side, value));
      return;
    }
    Json row = new_change(entity, value, change, behind);
    changes_.push_back(row.set(side, value));
    ++(side == "after" ? added_ : removed_);
  }

  void compare_entity(const Spot& spot, std::string_view name, const Json& before, const Json& after,
                      const Behind& behind) {
    Entity row{path_.size(), {}};
    Entity* const flow = std::exchange(entity_, &row);
    compare(spot, before, after);
    entity_ = flow;
    if (row.fields.empty() && !behind) return;
    ++changed_;
    Json change = new_change(name, after, row.fields.empty() ? "reordered" : "changed", behind);
    if (!row.fields.empty()) change.set("fields", std::move(row.fields));
    changes_.push_back(std::move(change));
  }

  Json new_change(std::string_view entity, const Json& value, std::string_view change, const Behind& behind) {
    Json out = Json::object({{"entity", entity}, {"id", path_.empty() ? Json() : Json(path_.back())}});
    if (value["label"].is_string() && !path_.empty()) out.set("label", value["label"]);
    return with_place(std::move(out), change, path_, behind);
  }

  Json new_field(std::string_view change, const Behind& behind = {}) {
    return with_place(Json(), change, std::span(path_).subspan(entity_->depth), behind);
  }

  Json with_place(Json out, std::string_view change, std::span<const std::string> at, const Behind& behind) {
    out.set("change", change)
        .set("path", path_text(path_, path_.size() - at.size()))
        .set("at", path_json(at));
    if (behind) out.set("behind", *behind);
    return out;
  }

  Path path_;
  Entity* entity_ = nullptr;
  JsonArray changes_;
  int added_ = 0;
  int removed_ = 0;
  int changed_ = 0;
};

}  // namespace

Json diff(const Json& before, const Json& after) {
  return Differ().run(canonical_value(before), canonical_value(after));
}

}  // namespace scaiflow::flow
