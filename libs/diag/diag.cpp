#include "libs/diag/diag.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace scaiflow::diag {
namespace {

/// True at `{0}` … `{9}`; any other brace is plain text.
bool placeholder_at(std::string_view format, std::size_t at) {
  return at + 2 < format.size() && format[at] == '{' && format[at + 1] >= '0' && format[at + 1] <= '9' &&
         format[at + 2] == '}';
}

/// One pass over `format`, so that braces inside the arguments stay as they are.
std::string fill(std::string_view format, std::initializer_list<std::string_view> args) {
  std::string text;
  std::size_t used = 0;
  for (std::size_t at = 0; at < format.size();) {
    if (!placeholder_at(format, at)) {
      text += format[at++];
      continue;
    }
    const auto index = static_cast<std::size_t>(format[at + 1] - '0');
    assert(index < args.size() && "a placeholder has no argument");
    if (index < args.size()) text += *(args.begin() + index);
    used = std::max(used, index + 1);
    at += 3;
  }
  assert(used == args.size() && "an argument has no placeholder");
  return text;
}

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
  }
  return "error";
}

}  // namespace

Diagnostic make(Code code, std::initializer_list<std::string_view> args, Place place) {
  const CodeInfo& known = info(code);
  Diagnostic diagnostic;
  diagnostic.severity = known.severity;
  diagnostic.code = known.code;
  diagnostic.message = fill(known.format, args);
  diagnostic.path = std::move(place.path);
  diagnostic.node_id = std::move(place.node_id);
  diagnostic.edge_id = std::move(place.edge_id);
  if (known.fix != nullptr) diagnostic.fix = known.fix;
  return diagnostic;
}

Json to_json(const Diagnostic& diagnostic) {
  return Json::object({{"severity", severity_name(diagnostic.severity)},
                       {"message", diagnostic.message},
                       {"path", text_or_null(diagnostic.path)},
                       {"node_id", text_or_null(diagnostic.node_id)},
                       {"edge_id", text_or_null(diagnostic.edge_id)},
                       {"code", diagnostic.code},
                       {"fix", text_or_null(diagnostic.fix)}});
}

Json to_json(const Diagnostics& diagnostics) {
  JsonArray items;
  items.reserve(diagnostics.size());
  for (const Diagnostic& diagnostic : diagnostics) items.push_back(to_json(diagnostic));
  return Json(std::move(items));
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::Error; });
}

}  // namespace scaiflow::diag
