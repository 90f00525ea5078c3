#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/core/machine/recording.h"

namespace scaiflow::machine {

/// A request that no recorded result answers.
struct LiveRequest {
  std::string place;  ///< `place_of` its effect
  std::string block_id;
  std::optional<std::string> node_id;
  std::int64_t occurrence = 0;
  std::string kind;      ///< `model`, `plugin`, `memory`, `checkpoint`, `call`
  bool changed = false;  ///< a result is recorded, for another request
};

/// A fork in the making: an execution in memory with the journal that it will have.
class Fork {
 public:
  explicit Fork(ProgramPtr program) : program_(std::move(program)) {}

  /// Prefix mode: the origin's records as they are. False when they do not fold to `hashes`.
  bool copy(const std::vector<Event>& journal, const std::vector<std::uint32_t>& hashes);
  /// Replay mode: a new run under the origin's clock. Ends where nothing recorded is left to say.
  void replay(Started started, const AnswerBook& book);
  /// The fork leaves its origin at `now_ms`; what is open is asked anew and answered from the book, timers
  /// run until `until_ms`. An execution that has ended stays as it is.
  void apply(ForkApplied fork, const AnswerBook& book, std::int64_t now_ms, std::int64_t until_ms);

  const State& state() const { return state_; }
  const std::vector<Event>& journal() const { return journal_; }
  const std::vector<std::uint32_t>& hashes() const { return hashes_; }
  const std::vector<RuntimeEvent>& events() const { return events_; }
  /// Checkpoints that are open now.
  std::vector<OpenCheckpoint> checkpoints() const;
  std::int64_t reused() const { return reused_; }
  /// What is open and must be asked of the world.
  const std::vector<LiveRequest>& live() const { return live_; }

 private:
  struct Due {
    std::int64_t seq = 0, at_ms = 0;
    EventBody event;
  };

  void take(EventBody body, std::int64_t at_ms, std::int64_t skew_ms = 0);
  void obey(const Commands& turn);
  void settle(std::int64_t until_ms);
  std::optional<Due> next(std::int64_t until_ms);
  LiveRequest live_of(const Command& command, bool changed) const;

  ProgramPtr program_;
  State state_;
  std::vector<Event> journal_;
  std::vector<std::uint32_t> hashes_;
  std::vector<RuntimeEvent> events_;
  std::map<std::string, OpenCheckpoint> opened_;
  const AnswerBook* book_ = nullptr;  ///< while it answers
  std::vector<Due> due_;              ///< recorded results that wait for their turn
  std::vector<LiveRequest> live_;
  std::int64_t reused_ = 0;
};

}  // namespace scaiflow::machine
