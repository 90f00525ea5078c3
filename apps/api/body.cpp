#include "apps/api/body.h"

#include <charconv>

#include "apps/api/errors.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::api {

namespace {

// A flow document may be 64 deep and stands one level below the envelope's own object.
constexpr std::size_t body_depth_max = 66;

bool is_json_type(std::string_view content_type) {
  const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json";
}

std::string describe(const JsonProblem& problem) {
  const std::string where =
      " at line " + std::to_string(problem.line) + ", column " + std::to_string(problem.column);
  switch (problem.kind) {
    case JsonProblem::Kind::DuplicateKey: return "duplicate key '" + cut(problem.reason, 40) + "'" + where;
    case JsonProblem::Kind::TooDeep: return "nested deeper than " + std::to_string(body_depth_max) + where;
    case JsonProblem::Kind::Syntax: break;
  }
  return "the body is not valid JSON: " + problem.reason + where;
}

}  // namespace

Result<Json> json_body(const net::HttpRequest& request, Empty empty) {
  if (request.body.empty() && empty == Empty::Allowed) return Json::object();
  const std::string_view encoding = request.headers.get("Content-Encoding");
  if (!is_json_type(request.headers.get("Content-Type")) || (!encoding.empty() && encoding != "identity")) {
    return fail_with("unsupported_media_type", "send the body as application/json without content encoding");
  }
  JsonParseResult parsed = parse_json(request.body, {IntegralFloat::ToInt, body_depth_max});
  if (!parsed.ok()) return fail_with(code::BadRequest, describe(parsed.problems.front()));
  if (!parsed.value.is_object()) return invalid("", "expected an object");
  return std::move(parsed.value);
}

Result<std::optional<std::string>> text_member(const Json& body, std::string_view key, std::size_t low,
                                               std::size_t high) {
  const Json& value = body[key];
  if (value.is_null()) return std::optional<std::string>();
  const std::string pointer = "/" + std::string(key);
  if (!value.is_string()) return invalid(pointer, "expected text");
  const std::size_t length = code_points(value.as_string());
  if (length < low || length > high) {
    return invalid(pointer,
                   "must have " + std::to_string(low) + " to " + std::to_string(high) + " characters");
  }
  return std::optional(value.as_string());
}

Result<std::int64_t> number_query(const net::HttpRequest& request, std::string_view name,
                                  std::int64_t fallback, std::int64_t low, std::int64_t high) {
  const std::string* text = request.query_value(name);
  if (text == nullptr) return fallback;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size() || value < low || value > high) {
    return invalid("/" + std::string(name),
                   "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

}  // namespace scaiflow::api
