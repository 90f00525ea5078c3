#pragma once

#include <string>
#include <vector>

namespace scaiflow::grid {

/// Runs inside a sandbox: joins `127.0.0.1:3128` with the socket of the proxy outside while the command runs,
/// and ends as it does. Returns the exit code.
int run_bridge(const std::vector<std::string>& command);

inline constexpr char bridge_socket[] = "/run/egress.sock";
inline constexpr int bridge_port = 3128;

}  // namespace scaiflow::grid
