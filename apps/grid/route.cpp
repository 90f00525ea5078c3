#include "apps/grid/route.h"

#include <algorithm>
#include <charconv>

#include "apps/grid/envelope.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/expr/calendar.h"

namespace scaiflow::grid {

Handler sync(std::function<net::HttpResponse(const Call&)> act) {
  return [act = std::move(act)](Call call, net::Responder responder) { responder.send(act(call)); };
}

std::string media_type(const net::HttpRequest& request) {
  const std::string_view header = request.headers.get("Content-Type");
  return to_lower(trim(header.substr(0, header.find(';'))));
}

Result<Json> json_body(const net::HttpRequest& request) {
  if (request.body.empty()) return Json::object();
  if (media_type(request) != "application/json") {
    return tl::unexpected(make_error("UNSUPPORTED_MEDIA_TYPE", "send the body as application/json"));
  }
  JsonParseResult parsed = parse_json(request.body, {IntegralFloat::ToInt, 66});
  if (!parsed.ok()) {
    const JsonProblem& problem = parsed.problems.front();
    return tl::unexpected(make_error("MALFORMED_REQUEST", "the body is not valid JSON: " + problem.reason +
                                                              " at line " + std::to_string(problem.line) +
                                                              ", column " + std::to_string(problem.column)));
  }
  if (!parsed.value.is_object()) return tl::unexpected(invalid("", "expected an object"));
  return std::move(parsed.value);
}

Result<std::int64_t> limit_of(const net::HttpRequest& request) {
  const std::string* text = request.query_value("limit");
  if (text == nullptr) return std::int64_t{50};
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size() || value < 1) {
    return tl::unexpected(invalid("limit", "must be a whole number from 1"));
  }
  return std::min<std::int64_t>(value, 500);
}

Result<std::optional<std::int64_t>> time_member(const Json& body, const std::string& name) {
  const Json& given = body[name];
  if (given.is_null()) return std::optional<std::int64_t>();
  const auto at =
      given.is_string() ? expr::parse_datetime(given.as_string(), expr::Fraction::Any) : std::nullopt;
  if (!at) return tl::unexpected(invalid(name, "expected a time such as 2026-05-18T09:30:00Z"));
  return at;
}

Result<std::optional<std::int64_t>> query_time(const net::HttpRequest& request, const std::string& name) {
  const auto text = query_text(request, name);
  return time_member(text ? Json::object({{name, *text}}) : Json::object(), name);
}

std::optional<std::string> query_text(const net::HttpRequest& request, std::string_view name) {
  const std::string* value = request.query_value(name);
  return value != nullptr && !value->empty() ? std::optional(*value) : std::nullopt;
}

}  // namespace scaiflow::grid
