#include "apps/core/machine/state.h"

#include <utility>

namespace scaiflow::machine {

namespace {

Json alternative(const std::monostate&) { return {}; }
template <Record T>
Json alternative(const T& record) {
  return to_json(record);
}

bool read_alternative(const Json& json, std::monostate&) { return json.is_null(); }
template <Record T>
bool read_alternative(const Json& json, T& out) {
  return from_json(json, out);
}

template <class Variant, std::size_t... I>
bool read_index(std::size_t which, const Json& json, Variant& out, std::index_sequence<I...>) {
  bool ok = false;
  (void)((I == which && (ok = read_alternative(json, out.template emplace<I>()), true)) || ...);
  return ok;
}

/// `[index, record]`
template <class Variant>
Json write_variant(const Variant& value) {
  Json record = std::visit([](const auto& each) { return alternative(each); }, value);
  return Json::array({static_cast<std::int64_t>(value.index()), std::move(record)});
}

template <class Variant>
bool read_variant(const Json& json, Variant& out) {
  if (!json.is_array() || json.size() != 2 || !json.at(0).is_int()) return false;
  const auto which = static_cast<std::size_t>(json.at(0).as_int());
  return read_index(which, json.at(1), out, std::make_index_sequence<std::variant_size_v<Variant>>());
}

}  // namespace

Json to_json(const Detail& detail) { return write_variant(detail); }
bool from_json(const Json& json, Detail& out) { return read_variant(json, out); }
Json to_json(const Request& request) { return write_variant(request); }
bool from_json(const Json& json, Request& out) { return read_variant(json, out); }

namespace {

/// Counts JSON bytes up to `enough`.
class Counter {
 public:
  explicit Counter(std::size_t enough) : enough_(enough) {}
  std::size_t total() const { return total_; }

  void add(const Json& value) {
    if (total_ <= enough_) total_ += json_bytes(value, enough_ - total_);
  }
  void add(const std::optional<Json>& value) {
    if (value) add(*value);
  }
  void add(const Detail& detail) {
    if (const auto* children = std::get_if<ChildrenRun>(&detail)) {
      add(children->items);
      for (const auto& value : children->values) add(value);
    } else if (const auto* rigid = std::get_if<RigidRun>(&detail)) {
      add(rigid->value);
    } else if (const auto* model = std::get_if<ModelRun>(&detail)) {
      add(model->messages);
      add(model->answer);
    } else if (const auto* ask = std::get_if<AskRun>(&detail)) {
      add(ask->value);
    }
  }
  /// A model's messages stand in its frame.
  void add(const Request& request) {
    if (const auto* plugin = std::get_if<CallPlugin>(&request)) add(plugin->args);
    if (const auto* write = std::get_if<WriteMemory>(&request)) add(write->value);
    if (const auto* call = std::get_if<StartCall>(&request)) add(call->input);
  }

 private:
  const std::size_t enough_;
  std::size_t total_ = 0;
};

}  // namespace

std::size_t state_bytes(const State& state, std::size_t enough) {
  Counter count(enough);
  count.add(state.variables);
  count.add(state.memory);
  for (const auto& [id, fiber] : state.fibers) {
    count.add(fiber.bindings);
    for (const Frame& frame : fiber.frames) {
      count.add(frame.input);
      count.add(frame.detail);
    }
  }
  for (const auto& [id, effect] : state.effects) count.add(effect.request);
  for (const auto& [id, call] : state.calls) {
    if (call.answer) count.add(call.answer->output);
  }
  return count.total();
}

Json write_state(const State& state) { return to_json(state); }
bool read_state(const Json& json, State& out) {
  out = State();
  return from_json(json, out);
}

}  // namespace scaiflow::machine
