#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "generated/cpp/limits.h"
#include "libs/base/json.h"
#include "libs/diag/diag.h"
#include "libs/ir/ir.h"

namespace scaiflow::ir {

inline constexpr std::size_t bundle_bytes_max = limits::bundle_bytes_max;
inline constexpr std::size_t depth_max = limits::bundle_depth_max;

/// Why a bundle or a JSON form was refused (04 §8). `code` is one of the SCIR_ codes.
struct LoadError {
  std::string code;
  std::string message;  ///< the first problem only, as 04 §8 words it
  diag::Diagnostics
      diagnostics;  ///< every missing field (E413) and unknown kind (E405, E411); empty for broken bytes
};

/// The canonical SCIR bundle (04 §8): same module, same bytes.
std::string encode(const Module& module);

/// Reads a bundle, canonical or not. The errors are tested in the order of 04 §8.
tl::expected<Module, LoadError> decode(std::string_view bytes);

/// The JSON form (04 §7): every field, in declared order.
Json to_json(const Module& module);
Json to_json(const Block& block);
Json to_json(const Statement& statement);
/// Its canonical text: no spaces, no final newline.
std::string to_json_text(const Module& module);

/// Reads the JSON form. Defaults are filled in, unknown fields dropped, types may stand in text form.
tl::expected<Module, LoadError> from_json(const Json& json);
/// The same from text; at most `bundle_bytes_max` bytes, nesting at most `depth_max`, no duplicate keys.
tl::expected<Module, LoadError> from_json_text(std::string_view text);

/// Reads a bundle or, when the first non-blank byte is `{`, the JSON form.
tl::expected<Module, LoadError> decode_any(std::string_view bytes);

/// Content address: lower-case hex SHA-256 of the whole bundle.
std::string address(std::string_view bundle);

}  // namespace scaiflow::ir
