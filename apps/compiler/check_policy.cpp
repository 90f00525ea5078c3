#include <algorithm>

#include "apps/compiler/check_configs.h"
#include "apps/compiler/policy.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

class PolicyChecker {
 public:
  PolicyChecker(const ConfigCheck& check, const flow::FieldSpec& field) : c_(check), name_(field.name) {}

  void run(const Json& policy) {
    if (!policy.is_object()) return c_.must_be(name_, "an object");
    for (const auto& [cause, actions] : policy.as_object()) {
      if (std::find(failure_causes.begin(), failure_causes.end(), cause) == failure_causes.end()) {
        invalid("unknown cause '" + flow::shown(Json(cause)) + "'");
      }
      if (!actions.is_array()) {
        check_action(cause, actions);
        continue;
      }
      for (const Json& action : actions.as_array()) check_action(cause, action);
    }
  }

 private:
  void invalid(std::string_view reason) { c_.report(diag::Code::F221, name_, {c_.node.id, reason}); }

  void check_action(const std::string& cause, const Json& action) {
    const Json& name = action.is_object() ? action["action"] : action;
    if (!name.is_string() || !is_failure_action(name.as_string())) {
      return invalid("unknown action '" + flow::shown(name) + "' for " + flow::shown(Json(cause)));
    }
    if (!action.is_object()) return;
    const Json& max = action["max"];
    if (!max.is_null() && !(max.is_int() && max.as_int() >= 1 && max.as_int() <= retries_max)) {
      invalid("max must be 1 to 20");
    }
    const Json& with = action["with"];
    if (!with.is_null() && !with.is_string()) invalid("with must be a text");
  }

  const ConfigCheck& c_;
  const std::string name_;
};

}  // namespace

void check_policy(const ConfigCheck& check, const flow::FieldSpec& field, const Json& value) {
  PolicyChecker(check, field).run(value);
}

}  // namespace scaiflow::compiler
