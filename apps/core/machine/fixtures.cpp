#include "apps/core/machine/fixtures.h"

#include <algorithm>

#include "apps/core/machine/fixture_mocks.h"
#include "apps/core/machine/scope.h"
#include "apps/core/machine/simulation.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/expr.h"

namespace scaiflow::machine {

namespace {

struct Verdict {
  std::string status = "passed";
  std::string message;
};

std::string shown(const Json& value) { return cut(to_text(value), 200); }

/// Node ids in order of first entry.
std::vector<std::string> visited_nodes(const Program& program, const std::vector<RuntimeEvent>& events) {
  std::vector<std::string> out;
  for (const RuntimeEvent& event : events) {
    if (event.type != RuntimeEvent::Type::BlockEntered) continue;
    const auto& node = program.block(event.block).node_id();
    if (node && std::find(out.begin(), out.end(), *node) == out.end()) out.push_back(*node);
  }
  return out;
}

/// The names an `assert` sees: the final scope plus `output`.
class FinalScope final : public expr::Scope {
 public:
  FinalScope(const Program& program, const State& state) : scope_(program, state, fiber_, state.output) {
    if (!state.final_bindings.is_null()) fiber_.bindings = state.final_bindings;
    scope_.set_result(state.output);
  }
  bool find(std::string_view name, Json& out) const override { return scope_.find(name, out); }

 private:
  Fiber fiber_;
  FiberScope scope_;
};

/// Compares an ended run with `expect`, in the order of 06 §8; the first unmet expectation counts.
class Expectations {
 public:
  Expectations(const Program& program, const State& state, const std::vector<std::string>& visited)
      : program_(program), state_(state), visited_(visited) {}

  std::string first_unmet(const Json& expect) const {
    for (const auto check : {&Expectations::error, &Expectations::output, &Expectations::nodes,
                             &Expectations::variables, &Expectations::asserts}) {
      std::string message = (this->*check)(expect);
      if (!message.empty()) return message;
    }
    return {};
  }

 private:
  std::string error(const Json& expect) const {
    const Json& wanted = expect["error"];
    if (wanted.is_null()) {
      if (state_.status == Status::Completed) return {};
      const ErrorValue error = state_.error.value_or(make_error("Cancelled", "", "cancelled"));
      return "error: " + error.type + ": " + cut(error.message, 200);
    }
    const std::string type = wanted.is_string() ? wanted.as_string() : wanted.string_or("type", "");
    if (!state_.error) return "error: expected " + type + ", got none";
    if (!type.empty() && state_.error->type != type)
      return "error: expected " + type + ", got " + state_.error->type;
    const std::string part = wanted.string_or("message", "");
    if (state_.error->message.find(part) != std::string::npos) return {};
    return "error: expected message '" + cut(part, 200) + "', got '" + cut(state_.error->message, 200) + "'";
  }

  std::string output(const Json& expect) const {
    const Json* wanted = expect.find("output");
    if (!wanted || *wanted == state_.output) return {};
    return "output: expected " + shown(*wanted) + ", got " + shown(state_.output);
  }

  std::string nodes(const Json& expect) const {
    auto from = visited_.begin();
    for (const std::string& node : texts(expect["visited"])) {
      const auto at = std::find(from, visited_.end(), node);
      if (at == visited_.end()) return "visited: '" + node + "' did not run";
      from = at + 1;
    }
    for (const std::string& node : texts(expect["not_visited"])) {
      if (std::find(visited_.begin(), visited_.end(), node) != visited_.end())
        return "not_visited: '" + node + "' ran";
    }
    return {};
  }

  std::string variables(const Json& expect) const {
    if (!expect["variables"].is_object()) return {};
    for (const auto& [name, wanted] : expect["variables"].as_object()) {
      const Json* found = state_.variables.find(name);
      const Json& got = found ? *found : state_.memory[name];
      if (!(got == wanted))
        return "variables." + name + ": expected " + shown(wanted) + ", got " + shown(got);
    }
    return {};
  }

  std::string asserts(const Json& expect) const {
    const FinalScope scope(program_, state_);
    std::size_t index = 0;
    for (const std::string& text : texts(expect["assert"])) {
      expr::Fuel fuel;
      const expr::Parsed parsed = expr::parse_e(text);
      const auto value = parsed.problems.empty()
                             ? expr::evaluate(parsed.expression, scope, fuel)
                             : decltype(expr::evaluate(parsed.expression, scope, fuel))(Json());
      if (!value || !expr::is_truthy(*value)) {
        return "assert " + std::to_string(index) + ": '" + cut(text, 200) + "' is false";
      }
      ++index;
    }
    return {};
  }

  static std::vector<std::string> texts(const Json& list) {
    std::vector<std::string> out;
    if (!list.is_array()) return out;
    for (const Json& item : list.as_array()) {
      if (item.is_string()) out.push_back(item.as_string());
    }
    return out;
  }

  const Program& program_;
  const State& state_;
  const std::vector<std::string>& visited_;
};

std::string default_binding(std::string_view node) {
  if (node.substr(0, 5) == "node_") node.remove_prefix(5);
  std::string out(node);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return !isalnum(static_cast<unsigned char>(c)); }, '_');
  return out;
}

const ir::Trigger* entry_of(const Program& program, const Json& test, const FixtureOptions& options) {
  const std::string entry = test.string_or("entry", "");
  const auto& triggers = program.module().triggers;
  const auto named = options.entries.find(entry);
  const std::string wanted = named != options.entries.end() ? named->second : default_binding(entry);
  for (const ir::Trigger& trigger : triggers) {
    if (!entry.empty() && trigger.name == wanted) return &trigger;
  }
  return triggers.empty() ? nullptr : &triggers.front();
}

Started started(const ProgramPtr& program, const Json& test, std::size_t index,
                const FixtureOptions& options) {
  Started start;
  start.execution_id = start.root_execution_id = "test-" + std::to_string(index);
  start.core_id = program->module().name;
  start.core_name = program->module().name;
  start.tenant_id = "test";
  start.identity = Json::object({{"principal", "test"}});
  start.ir_hash = program->ir_hash();
  start.input = test["input"].is_object() ? test["input"] : Json::object();
  start.flow = program->module().flows.front().name;
  if (const ir::Trigger* trigger = entry_of(*program, test, options)) {
    start.trigger = {trigger->kind, trigger->name};
    start.entry_name = trigger->name;
    start.flow = trigger->target_flow;
  }
  for (const ir::ConfigParam& param : program->module().config) start.config.set(param.name, param.default_);
  return start;
}

Json result_of(const std::string& name, const Verdict& verdict, const Simulation& run,
               const std::vector<std::string>& visited) {
  JsonArray nodes(visited.begin(), visited.end());
  return Json::object({{"name", name},
                       {"status", verdict.status},
                       {"message", verdict.message.empty() ? Json() : Json(verdict.message)},
                       {"duration_ms", run.state().now_ms - run.state().started_at_ms},
                       {"output", run.state().output},
                       {"visited", std::move(nodes)}});
}

Json run_one(const ProgramPtr& program, const Json& test, std::size_t index, const FixtureOptions& options) {
  FixtureMocks mocks(*program, test["mocks"]);
  SimulationOptions limits;
  if (options.cpu_seconds) {
    limits.may_go_on = [&options, begun = options.cpu_seconds()] {
      return options.cpu_seconds() - begun < 5;
    };
  }
  Simulation run(program, [&](const Command& command) { return mocks.answer(command); }, limits);
  run.run(started(program, test, index, options));
  const std::vector<std::string> visited = visited_nodes(*program, run.events());
  Verdict verdict;
  if (!mocks.problem().empty()) {
    verdict = {"error", mocks.problem()};
  } else if (!run.stopped_by().empty()) {
    verdict = {"error", std::string("test used more than ") +
                            (run.stopped_by() == "time" ? "5 s of processor time" : "10000 blocks")};
  } else if (!has_ended(run.state().status)) {
    verdict = {"error", "the flow waits for something that never comes"};
  } else {
    verdict.message = Expectations(*program, run.state(), visited).first_unmet(test["expect"]);
    if (!verdict.message.empty()) verdict.status = "failed";
  }
  return result_of(test.string_or("name", ""), verdict, run, visited);
}

}  // namespace

Json run_fixtures(const ProgramPtr& program, const Json& tests, const FixtureOptions& options) {
  JsonArray results;
  std::int64_t passed = 0;
  const std::size_t count = tests.is_array() ? tests.size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Json& test = tests.at(i);
    const std::string name = test.string_or("name", "");
    const auto& wanted = options.names;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    results.push_back(run_one(program, test, i, options));
    if (results.back().string_or("status", "") == "passed") ++passed;
  }
  const auto failed = static_cast<std::int64_t>(results.size()) - passed;
  return Json::object({{"passed", passed}, {"failed", failed}, {"results", std::move(results)}});
}

}  // namespace scaiflow::machine
