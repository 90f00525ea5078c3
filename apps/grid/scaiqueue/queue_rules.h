#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/grid/scaiqueue/queue_rows.h"

/// What a scope says about its messages: where they go, how they look, which forms they bring (08 §8.13).
namespace scaiflow::grid {

/// Errors `VALIDATION_ERROR`.
Result<void> check_rules(const Json& rules);
Result<void> check_pattern(const Json& spec);

Result<std::vector<Json>> read_rules(store::Connection& db, const std::string& scope_id);
/// The first rule whose `queue` and `when` fit a message; null when none does.
Json matching_rule(const std::vector<Json>& rules, const std::string& queue_slug, const Json& message);

/// The spec of `{name, version?, params}` with every `{{param}}` put in; newest version by default.
Result<Json> render_pattern(store::Connection& db, const std::string& scope_id, const Json& pattern);

/// Error `VALIDATION_ERROR` when there is none.
Result<Json> find_schema(store::Connection& db, const std::string& scope_id, const std::string& name,
                         const std::string& version);
/// Checks a value against the part of JSON Schema that messages need: type, enum, const, required,
/// properties, additionalProperties, items, and the bounds of numbers, texts and lists. Error
/// `VALIDATION_ERROR` with one detail for each field below `body`.
Result<void> check_schema(const Json& schema, const Json& value);

}  // namespace scaiflow::grid
