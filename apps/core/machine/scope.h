#pragma once

#include <string_view>

#include "apps/core/machine/program.h"
#include "apps/core/machine/state.h"
#include "libs/expr/expr.h"

namespace scaiflow::machine {

enum class Secrets : std::uint8_t { Masked, References };

/// Names as a place inside a fiber sees them: rows 2-8 of 03 §7.
class FiberScope final : public expr::Scope {
 public:
  FiberScope(const Program& program, const State& state, const Fiber& fiber, const Json& input)
      : program_(program), state_(state), fiber_(fiber), input_(input) {}

  /// `validate` sees the answer as `result` and `output`.
  void set_result(const Json& result) { result_ = &result; }
  /// Inside plugin arguments a secret is its opaque reference, elsewhere `***` (07 §10).
  void set_secrets(Secrets secrets) { secrets_ = secrets; }

  bool find(std::string_view name, Json& out) const override;

 private:
  bool find_local(std::string_view name, Json& out) const;
  bool find_fixed(std::string_view name, Json& out) const;
  bool find_binding(std::string_view name, Json& out) const;
  Json config() const;

  const Program& program_;
  const State& state_;
  const Fiber& fiber_;
  const Json& input_;
  const Json* result_ = nullptr;
  Secrets secrets_ = Secrets::Masked;
};

/// A binding as a fiber sees it: its own, else the nearest ancestor's; nullptr when there is none.
const Json* binding_of(const State& state, const Fiber& fiber, std::string_view name);

/// Every name bound at a fiber's place, for the debugger and for assertions of fixtures.
Json scope_of(const State& state, const Fiber& fiber);

}  // namespace scaiflow::machine
