#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "apps/compiler/wasm/session.h"

namespace scaiflow::compiler {

/// What a function of the module gives back.
struct Answer {
  Json head;  ///< a JSON object; `{error: {code, message}}` when the call was refused
  std::string
      body;  ///< text or bytes of their own, which need no quoting: manifest, bundle, canonical document
};

/// What the world around gives: the pure half has no clock and no idea of newer requests.
struct Surroundings {
  Cancelled cancelled;
  std::function<double()> cpu_seconds;
};

/// The functions of the module (12 §12) by their names. `input` is a JSON object, but for `load` and
/// `canonical` a flow document. README.md lists members and answers.
Answer call(Session& session, const Surroundings& around, std::string_view name, std::string_view input);

}  // namespace scaiflow::compiler
