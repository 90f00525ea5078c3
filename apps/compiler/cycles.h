#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace scaiflow::compiler {

/// Strongly connected components: `component[n]` is equal for two vertices iff each reaches the other.
/// `successors(n, visit)` calls `visit(m)` for each edge n -> m. Iterative (Tarjan), O(vertices + edges).
template <class Successors>
std::vector<std::uint32_t> components_of(std::uint32_t count, Successors&& successors) {
  constexpr std::uint32_t unset = UINT32_MAX;
  std::vector<std::uint32_t> component(count, unset), index(count, unset), low(count, 0), stack;
  struct Frame {
    std::uint32_t vertex;
    std::vector<std::uint32_t> next;
    std::size_t at = 0;
  };
  std::vector<Frame> frames;
  std::uint32_t clock = 0;
  std::uint32_t components = 0;
  const auto enter = [&](std::uint32_t n) {
    index[n] = low[n] = clock++;
    stack.push_back(n);
    Frame frame{n, {}, 0};
    successors(n, [&](std::uint32_t m) { frame.next.push_back(m); });
    frames.push_back(std::move(frame));
  };
  const auto leave = [&] {
    const std::uint32_t n = frames.back().vertex;
    frames.pop_back();
    if (!frames.empty()) low[frames.back().vertex] = std::min(low[frames.back().vertex], low[n]);
    if (low[n] != index[n]) return;
    while (component[n] == unset) {
      component[stack.back()] = components;
      stack.pop_back();
    }
    ++components;
  };
  for (std::uint32_t root = 0; root < count; ++root) {
    if (index[root] != unset) continue;
    enter(root);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      if (frame.at == frame.next.size()) {
        leave();
        continue;
      }
      const std::uint32_t m = frame.next[frame.at++];
      if (index[m] == unset) {
        enter(m);
      } else if (component[m] == unset) {
        low[frame.vertex] = std::min(low[frame.vertex], index[m]);
      }
    }
  }
  return component;
}

/// One shortest cycle per component that has any, from its first vertex, breadth first in the order of
/// `successors`; sorted by first vertex. The first vertex is not repeated at the end (06 §5.1).
template <class Successors>
std::vector<std::vector<std::uint32_t>> find_cycles(std::uint32_t count, Successors&& successors) {
  constexpr std::uint32_t unset = UINT32_MAX;
  const std::vector<std::uint32_t> component = components_of(count, successors);
  std::vector<char> is_done(count, 0);
  std::vector<std::uint32_t> parent(count, unset);
  std::vector<std::vector<std::uint32_t>> cycles;
  for (std::uint32_t first = 0; first < count; ++first) {
    if (is_done[component[first]]) continue;
    is_done[component[first]] = 1;
    std::vector<std::uint32_t> queue{first};
    std::uint32_t last = unset;
    for (std::size_t i = 0; i < queue.size() && last == unset; ++i) {
      successors(queue[i], [&](std::uint32_t m) {
        if (component[m] != component[first] || last != unset) return;
        if (m == first) {
          last = queue[i];
        } else if (parent[m] == unset) {
          parent[m] = queue[i];
          queue.push_back(m);
        }
      });
    }
    if (last == unset) continue;
    std::vector<std::uint32_t> cycle;
    for (std::uint32_t n = last; n != first; n = parent[n]) cycle.push_back(n);
    cycle.push_back(first);
    std::reverse(cycle.begin(), cycle.end());
    cycles.push_back(std::move(cycle));
  }
  return cycles;
}

}  // namespace scaiflow::compiler
