#include <algorithm>
#include <array>
#include <set>

#include "apps/compiler/check_configs.h"
#include "generated/cpp/limits.h"
#include "libs/flow/values.h"

namespace scaiflow::compiler {
namespace {

using diag::Code;
using flow::shown;

constexpr std::array<std::string_view, 6> input_kinds = {"text", "textarea", "number",
                                                         "bool", "date",     "select"};

class SectionChecker {
 public:
  explicit SectionChecker(const ConfigCheck& check) : c_(check) {}

  void run(const Json& sections) {
    if (!sections.is_array()) return c_.must_be("sections", "a list of sections");
    for (std::size_t i = 0; i < sections.size(); ++i) {
      path_ = "sections[" + std::to_string(i) + ']';
      check(sections.at(i));
    }
    if (decisions_ != 1) c_.report(Code::F212, "sections", {c_.node.id});
  }

 private:
  std::string part(std::string_view name) const { return path_ + '.' + std::string(name); }

  void check(const Json& section) {
    const std::string type = section.string_or("type", "");
    if (type == "context") {
      c_.uses.add_template(section["content"], c_.spot(part("content")));
    } else if (type == "input") {
      check_input(section);
    } else if (type == "decision") {
      ++decisions_;
      check_decision(section);
    } else {
      c_.report(Code::F203, part("type"),
                {c_.node.id, part("type"), shown(section["type"]), "context, input, decision"});
    }
  }

  void check_field(std::string_view name) {
    if (!fields_.emplace(name).second) c_.report(Code::F410, path_, {"form field", shown(Json(name))});
  }

  void check_input(const Json& section) {
    const Json& field = section["field"];
    if (!field.is_string() || field.as_string().empty()) {
      c_.report(Code::F201, part("field"), {c_.node.id, part("field")});
    } else {
      check_field(field.as_string());
    }
    const std::string kind = section.string_or("kind", "text");
    if (std::find(input_kinds.begin(), input_kinds.end(), kind) == input_kinds.end()) {
      c_.report(
          Code::F203, part("kind"),
          {c_.node.id, part("kind"), shown(section["kind"]), "text, textarea, number, bool, date, select"});
    }
    if (kind == "select" && section["options"].size() == 0) {
      c_.report(Code::F201, part("options"), {c_.node.id, part("options")});
    }
    c_.uses.add_template(section["default"], c_.spot(part("default")));
  }

  void check_decision(const Json& section) {
    check_field(section.string_or("field", "decision"));
    const Json& options = section["options"];
    const std::vector<std::string> ids = option_ids(options);
    if (!options.is_array() || ids.size() != options.size()) {
      return c_.must_be(part("options"), "a list of texts or {id, label}");
    }
    if (ids.empty()) c_.report(Code::F215, part("options"), {c_.node.id});
    if (ids.size() > limits::options_per_decision_max) {
      const std::string path = *place_of(c_.graph, c_.index, part("options")).path;
      c_.report(Code::F009, part("options"),
                {path, std::to_string(ids.size()), std::to_string(limits::options_per_decision_max)});
    }
    std::set<std::string> seen;
    for (const std::string& id : ids) {
      if (!seen.insert(id).second) c_.report(Code::F213, part("options"), {c_.node.id, shown(Json(id))});
    }
  }

  const ConfigCheck& c_;
  std::string path_;
  std::set<std::string, std::less<>> fields_;
  int decisions_ = 0;
};

}  // namespace

void check_sections(const ConfigCheck& check, const Json& value) { SectionChecker(check).run(value); }

}  // namespace scaiflow::compiler
