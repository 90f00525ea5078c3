#include <utility>

#include "libs/manifest/manifest.h"
#include "libs/manifest/step_fields.h"

namespace scaiflow::manifest {
namespace {

/// What names a list among its like: branch name, `when`, error or option.
std::string label_of(const Json& record) {
  for (const std::string_view key : {"name", "when", "error", "option"}) {
    if (record[key].is_string()) return record[key].as_string();
  }
  return {};
}

void collect(const Json& from, std::span<const StepField> fields, const std::string& label, std::size_t& next,
             std::vector<StepList>& out) {
  for (const StepField& field : fields) {
    const Json& value = from[field.key];
    if (field.form == Form::Steps) {
      const std::size_t index = next++;
      if (value.is_array()) out.push_back({index, std::string(field.key), label, value});
    } else if (field.form == Form::Records && value.is_array()) {
      for (const Json& record : value.as_array()) collect(record, field.inner, label_of(record), next, out);
    }
  }
}

}  // namespace

std::vector<StepList> step_lists(const Json& step) {
  std::vector<StepList> out;
  const auto keyword = step_keyword(step);
  const Keyword* row = keyword ? find_keyword(*keyword) : nullptr;
  if (!row) return out;
  std::size_t next = 0;
  collect(row->keyword == "llm_turn" ? step : step[*keyword], row->fields, {}, next, out);
  return out;
}

}  // namespace scaiflow::manifest
