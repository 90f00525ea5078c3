#include "libs/net/sse.h"

namespace scaiflow::net {

std::string sse_text(const SseEvent& event) {
  std::string out;
  out.reserve(event.data.size() + event.id.size() + event.event.size() + 32);
  if (!event.id.empty()) {
    out += "id: " + event.id + "\n";
  }
  if (!event.event.empty()) {
    out += "event: " + event.event + "\n";
  }
  std::string_view rest = event.data;
  while (true) {
    const std::size_t end = rest.find('\n');
    out += "data: ";
    out += rest.substr(0, end);
    out += '\n';
    if (end == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(end + 1);
  }
  out += '\n';
  return out;
}

Headers sse_headers() {
  return {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
}

bool SseParser::feed(std::string_view chunk) {
  for (const char c : chunk) {
    const bool skipped_lf = after_cr_ && c == '\n';
    after_cr_ = c == '\r';
    if (skipped_lf) {
      continue;
    }
    if (c == '\r' || c == '\n') {
      take_line();
    } else {
      line_.push_back(c);
    }
    if (line_.size() + event_.data.size() > event_max_) {
      return false;
    }
  }
  return true;
}

void SseParser::take_line() {
  std::string_view line = line_;
  if (at_start_ && line.starts_with("\xEF\xBB\xBF")) {
    line.remove_prefix(3);
  }
  at_start_ = false;
  if (line.empty()) {
    dispatch();
    line_.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) {
    value.remove_prefix(1);
  }
  if (name == "data") {
    event_.data += has_data_ ? "\n" : "";
    event_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    last_id_ = value;
  }
  line_.clear();
}

void SseParser::dispatch() {
  if (has_data_) {
    event_.id = last_id_;
    on_event_(event_);
  }
  event_ = {};
  has_data_ = false;
}

}  // namespace scaiflow::net
