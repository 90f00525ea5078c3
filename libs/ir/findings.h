#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "libs/diag/diag.h"

namespace scaiflow::ir {

/// Where the verifier is: diagnostics are sorted by it (04 §9). -1: before every flow, before every block.
struct FindingPlace {
  int flow = -1;
  int block = -1;
};

/// Collects what the verifier finds.
class Findings {
 public:
  void move_to(FindingPlace place) { place_ = place; }
  void set_node(std::optional<std::string> node_id) { node_id_ = std::move(node_id); }

  void add(diag::Code code, std::initializer_list<std::string_view> args, std::string pointer);

  /// Sorted by flow, block and code; what is equal in these stays in order of discovery.
  diag::Diagnostics take();

 private:
  struct Finding {
    FindingPlace place;
    diag::Diagnostic diagnostic;
  };
  FindingPlace place_;
  std::optional<std::string> node_id_;
  std::vector<Finding> found_;
};

}  // namespace scaiflow::ir
