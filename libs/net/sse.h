#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "libs/net/http_types.h"

namespace scaiflow::net {

/// One server-sent event. Empty `id` or `event` are not written; `data` may hold several lines.
struct SseEvent {
  std::string id;
  std::string event;
  std::string data;
};

/// The wire form of an event, closed by the empty line.
std::string sse_text(const SseEvent& event);
/// Headers of an event stream answer: content type, no cache, no proxy buffering.
Headers sse_headers();

/// Writes events on a stream. Functions return false when the client has gone (StreamHandle::write).
class SseWriter {
 public:
  explicit SseWriter(StreamHandle stream) : stream_(std::move(stream)) {}
  bool send(const SseEvent& event) const { return stream_.write(sse_text(event)); }
  /// A comment line that keeps proxies from closing an idle stream.
  bool heartbeat() const { return stream_.write(": ping\n\n"); }
  void close() const { stream_.close(); }
  const StreamHandle& stream() const { return stream_; }

 private:
  StreamHandle stream_;
};

/// Reads an event stream piece by piece (WHATWG rules: LF, CR and CRLF, comments, multi-line data, BOM).
class SseParser {
 public:
  using OnEvent = std::function<void(const SseEvent&)>;

  explicit SseParser(OnEvent on_event, std::size_t event_max = 1u << 20)
      : on_event_(std::move(on_event)), event_max_(event_max) {}

  /// False when one event passed `event_max` bytes; the parser is then of no more use.
  bool feed(std::string_view chunk);

 private:
  void take_line();
  void dispatch();

  OnEvent on_event_;
  std::size_t event_max_;
  std::string line_;
  SseEvent event_;
  std::string last_id_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
};

}  // namespace scaiflow::net
