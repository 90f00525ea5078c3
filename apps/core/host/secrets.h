#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libs/base/json.h"

namespace scaiflow::core {

/// A setting that must not hold a secret itself: `env:NAME` is read from the environment.
std::string referenced_text(const std::string& text);

/// Secrets of one execution: their opaque references, which are all that journals and states hold, and their
/// values, which leave the process in dispatched calls alone (07 §10).
class Secrets {
 public:
  /// `references`: name -> reference; `environment`: name -> {`type`, `value`}.
  Secrets(const Json& references, const Json& environment);

  /// References inside texts replaced by the values.
  Json resolved(const Json& value) const;
  /// Values of 8 or more bytes inside texts replaced by `***`.
  Json redacted(const Json& value) const;
  std::string redacted(std::string text) const;

 private:
  struct Each {
    std::string reference, value;
  };
  std::vector<Each> all_;
};

}  // namespace scaiflow::core
