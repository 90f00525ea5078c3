#include <algorithm>
#include <map>

#include "libs/expr/expr.h"
#include "libs/expr/lexer.h"
#include "libs/expr/program.h"

namespace scaiflow::expr {

namespace {

using Edits = std::map<std::uint32_t, std::pair<std::size_t, std::string>>;  // offset -> length, new text

/// New names of the parameters that would capture one of the new free names; "" where the old one may stay.
std::vector<std::string> params_out_of_the_way(const Program& program, const Renames& names) {
  std::vector<std::string> out(program.params.size());
  const auto is_new = [&names](const std::string& name) {
    return std::any_of(names.begin(), names.end(), [&](const auto& entry) { return entry.second == name; });
  };
  const auto is_used = [&](const std::string& name) {
    return is_new(name) ||
           std::find(program.texts.begin(), program.texts.end(), name) != program.texts.end() ||
           std::any_of(program.params.begin(), program.params.end(),
                       [&](const Param& param) { return param.name == name; });
  };
  for (std::size_t i = 0; i < program.params.size(); ++i) {
    const std::string& name = program.params[i].name;
    if (!is_new(name)) continue;
    out[i] = name + '_';
    while (is_used(out[i])) out[i] += '_';
  }
  return out;
}

}  // namespace

std::string rename(const Expression& expression, const Renames& names) {
  const Program& program = expression.program();
  if (!program.is_valid) return program.text;
  Edits edits;
  const std::vector<std::string> params = params_out_of_the_way(program, names);
  for (std::size_t i = 0; i < params.size(); ++i) {
    const Param& param = program.params[i];
    if (!params[i].empty()) edits[param.offset] = {param.name.size(), params[i]};
  }
  bool changes = false;
  for (const Node& node : program.nodes) {
    if (node.op == Op::Param && !params[node.a].empty()) {
      edits[node.offset] = {program.params[node.a].name.size(), params[node.a]};
    }
    if (node.op != Op::Name) continue;
    const auto it = names.find(program.texts[node.a]);
    if (it == names.end()) continue;
    edits[node.offset] = {it->first.size(), it->second};
    changes = true;
  }
  if (!changes) return program.text;
  std::string out;
  std::size_t from = 0;
  for (const auto& [offset, edit] : edits) {
    out.append(program.text, from, offset - from).append(edit.second);
    from = offset + edit.first;
  }
  return out.append(program.text, from);
}

}  // namespace scaiflow::expr
