#include "libs/ir/verify.h"

#include <algorithm>
#include <unordered_set>

#include "generated/cpp/limits.h"
#include "libs/base/text.h"
#include "libs/ir/block_verifier.h"
#include "libs/ir/checks.h"
#include "libs/ir/codec.h"
#include "libs/ir/depth.h"
#include "libs/ir/field_walker.h"
#include "libs/ir/findings.h"
#include "libs/ir/names.h"

namespace scaiflow::ir {
namespace {

using diag::Code;

constexpr std::string_view core_scheme = "core://";

/// Checks the module outside its bodies: numbers and types through the field tables, the rest by hand.
class ModuleVerifier : private FieldSink {
 public:
  ModuleVerifier(const Module& module, const ModuleNames& names, Findings& findings)
      : module_(module), names_(names), findings_(findings) {}

  void run() {
    version();
    FieldWalker(*this).record(module_);
    depth();
    sizes();
    unique_names();
    entity();
    triggers();
    check_endless_types(module_, findings_);
  }

 private:
  void expression(const std::string&, const std::string&) override {}
  void template_value(const Json&, const std::string&) override {}
  void type(const Json& tree, const std::string& pointer) override {
    check_type(tree, pointer, names_, findings_);
  }
  void number(double value, const std::string& shown, std::string_view field,
              const std::string& pointer) override {
    check_range(value, shown, field, pointer, findings_);
  }

  void version() {
    const std::string& version = module_.schema_version;
    const bool is_known =
        version.starts_with("0.") && version.size() > 2 &&
        std::all_of(version.begin() + 2, version.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_known) findings_.add(Code::E423, {version}, "/schema_version");
    if (module_.flows.empty()) findings_.add(Code::E413, {"/", "flows"}, "/flows");
  }

  void depth() {
    const std::size_t levels = encoded_depth(module_);
    if (levels <= depth_max) return;
    findings_.add(Code::E421, {"/", std::to_string(levels), "1", std::to_string(depth_max)}, "/");
  }

  void sizes() {
    std::size_t blocks = 0;
    for_each_block(module_, [&](const Block&) { ++blocks; });
    if (blocks > static_cast<std::size_t>(limits::blocks_max))
      findings_.add(Code::E420, {std::to_string(blocks)}, "/flows");
    check_count(module_.types.size(), limits::ir_declarations_max, "/types", findings_);
    check_count(module_.variables.size(), limits::ir_declarations_max, "/variables", findings_);
    check_count(module_.plugins.size(), limits::ir_declarations_max, "/plugins", findings_);
    check_count(module_.models.size(), limits::ir_declarations_max, "/models", findings_);
    check_count(module_.triggers.size(), limits::ir_declarations_max, "/triggers", findings_);
  }

  using Seen = std::unordered_set<std::string_view>;

  template <class List, class Member>
  void unique(const List& list, Member member, std::string_view what, const std::string& pointer,
              Seen& seen) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string& name = list[i].*member;
      if (seen.insert(name).second) continue;
      findings_.add(Code::E410, {what, name}, pointer + "/" + std::to_string(i));
    }
  }

  template <class List, class Member>
  void unique(const List& list, Member member, std::string_view what, const std::string& pointer) {
    Seen seen;
    unique(list, member, what, pointer, seen);
  }

  void unique_names() {
    unique(module_.flows, &Flow::name, "flow", "/flows");
    unique(module_.triggers, &Trigger::name, "trigger", "/triggers");
    unique(module_.models, &Model::role, "role", "/models");
    unique(module_.plugins, &Plugin::alias, "plugin", "/plugins");
    unique(module_.types, &TypeDef::name, "type", "/types");
    // Variables and memory fields are one name space (04 §6.4).
    Seen seen;
    unique(module_.memory, &MemoryField::name, "memory field", "/memory", seen);
    unique(module_.variables, &Variable::name, "variable", "/variables", seen);
    unique(module_.reference, &ReferenceField::name, "reference field", "/reference");
    unique(module_.config, &ConfigParam::name, "config parameter", "/config");
  }

  void entity() {
    if (module_.instance.mode != InstanceMode::Entity) return;
    const auto& key = module_.instance.entity_key;
    if (!key) return findings_.add(Code::E413, {"/instance", "entity_key"}, "/instance/entity_key");
    bool is_open = true;
    for (const Flow& flow : module_.flows) {
      is_open &= flow.params.empty();
      for (const Param& param : flow.params) {
        if (param.name == *key) return;
      }
    }
    if (!is_open) findings_.add(Code::E402, {*key}, "/instance/entity_key");
  }

  void triggers() {
    for (std::size_t i = 0; i < module_.triggers.size(); ++i) {
      const Trigger& trigger = module_.triggers[i];
      const std::string pointer = "/triggers/" + std::to_string(i);
      if (!find_flow(module_, trigger.target_flow)) {
        findings_.add(Code::E401, {trigger.name, trigger.target_flow}, pointer + "/target_flow");
      }
      const auto& kinds = TriggerKind_names;
      if (std::find(std::begin(kinds), std::end(kinds), trigger.kind) == std::end(kinds)) {
        findings_.add(Code::E408, {trigger.name, trigger.kind}, pointer + "/kind");
      }
      if (trigger.kind == name_of(TriggerKind::Schedule)) schedule(trigger, pointer);
    }
  }

  void schedule(const Trigger& trigger, const std::string& pointer) {
    const std::string cron = trigger.cron.value_or("");
    const std::string zone = trigger.timezone.value_or("");
    if (!is_cron(cron)) findings_.add(Code::E428_Cron, {trigger.name, cron}, pointer + "/cron");
    if (!is_time_zone(zone)) findings_.add(Code::E428_Zone, {trigger.name, zone}, pointer + "/timezone");
  }

  const Module& module_;
  const ModuleNames& names_;
  Findings& findings_;
};

bool is_uri_part(std::string_view text) {
  const auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && is_alnum(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_alnum(c) || c == '-'; });
}

}  // namespace

diag::Diagnostics verify(const Module& module) {
  Findings findings;
  const ModuleNames names(module);
  ModuleVerifier(module, names, findings).run();
  BlockVerifier(module, names, findings).run();
  return findings.take();
}

diag::Diagnostics verify_changed(const Module& module, const std::vector<std::string>& changed) {
  Findings findings;
  const ModuleNames names(module);
  BlockVerifier(module, names, findings).run(changed);
  return findings.take();
}

bool is_core_uri(std::string_view text) {
  if (!text.starts_with(core_scheme)) return false;
  const auto parts = split(text.substr(core_scheme.size()), '/');
  return parts.size() == 2 && is_uri_part(parts[0]) && is_uri_part(parts[1]);
}

}  // namespace scaiflow::ir
