#include "libs/net/http_types.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <mutex>

namespace scaiflow::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equal_names(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Decoded byte of the escape at `at`, -1 when malformed.
int escaped_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) {
    return -1;
  }
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string decode_query_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = text[i] == '%' ? escaped_byte(text, i) : -1;
    if (byte >= 0) {
      out.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

}  // namespace

const std::string* Headers::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (equal_names(field.first, name)) {
      return &field.second;
    }
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : std::string_view();
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [&](const Field& field) { return equal_names(field.first, name); }));
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return equal_names(field.first, name); });
}

const std::string* HttpRequest::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) {
      return &value;
    }
  }
  return nullptr;
}

struct StreamHandle::State {
  explicit State(std::shared_ptr<StreamSink> s) : sink(std::move(s)) {}
  ~State() { sink->close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  std::shared_ptr<StreamSink> sink;
};

StreamHandle::StreamHandle(std::shared_ptr<StreamSink> sink)
    : state_(std::make_shared<State>(std::move(sink))) {}

bool StreamHandle::write(std::string chunk) const { return state_ && state_->sink->write(std::move(chunk)); }

void StreamHandle::close() const {
  if (state_) {
    state_->sink->close();
  }
}

void StreamHandle::on_close(std::function<void()> callback) const {
  if (state_) {
    state_->sink->on_close(std::move(callback));
  } else {
    callback();
  }
}

void ResponseSink::abandon() {
  send(HttpResponse{500, {{"Content-Type", "application/json"}},
                    R"({"detail":{"error":"internal_error","message":"The request was not answered."}})"});
}

struct Responder::State {
  explicit State(std::shared_ptr<ResponseSink> s) : sink(std::move(s)) {}
  ~State() {
    if (!answered.load()) {
      sink->abandon();
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  std::shared_ptr<ResponseSink> sink;
  std::atomic<bool> answered = false;
};

Responder::Responder(std::shared_ptr<ResponseSink> sink) : state_(std::make_shared<State>(std::move(sink))) {}

bool Responder::send(HttpResponse response) const {
  assert(state_);
  if (state_->answered.exchange(true)) {
    return false;
  }
  state_->sink->send(std::move(response));
  return true;
}

StreamHandle Responder::begin_stream(int status, Headers headers) const {
  assert(state_);
  if (state_->answered.exchange(true)) {
    return {};
  }
  return StreamHandle(state_->sink->begin_stream(status, std::move(headers)));
}

bool Responder::answered() const { return state_ && state_->answered.load(); }

namespace {

/// Gathers a streamed answer for a direct caller.
class CollectingStream final : public StreamSink {
 public:
  CollectingStream(HttpResponse head, std::function<void(HttpResponse)> done, std::size_t body_max)
      : response_(std::move(head)), done_(std::move(done)), body_max_(body_max) {}

  bool write(std::string chunk) override {
    std::unique_lock lock(mutex_);
    if (closed_) {
      return false;
    }
    if (response_.body.size() + chunk.size() > body_max_) {
      lock.unlock();
      close();
      return false;
    }
    response_.body += chunk;
    return true;
  }

  void close() override {
    std::function<void()> callback;
    {
      std::lock_guard lock(mutex_);
      if (closed_) {
        return;
      }
      closed_ = true;
      callback = std::move(on_close_);
    }
    done_(std::move(response_));
    if (callback) {
      callback();
    }
  }

  void on_close(std::function<void()> callback) override {
    {
      std::lock_guard lock(mutex_);
      if (!closed_) {
        on_close_ = std::move(callback);
        return;
      }
    }
    callback();
  }

 private:
  std::mutex mutex_;
  HttpResponse response_;
  std::function<void(HttpResponse)> done_;
  std::function<void()> on_close_;
  std::size_t body_max_;
  bool closed_ = false;
};

class CollectingSink final : public ResponseSink {
 public:
  CollectingSink(std::function<void(HttpResponse)> done, std::size_t body_max)
      : done_(std::move(done)), body_max_(body_max) {}

  void send(HttpResponse response) override { done_(std::move(response)); }

  std::shared_ptr<StreamSink> begin_stream(int status, Headers headers) override {
    return std::make_shared<CollectingStream>(HttpResponse{status, std::move(headers), {}}, done_, body_max_);
  }

 private:
  std::function<void(HttpResponse)> done_;
  std::size_t body_max_;
};

}  // namespace

Responder collecting_responder(std::function<void(HttpResponse)> done, std::size_t body_max) {
  return Responder(std::make_shared<CollectingSink>(std::move(done), body_max));
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte <= 0) {
      return std::nullopt;
    }
    out.push_back(static_cast<char>(byte));
    i += 2;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool alnum = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    if (alnum || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

QueryPairs parse_query(std::string_view text) {
  QueryPairs pairs;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) {
      continue;
    }
    const std::size_t equals = part.find('=');
    const bool has_value = equals != std::string_view::npos;
    pairs.emplace_back(decode_query_text(part.substr(0, equals)),
                       has_value ? decode_query_text(part.substr(equals + 1)) : std::string());
  }
  return pairs;
}

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr Phrase phrases[] = {
      {100, "Continue"}, {101, "Switching Protocols"}, {200, "OK"}, {201, "Created"}, {202, "Accepted"},
      {204, "No Content"}, {206, "Partial Content"}, {301, "Moved Permanently"}, {302, "Found"},
      {303, "See Other"}, {304, "Not Modified"}, {307, "Temporary Redirect"}, {308, "Permanent Redirect"},
      {400, "Bad Request"}, {401, "Unauthorized"}, {402, "Payment Required"}, {403, "Forbidden"},
      {404, "Not Found"}, {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"},
      {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {412, "Precondition Failed"},
      {413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"}, {421, "Misdirected Request"}, {422, "Unprocessable Content"},
      {426, "Upgrade Required"}, {428, "Precondition Required"}, {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"},
      {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"}, {507, "Insufficient Storage"}};
  const auto* found = std::find_if(std::begin(phrases), std::end(phrases),
                                   [&](const Phrase& phrase) { return phrase.status == status; });
  return found == std::end(phrases) ? std::string_view() : found->text;
}

}  // namespace scaiflow::net
