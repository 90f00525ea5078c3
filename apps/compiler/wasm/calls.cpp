#include "apps/compiler/wasm/calls.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "apps/compiler/identity.h"
#include "apps/compiler/wasm/expressions.h"
#include "apps/core/fixtures/run_tests.h"
#include "libs/base/json_text.h"
#include "libs/flow/diff.h"

namespace scaiflow::compiler {
namespace {

struct Call {
  Session& session;
  const Surroundings& around;
  std::string_view input;
  Json args;  ///< null where `input` is a text of its own
};

Answer refused(std::string_view code, std::string_view message) {
  return {Json::object({{"error", Json::object({{"code", code}, {"message", message}})}}), {}};
}

Json texts(const std::vector<std::string>& list) {
  JsonArray out(list.begin(), list.end());
  return Json(std::move(out));
}

Answer version(const Call&) { return {Json::object({{"compiler", identity()}}), {}}; }

Answer load(const Call& call) {
  call.session.load(call.input);
  return {Json::object(), {}};
}

Answer patch(const Call& call) {
  if (!call.session.patch(call.args)) return refused("not_patchable", "load the document afresh");
  return {Json::object(), {}};
}

Answer check(const Call& call) {
  const diag::Diagnostics found = call.session.check(call.around.cancelled);
  if (call.around.cancelled && call.around.cancelled()) return refused("cancelled", "a newer request waits");
  return {Json::object({{"diagnostics", diag::to_json(found)}}), {}};
}

Json ranges_json(const std::vector<manifest::NodeRange>& ranges) {
  Json out = Json::array();
  for (const manifest::NodeRange& range : ranges) {
    out.push_back(Json::array({range.node_id, range.first_line, range.last_line}));
  }
  return out;
}

/// What is told of the text: the lines of each node, or, where the page asks for an edit of what it shows,
/// the place of the lines that changed.
Answer text_answer(const Call& call, Json head, CompileResult& result) {
  const Json& wanted = call.args["edit"];
  if (!wanted.is_object() || result.format == Format::Ir || !result.body) {
    if (!wanted.is_object()) head.set("ranges", ranges_json(result.ranges));
    return {std::move(head), std::move(result.body).value_or("")};
  }
  const std::int64_t base = wanted.int_or("base", 0), serial = wanted.int_or("serial", 0);
  const auto edit = call.session.shown().show(result.format, *result.body, base, serial);
  if (!edit) return {std::move(head), std::move(*result.body)};
  head.set("edit", Json::object({{"from", edit->from}, {"to", edit->to}}));
  return {std::move(head), std::string(edit->lines)};
}

Answer compile(const Call& call) {
  const auto format = format_of(call.args.string_or("format", "yaml"));
  if (!format) return refused("bad_request", "format must be one of yaml, ir, scai");
  CompileOptions options;
  options.cancelled = call.around.cancelled;
  options.target = call.args.string_or("target", options.target);
  if (!call.args.bool_or("verify", true)) options.verify = Verify::No;
  if (call.args["source_id"].is_string()) options.source_id = call.args["source_id"].as_string();
  CompileResult result = call.session.compile(*format, options);
  if (result.is_cancelled) return refused("cancelled", "a newer request waits");
  Json head = Json::object({{"format", name_of(*format)},
                            {"has_body", result.body.has_value()},
                            {"diagnostics", diag::to_json(result.diagnostics)},
                            {"fixes", texts(result.fixes)}});
  return text_answer(call, std::move(head), result);
}

Answer tests(const Call& call) {
  std::vector<std::string> names;
  const Json& wanted = call.args["names"];
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted.at(i).is_string()) names.push_back(wanted.at(i).as_string());
  }
  const Json document = call.session.document().value_or(Json());
  const Result<Json> report = fixtures::run_document_tests(document, names, call.around.cpu_seconds);
  if (!report) return refused(report.error().code, report.error().message);
  return {*report, {}};
}

Answer import(const Call& call) {
  ImportResult result = import_manifest(call.args.string_or("yaml", ""), call.args.string_or("fresh_id", ""));
  return {Json::object(
              {{"has_body", result.flow.has_value()}, {"diagnostics", diag::to_json(result.diagnostics)}}),
          std::move(result.flow).value_or("")};
}

Answer canonical(const Call& call) {
  CanonicalResult result = compiler::canonical(call.input);
  return {Json::object(
              {{"has_body", result.text.has_value()}, {"diagnostics", diag::to_json(result.diagnostics)}}),
          std::move(result.text).value_or("")};
}

Answer expression(const Call& call) { return {check_expression(call.session, call.args), {}}; }

Answer evaluate(const Call& call) { return {evaluate_expression(call.args), {}}; }

Answer rename(const Call& call) {
  return {rename_in(call.session.document().value_or(Json::object()), call.args), {}};
}

Answer scope(const Call& call) { return {scope_in(call.session.checked({}), call.args), {}}; }

Answer diff(const Call& call) { return {flow::diff(call.args["before"], call.args["after"]), {}}; }

/// What `input` of a function is.
enum class Input : std::uint8_t { Arguments, Text };

struct Function {
  std::string_view name;
  Input input;
  Answer (*run)(const Call&);
};

constexpr std::array functions = {
    Function{"load", Input::Text, load},
    Function{"patch", Input::Arguments, patch},
    Function{"check", Input::Arguments, check},
    Function{"compile", Input::Arguments, compile},
    Function{"tests", Input::Arguments, tests},
    Function{"import", Input::Arguments, import},
    Function{"expr", Input::Arguments, expression},
    Function{"evaluate", Input::Arguments, evaluate},
    Function{"rename", Input::Arguments, rename},
    Function{"scope", Input::Arguments, scope},
    Function{"diff", Input::Arguments, diff},
    Function{"canonical", Input::Text, canonical},
    Function{"version", Input::Text, version},
};

}  // namespace

Answer call(Session& session, const Surroundings& around, std::string_view name, std::string_view input) {
  const auto function = std::find_if(functions.begin(), functions.end(),
                                     [&](const Function& each) { return each.name == name; });
  if (function == functions.end()) return refused("bad_request", "unknown function");
  Call made{session, around, input, {}};
  if (function->input == Input::Arguments) {
    JsonParseResult parsed = parse_json(input, {.integral_float = IntegralFloat::ToInt, .depth_max = 128});
    if (!parsed.ok() || !parsed.value.is_object()) return refused("bad_request", "expected a JSON object");
    made.args = std::move(parsed.value);
  }
  return function->run(made);
}

}  // namespace scaiflow::compiler
