#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/core/machine/step.h"

/// What an execution was answered, so that a fork of it need not ask again (07 §18).
namespace scaiflow::machine {

/// Id of the effect that a command asks for; null when it asks for none.
const std::string* effect_of(const Command& command);
/// `block:occurrence[:statement][/attempt]`: an effect id without its execution.
std::string_view place_of(std::string_view effect_id);
/// SHA-256 of a request without ids, key and deadline. Versions of memory and the place of a checkpoint count
/// as ids.
std::string fingerprint_of(const Command& command);

/// The results of one effect, checkpoint or call, in their order.
struct RecordedResult {
  std::string fingerprint;
  std::int64_t seq = 0;    ///< of the last one
  std::int64_t at_ms = 0;  ///< of the last one, time in the debugger left out
  std::vector<EventBody> events;
};

/// Results by place. A call that was not answered has none.
struct Recording {
  std::map<std::string, RecordedResult, std::less<>> results;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;  ///< time of the last record, time in the debugger left out
  std::int64_t records = 0;
};
/// Folds a journal with the program it was written under; what comes after `seq_max` is not taken in.
Recording record_of(const Program& program, const std::vector<Event>& journal, std::int64_t seq_max);

/// What a fork knows to say to its effects: recorded results, and answers given by hand.
class AnswerBook {
 public:
  enum class Found : std::uint8_t {
    Nothing,  ///< never recorded
    Changed,  ///< recorded for another request
    Reused,   ///< recorded for this very request
    Edited,   ///< given by hand
  };
  struct Answer {
    Found found = Found::Nothing;
    std::vector<EventBody> events;  ///< with the ids of the command
    std::int64_t seq = 0;           ///< where the origin had it
    std::int64_t at_ms = 0;
  };

  AnswerBook(std::string origin, Recording recording, std::vector<ForkAnswer> answers)
      : origin_(std::move(origin)), recording_(std::move(recording)), answers_(std::move(answers)) {}

  Answer answer(const Command& command, std::int64_t now_ms) const;
  const Recording& recording() const { return recording_; }

 private:
  const ForkAnswer* edited(std::string_view place) const;

  std::string origin_;
  Recording recording_;
  std::vector<ForkAnswer> answers_;
};

}  // namespace scaiflow::machine
