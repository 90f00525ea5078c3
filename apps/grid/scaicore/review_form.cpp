#include "apps/grid/scaicore/review_form.h"

#include <string>

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

/// Why a value does not fit an input section; empty when it does.
std::string misfit(const Json& section, const Json& value) {
  const std::string kind = section.string_or("kind", "text");
  if (kind == "number") return value.is_number() ? "" : "expected a number";
  if (kind == "bool") return value.is_bool() ? "" : "expected true or false";
  if (!value.is_string()) return "expected text";
  if (kind == "date") return is_date(value.as_string()) ? "" : "expected a date as YYYY-MM-DD";
  if (kind != "select" || !section["options"].is_array()) return "";
  for (const Json& option : section["options"].as_array()) {
    if (option == value || option["id"] == value) return "";
  }
  return "is not one of the options";
}

bool is_missing(const Json& value) {
  return value.is_null() || (value.is_string() && value.as_string().empty());
}

/// The review form of a checkpoint, or null.
const Json& sections_of(const Json& checkpoint) {
  const Json& spec = checkpoint["hitl_spec"];
  return spec.is_object() ? spec["sections"] : checkpoint["context"]["hitl_spec"]["sections"];
}

}  // namespace

Result<Json> check_review(const Json& checkpoint, Json resolution) {
  Json problems = Json::array();
  const auto report = [&](const std::string& field, const std::string& message) {
    problems.push_back(Json::object({{"field", "resolution." + field}, {"message", message}}));
  };
  if (const Json& sections = sections_of(checkpoint); sections.is_array()) {
    for (const Json& section : sections.as_array()) {
      const std::string type = section.string_or("type", "");
      const std::string field = section.string_or("field", type == "decision" ? "decision" : "");
      const Json value = resolution[field];
      if (type == "decision" && field != "decision" && !is_missing(value)) resolution.set("decision", value);
      if (type != "input") continue;
      if (is_missing(value)) {
        if (section.bool_or("required", false)) report(field, "is required");
        continue;
      }
      if (const std::string why = misfit(section, value); !why.empty()) report(field, why);
    }
  }
  const Json& options = checkpoint["options"];
  if (options.is_array() && options.size() > 0) {
    const Json decision = resolution.contains("decision") ? resolution["decision"] : resolution["value"];
    bool known = false;
    for (const Json& option : options.as_array()) known = known || option == decision;
    if (!known) report("decision", "must be one of " + to_text(options));
  }
  if (problems.size() == 0) return resolution;
  return tl::unexpected(make_error("CHECKPOINT_OPTION_INVALID",
                                   "the answer does not fit: " + problems.at(0).string_or("field", "") + " " +
                                       problems.at(0).string_or("message", ""),
                                   problems));
}

}  // namespace scaiflow::grid
