#include "apps/grid/multipart.h"

#include "apps/grid/envelope.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

/// `name="value"` or `name=value` of a header with parameters.
std::string parameter(std::string_view header, const std::string& name) {
  for (std::string_view part : split(header, ';')) {
    part = trim(part);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || to_lower(part.substr(0, equals)) != name) continue;
    std::string_view value = trim(part.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return {};
}

void read_header(std::string_view line, FormPart& part) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = to_lower(trim(line.substr(0, colon)));
  const std::string_view value = trim(line.substr(colon + 1));
  if (name == "content-type") part.content_type = std::string(value);
  if (name != "content-disposition") return;
  part.name = parameter(value, "name");
  part.filename = parameter(value, "filename");
}

/// Headers, an empty line, the body.
bool read_part(std::string_view text, FormPart& part) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  for (std::string_view line : split(text.substr(0, end), '\n')) read_header(trim(line), part);
  part.body = std::string(text.substr(end + 4));
  return !part.name.empty();
}

Error malformed() { return make_error("MALFORMED_REQUEST", "the body is not valid multipart/form-data"); }

}  // namespace

Result<std::vector<FormPart>> form_parts(const net::HttpRequest& request) {
  const std::string boundary = parameter(request.headers.get("Content-Type"), "boundary");
  if (boundary.empty() || boundary.size() > 70) return tl::unexpected(malformed());
  const std::string delimiter = "\r\n--" + boundary;
  const std::string whole = "\r\n" + request.body;
  std::vector<FormPart> parts;
  std::size_t at = whole.find(delimiter);
  while (at != std::string::npos) {
    at += delimiter.size();
    if (whole.compare(at, 2, "--") == 0) return parts;
    const std::size_t begin = whole.find("\r\n", at);
    const std::size_t end = whole.find(delimiter, at);
    if (begin == std::string::npos || end == std::string::npos || begin > end) break;
    FormPart part;
    const std::string_view text = std::string_view(whole).substr(begin + 2, end - begin - 2);
    if (!read_part(text, part) || parts.size() == form_parts_max) break;
    parts.push_back(std::move(part));
    at = end;
  }
  return tl::unexpected(malformed());
}

}  // namespace scaiflow::grid
