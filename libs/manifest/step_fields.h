#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libs/base/json.h"

/// The steps of 05 §2 as tables: writer and reader are two walks over one description.
namespace scaiflow::manifest {

/// How a member of a step differs from the field of the block.
enum class Form : std::uint8_t {
  Plain,        ///< the same value
  Expression,   ///< class E: what is no text is a literal (03 §6.6)
  Expressions,  ///< map<E>
  Duration,     ///< milliseconds as text
  Type,         ///< tree as text or map
  Steps,        ///< body as list of steps
  Record,       ///< map with the members of `inner`
  Records,      ///< list of such maps
  OnFailure,    ///< cause to list of such maps
};

/// A member of a step and the field of the block it stands for.
struct StepField {
  std::string_view key;
  std::string_view field;  ///< `limits/max_retries` is a member of the record `limits`
  Form form = Form::Plain;
  std::string_view default_json;  ///< the member is left out when it equals this; empty: always written
  std::span<const StepField> inner = {};
};

/// One row of the table of steps.
struct Keyword {
  std::string_view keyword;
  std::string_view block_kind;
  /// Members below the keyword; for `llm_turn` those beside it.
  std::span<const StepField> fields;
};

/// The row of a keyword that is one table; null for `rigid`, `set`, `return`, `debug` and unknown words.
const Keyword* find_keyword(std::string_view keyword);
/// The row that a block kind is written as; null for `rigid` and `debug`.
const Keyword* find_row(std::string_view block_kind);
/// True for every word of the table in 05 §2.
bool is_keyword(std::string_view word);

}  // namespace scaiflow::manifest
