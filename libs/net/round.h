#pragma once

namespace scaiflow::net {

/// A lane tells those that it has posted to when it has nothing left to do, at the latest after 200 us, so
/// that they find all of it and are not woken for each. Whoever waits for one of them on the thread of a lane
/// calls this first; elsewhere it does nothing.
void end_round();

}  // namespace scaiflow::net
