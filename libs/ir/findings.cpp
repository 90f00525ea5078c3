#include "libs/ir/findings.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace scaiflow::ir {

void Findings::add(diag::Code code, std::initializer_list<std::string_view> args, std::string pointer) {
  diag::Place place;
  if (!pointer.empty()) place.path = std::move(pointer);
  place.node_id = node_id_;
  found_.push_back({place_, diag::make(code, args, std::move(place))});
}

diag::Diagnostics Findings::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.place.flow, a.place.block, a.diagnostic.code) <
           std::tie(b.place.flow, b.place.block, b.diagnostic.code);
  });
  diag::Diagnostics out;
  out.reserve(found_.size());
  for (Finding& finding : found_) out.push_back(std::move(finding.diagnostic));
  found_.clear();
  return out;
}

}  // namespace scaiflow::ir
