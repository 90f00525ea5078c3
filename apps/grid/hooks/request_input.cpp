#include "apps/grid/hooks/request_input.h"

#include "apps/grid/envelope.h"
#include "apps/grid/multipart.h"
#include "apps/grid/route.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::grid {

namespace {

Json pairs_json(const net::QueryPairs& pairs) {
  Json out = Json::object();
  for (const auto& [name, value] : pairs) out.set(name, value);
  return out;
}

Json text_or_blob(std::string bytes, const std::string& type, const std::string& tenant_id,
                  std::vector<core::Blob>& blobs) {
  if (is_utf8(bytes)) return Json(std::move(bytes));
  blobs.push_back(core::Blob::of(tenant_id, type, std::move(bytes)));
  return blobs.back().reference();
}

Result<Json> form_json(const net::HttpRequest& request, const std::string& tenant_id,
                       std::vector<core::Blob>& blobs) {
  Result<std::vector<FormPart>> parts = form_parts(request);
  if (!parts) return tl::unexpected(parts.error());
  Json out = Json::object();
  for (FormPart& part : *parts) {
    if (part.filename.empty()) {
      out.set(part.name, text_or_blob(std::move(part.body), part.content_type, tenant_id, blobs));
      continue;
    }
    blobs.push_back(core::Blob::of(tenant_id, part.content_type, std::move(part.body)));
    out.set(part.name, blobs.back().reference().set("filename", part.filename));
  }
  return out;
}

Result<Json> body_json(const net::HttpRequest& request, const std::string& tenant_id,
                       std::vector<core::Blob>& blobs) {
  const std::string type = media_type(request);
  if (request.body.empty()) return request.method == "GET" ? pairs_json(request.query) : Json::object();
  if (type == "application/x-www-form-urlencoded") return pairs_json(net::parse_query(request.body));
  if (type == "multipart/form-data") return form_json(request, tenant_id, blobs);
  if (type == "application/json" || type.ends_with("+json")) {
    auto parsed = try_parse_json(request.body);
    if (!parsed) return tl::unexpected(make_error("MALFORMED_REQUEST", "the body is not valid JSON"));
    return parsed->is_object() ? std::move(*parsed) : Json::object({{"body", std::move(*parsed)}});
  }
  return Json::object({{"body", text_or_blob(request.body, type, tenant_id, blobs)}});
}

Json headers_json(const net::HttpRequest& request, const std::string& hidden) {
  Json out = Json::object();
  for (const auto& [name, value] : request.headers) {
    const std::string lower = to_lower(name);
    if (lower == "authorization" || lower == "cookie" || lower == hidden) continue;
    out.set(lower, value);
  }
  return out;
}

}  // namespace

std::optional<Json> match_trigger_path(const std::string& pattern, const std::string& path) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  Json params = Json::object();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto text = net::percent_decode(given[i]);
    if (!text) return std::nullopt;
    const std::string_view segment = wanted[i];
    const bool named = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    if (named && text->empty()) return std::nullopt;
    if (!named && *text != segment) return std::nullopt;
    if (named) params.set(std::string(segment.substr(1, segment.size() - 2)), *text);
  }
  return params;
}

Result<RequestInput> request_input(const net::HttpRequest& request, const RequestPlace& place) {
  RequestInput out;
  Result<Json> body = body_json(request, place.tenant_id, out.blobs);
  if (!body) return tl::unexpected(body.error());
  out.input = std::move(*body);
  out.input.set("_http", Json::object({{"method", request.method},
                                       {"path", place.path},
                                       {"params", place.params},
                                       {"query", pairs_json(request.query)},
                                       {"headers", headers_json(request, place.hidden_header)},
                                       {"remote_addr", request.remote_address},
                                       {"received_at", net::wire_time(place.received_at_ms)}}));
  return out;
}

}  // namespace scaiflow::grid
