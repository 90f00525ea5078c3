#include "libs/manifest/yaml_reader.h"

#include <algorithm>
#include <string>

#include "libs/base/text.h"
#include "libs/manifest/yaml_parser.h"

namespace scaiflow::manifest {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// YAML's printable characters, as far as they are ASCII.
bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
  });
}

/// CR and CRLF are line breaks too.
std::string with_unix_breaks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      out += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n')
      out += '\n';
  }
  return out;
}

tl::unexpected<diag::Diagnostics> refused(std::string_view reason) {
  return tl::unexpected<diag::Diagnostics>({diag::make(diag::Code::F601, {reason})});
}

}  // namespace

tl::expected<Json, diag::Diagnostics> read_yaml(std::string_view text) {
  if (text.size() > manifest_bytes_max) {
    return refused("it has " + std::to_string(text.size()) + " bytes; the limit is 10485760");
  }
  if (!is_utf8(text)) return refused("it is not UTF-8");
  if (has_control_character(text)) return refused("it holds a control character");
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const bool has_cr = text.find('\r') != std::string_view::npos;
  YamlParsed parsed =
      has_cr ? parse_yaml(with_unix_breaks(text), manifest_depth_max) : parse_yaml(text, manifest_depth_max);
  if (!parsed.problem.empty()) return refused(parsed.problem);
  return std::move(parsed.value);
}

}  // namespace scaiflow::manifest
