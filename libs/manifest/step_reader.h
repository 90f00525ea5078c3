#pragma once

#include <string>
#include <string_view>

#include "libs/base/json.h"
#include "libs/diag/diag.h"
#include "libs/manifest/manifest.h"
#include "libs/manifest/step_fields.h"

namespace scaiflow::manifest {

/// Reads steps into blocks in the IR's JSON form (05 §2, §5.5); defaults are left for `ir::from_json`.
class StepReader {
 public:
  StepReader(const LowerNode& lower, diag::Diagnostics& diagnostics)
      : lower_(lower), diagnostics_(diagnostics) {}

  /// The body of `steps`; `path` is the position path in front of the step numbers, `` or `3.1.`.
  Json body(const Json& steps, const std::string& path);

  /// A type in either form; null and F231 when it is none.
  Json type(const Json& value, const std::string& where);
  /// Milliseconds of `30s` or of a number of seconds; null and F210 when it is none.
  Json duration(const Json& value, const std::string& where);

 private:
  void add_step(JsonArray& out, const Json& step, const std::string& path);
  void lower_node(JsonArray& out, const Json& step, const std::string& path);
  Json block(const Json& step, const std::string& keyword);
  Json members(const Json& from, std::span<const StepField> fields, Json out);
  Json member(const Json& value, const StepField& field);
  Json record(const Json& value, std::span<const StepField> fields);
  Json records(const Json& value, std::span<const StepField> fields);

  const LowerNode& lower_;
  diag::Diagnostics& diagnostics_;
  /// The step being read, and the number of its next list of steps.
  std::string path_;
  std::size_t next_list_ = 0;
};

}  // namespace scaiflow::manifest
