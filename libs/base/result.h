#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "libs/base/json.h"

namespace scaiflow {

/// What a caller may do about an error.
enum class Retry : std::uint8_t { Never, Later };

/// "The world said no": a stable code of contracts/errors.yaml, a message for people, and data for programs.
struct Error {
  std::string code;
  std::string message;
  Retry retry = Retry::Never;
  Json details;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string code, std::string message, Retry retry = Retry::Never) {
  return tl::unexpected<Error>(Error{std::move(code), std::move(message), retry, {}});
}

}  // namespace scaiflow
