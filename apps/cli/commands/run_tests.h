#pragma once

#include <string>
#include <vector>

#include "libs/base/result.h"

namespace scaiflow::cli {

/// Runs the fixtures of a flow document (06 §8): `{passed, failed, results}`. When the document does not
/// compile, each test has the status `error`. Error `validation_error` for a name that no test has.
Result<Json> run_tests_on(const std::string& document, const std::vector<std::string>& names);

}  // namespace scaiflow::cli
