#include "libs/net/http_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::net {
namespace {

void append_field_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_field_text(out, name);
  out += ": ";
  append_field_text(out, value);
  out += "\r\n";
}

void append_number(std::string& out, std::size_t value, int base) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

bool is_framing_field(std::string_view name) {
  const std::string lower = to_lower(name);
  return lower == "content-length" || lower == "transfer-encoding" || lower == "connection";
}

void append_framing(std::string& out, const HeadContext& context) {
  switch (context.framing) {
    case Framing::Length:
      out += "Content-Length: ";
      append_number(out, context.body_size, 10);
      out += "\r\n";
      break;
    case Framing::Chunked:
      out += "Transfer-Encoding: chunked\r\n";
      break;
    case Framing::ToClose:
    case Framing::None:
      break;
  }
  if (!context.keep_alive) {
    out += "Connection: close\r\n";
  } else if (context.is_http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
}

}  // namespace

void append_head(std::string& out, int status, const Headers& headers, const HeadContext& context) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(status), 10);
  out += ' ';
  out += reason_phrase(status);
  out += "\r\n";
  for (const auto& [name, value] : headers) {
    if (!is_framing_field(name)) {
      append_field(out, name, value);
    }
  }
  if (!context.date.empty() && !headers.contains("Date")) {
    append_field(out, "Date", context.date);
  }
  if (!context.request_id.empty() && !headers.contains("X-Request-Id")) {
    append_field(out, "X-Request-Id", context.request_id);
  }
  append_framing(out, context);
  out += "\r\n";
}

void append_chunk(std::string& out, std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  append_number(out, bytes.size(), 16);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

std::string http_date(std::int64_t wall_ms) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = wall_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900,
                                   utc.tm_hour, utc.tm_min, utc.tm_sec);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

HttpResponse problem_response(const HttpProblem& problem) {
  Json detail = Json::object({{"error", problem.code}, {"message", problem.message}});
  if (problem.limit > 0) {
    detail.set("limit", problem.limit);
  }
  return HttpResponse{problem.status, {{"Content-Type", "application/json"}},
                      to_text(Json::object({{"detail", detail}}))};
}

}  // namespace scaiflow::net
