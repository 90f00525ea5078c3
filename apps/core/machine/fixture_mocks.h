#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/core/machine/simulation.h"

namespace scaiflow::machine {

/// Answers every effect of a node from the mocks of a fixture (06 §8.3-8.4).
class FixtureMocks {
 public:
  FixtureMocks(const Program& program, Json mocks) : program_(program), mocks_(std::move(mocks)) {}

  std::vector<SimulatedAnswer> answer(const Command& command);
  /// The first thing that ends the test with status `error`; empty when there was none.
  const std::string& problem() const { return problem_; }

 private:
  std::vector<SimulatedAnswer> model(const CallModel& call);
  std::vector<SimulatedAnswer> plugin(const CallPlugin& call);
  std::vector<SimulatedAnswer> checkpoint(const OpenCheckpoint& opened);
  std::vector<SimulatedAnswer> call(const StartCall& call);
  /// The next mock of the node that owns the effect, or null with `problem_` set.
  const Json* next(const std::string& node);
  std::string node_of(const std::string& effect_id) const;
  static EffectFailed failure(const std::string& effect_id, const Json& error);

  const Program& program_;
  Json mocks_;
  std::map<std::string, std::size_t> uses_;
  std::string problem_;
};

}  // namespace scaiflow::machine
