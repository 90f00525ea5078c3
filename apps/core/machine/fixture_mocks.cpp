#include "apps/core/machine/fixture_mocks.h"

#include <algorithm>

#include "libs/expr/expr.h"

namespace scaiflow::machine {

std::vector<SimulatedAnswer> FixtureMocks::answer(const Command& command) {
  if (!problem_.empty()) return {};
  if (const auto* each = std::get_if<CallModel>(&command)) return model(*each);
  if (const auto* each = std::get_if<CallPlugin>(&command)) return plugin(*each);
  if (const auto* each = std::get_if<OpenCheckpoint>(&command)) return checkpoint(*each);
  if (const auto* each = std::get_if<StartCall>(&command)) return call(*each);
  return {};
}

/// `execution:block:occurrence[:statement][/attempt]` -> node of the block, or its id when it belongs to
/// none.
std::string FixtureMocks::node_of(const std::string& effect_id) const {
  const std::size_t begin = effect_id.find(':') + 1;
  const std::string block_id = effect_id.substr(begin, effect_id.find(':', begin) - begin);
  const BlockId block = program_.block_named(block_id);
  return block >= 0 && program_.block(block).node_id() ? *program_.block(block).node_id() : block_id;
}

const Json* FixtureMocks::next(const std::string& node) {
  const Json* mock = mocks_.find(node);
  if (!mock) {
    problem_ = "node '" + node + "' has no mock";
    return nullptr;
  }
  const Json& each = (*mock)["$each"];
  if (!each.is_array() || mock->size() != 1) return mock;
  if (each.size() == 0) {
    problem_ = "node '" + node + "' has no mock";
    return nullptr;
  }
  return &each.at(std::min(uses_[node]++, each.size() - 1));
}

EffectFailed FixtureMocks::failure(const std::string& effect_id, const Json& error) {
  EffectFailed failed;
  failed.effect_id = effect_id;
  failed.error = make_error(error.string_or("type", "PluginError"), error.string_or("code", "mock"),
                            error.string_or("message", "mocked failure"));
  failed.error.retryable = error.bool_or("retryable", true);
  return failed;
}

std::vector<SimulatedAnswer> FixtureMocks::model(const CallModel& call) {
  EffectSucceeded done;
  done.effect_id = call.effect_id;
  if (call.effect_id.find("/j") != std::string::npos) {
    done.result = Json::object({{"value", Json::object({{"violated", false}, {"reason", ""}})}});
    return {{std::move(done)}};
  }
  const Json* mock = next(node_of(call.effect_id));
  if (!mock) return {};
  if (const Json* error = mock->find("$error")) return {{failure(call.effect_id, *error)}};
  done.result = Json::object({{"value", *mock}, {"finish", "stop"}});
  return {{std::move(done)}};
}

std::vector<SimulatedAnswer> FixtureMocks::plugin(const CallPlugin& call) {
  const Json* mock = next(node_of(call.effect_id));
  if (!mock) return {};
  if (const Json* error = mock->find("$error")) return {{failure(call.effect_id, *error)}};
  EffectSucceeded done;
  done.effect_id = call.effect_id;
  done.result = *mock;
  return {{std::move(done)}};
}

std::vector<SimulatedAnswer> FixtureMocks::checkpoint(const OpenCheckpoint& opened) {
  CheckpointResolved resolved;
  resolved.checkpoint_id = opened.checkpoint_id;
  resolved.by = "test";
  resolved.at = "2024-01-01T00:00:00Z";
  if (opened.checkpoint_type == "debug_breakpoint") {
    resolved.resolution = Json::object({{"decision", "continue"}});
    return {{std::move(resolved)}};
  }
  const std::string node = node_of(opened.effect_id);
  const Json* mock = next(node);
  if (!mock) return {};
  if (const Json* error = mock->find("$error")) {
    const bool timeout = error->string_or("type", "") == "CheckpointTimeoutError";
    if (timeout && opened.expires_at_ms) return {};
    return {{CheckpointCancelled{opened.checkpoint_id, "user"}}};
  }
  const Json& decision = mock->is_object() ? (*mock)["decision"] : *mock;
  const auto& options = opened.options;
  const std::string text = decision.is_null() ? std::string() : expr::text_form(decision);
  if (!options.empty() && std::find(options.begin(), options.end(), text) == options.end()) {
    problem_ = "node '" + node + "': '" + text + "' is not one of the options";
    return {};
  }
  resolved.resolution = *mock;
  return {{std::move(resolved)}};
}

std::vector<SimulatedAnswer> FixtureMocks::call(const StartCall& call) {
  const Json* mock = next(node_of(call.effect_id));
  if (!mock) return {};
  std::vector<SimulatedAnswer> answers;
  if (call.is_async) {
    EffectSucceeded begun;
    begun.effect_id = call.effect_id;
    begun.result = Json::object({{"call_id", call.call_id}});
    answers.push_back({std::move(begun)});
  }
  CallAnswered answered;
  answered.call_id = call.call_id;
  answered.status = "completed";
  answered.output = *mock;
  if (const Json* error = mock->find("$error")) {
    answered.status = "failed";
    answered.error = failure(call.effect_id, *error).error;
  }
  if (call.is_async || answered.status == "completed") {
    answers.push_back({std::move(answered)});
  } else {
    answers.push_back({failure(call.effect_id, *mock->find("$error"))});
  }
  return answers;
}

}  // namespace scaiflow::machine
