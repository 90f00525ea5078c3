#include "libs/net/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <optional>

#include "libs/base/text.h"

namespace scaiflow::net {
namespace {

namespace http = boost::beast::http;
using BeastView = boost::beast::string_view;
using BeastError = boost::beast::error_code;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

/// Beast reads the syntax of one request into a plain struct.
class Reader final : public http::basic_parser<true> {
 public:
  Reader() {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HttpRequestParser limits by itself
    body_limit(boost::none);
  }

  HttpRequest request;
  std::size_t body_max = 0;  ///< set before the body is read
  bool is_http_1_0 = false;

 private:
  void on_request_impl(http::verb, BeastView method, BeastView target, int version, BeastError&) override {
    request.method = view(method);
    request.target = view(target);
    is_http_1_0 = version < 11;
  }
  void on_response_impl(int, BeastView, int, BeastError&) override {}
  void on_field_impl(http::field, BeastView name, BeastView value, BeastError&) override {
    if (!is_header_done()) {  // trailers come later and are dropped: they could contradict the head
      request.headers.add(std::string(view(name)), std::string(view(value)));
    }
  }
  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(BeastView body, BeastError& error) override { return add_body(body, error); }
  void on_chunk_header_impl(std::uint64_t size, BeastView, BeastError& error) override {
    if (size > body_max - request.body.size()) {
      error = http::error::body_limit;
    }
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, BeastError& error) override {
    return add_body(body, error);
  }
  void on_finish_impl(BeastError&) override {}

  std::size_t add_body(BeastView part, BeastError& error) {
    if (part.size() > body_max - request.body.size()) {
      error = http::error::body_limit;
    } else {
      request.body += view(part);
    }
    return part.size();
  }
};

}  // namespace

/// What Beast does not decide: limits, and what is too ambiguous to be served.
class HttpRequestParser::Impl {
 public:
  explicit Impl(Limits limits) : limits_(std::move(limits)) { reset(); }

  std::size_t feed(std::string_view bytes);
  void reset();

  std::optional<Reader> reader;
  State state = State::Head;
  HttpProblem problem;
  bool expects_continue = false;

 private:
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  bool head_is_complete(std::string_view bytes);
  void take_target(std::string_view target);
  void check_head();
  void check_body_length();
  std::size_t run(std::string_view bytes);
  void refuse(int status, std::string code, std::string message, std::size_t limit = 0);

  Limits limits_;
  std::size_t scanned_ = 0;  ///< bytes of an unfinished head that hold no end of it
};

void HttpRequestParser::Impl::reset() {
  state = State::Head;
  problem = {};
  expects_continue = false;
  reader.emplace();
  scanned_ = 0;
}

void HttpRequestParser::Impl::refuse(int status, std::string code, std::string message, std::size_t limit) {
  state = State::Failed;
  problem = HttpProblem{status, std::move(code), std::move(message), static_cast<std::int64_t>(limit),
                        reader->request.path, {}};
}

std::size_t HttpRequestParser::Impl::feed(std::string_view bytes) {
  std::size_t taken = 0;
  if (state == State::Head) {
    taken = feed_head(bytes);
  }
  if (state == State::Body && taken < bytes.size()) {
    taken += feed_body(bytes.substr(taken));
  }
  return taken;
}

std::size_t HttpRequestParser::Impl::feed_head(std::string_view bytes) {
  std::size_t taken = 0;
  while (bytes.substr(taken).starts_with("\r\n")) {  // empty lines before a request (RFC 9112 §2.2)
    taken += 2;
    scanned_ = 0;
  }
  if (head_is_complete(bytes.substr(taken))) {
    taken += run(bytes.substr(taken));
    if (state == State::Head && reader->is_header_done()) {
      check_head();
    } else if (state == State::Head) {
      refuse(400, "bad_request", "Malformed HTTP request.");
    }
  }
  return taken;
}

/// Whether the empty line is there; refuses what has passed a limit without it, or in spite of it.
bool HttpRequestParser::Impl::head_is_complete(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n", scanned_ > 3 ? scanned_ - 3 : 0);
  const bool complete = end != std::string_view::npos;
  const std::size_t size = complete ? end + 4 : bytes.size();
  scanned_ = bytes.size();
  const std::size_t line = bytes.substr(0, limits_.request_line_max + 2).find("\r\n");
  if (line == std::string_view::npos && size > limits_.request_line_max + 1) {
    refuse(414, "uri_too_long", "The request line is longer than the limit.", limits_.request_line_max);
    return false;
  }
  if (size > limits_.headers_max) {
    refuse(431, "headers_too_large", "Request line and headers are larger than the limit.",
           limits_.headers_max);
    return false;
  }
  return complete;
}

std::size_t HttpRequestParser::Impl::run(std::string_view bytes) {
  BeastError error;
  const std::size_t taken = reader->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::body_limit) {
    refuse(413, "body_too_large", "The body is larger than the limit of this path.", reader->body_max);
  } else if (error && error != http::error::need_more) {
    refuse(400, "bad_request", "Malformed HTTP request: " + error.message() + ".");
  }
  return taken;
}

void HttpRequestParser::Impl::take_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {  // absolute form, as sent to proxies
    if (target.starts_with(scheme)) {
      const std::size_t slash = target.find_first_of("/?", scheme.size());
      target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
      break;
    }
  }
  const std::size_t question = target.find('?');
  reader->request.path = target.substr(0, question);
  if (question != std::string_view::npos) {
    reader->request.query = parse_query(target.substr(question + 1));
  }
}

void HttpRequestParser::Impl::check_head() {
  const HttpRequest& request = reader->request;
  const Headers& headers = request.headers;
  take_target(request.target);
  expects_continue = !reader->is_http_1_0 && to_lower(headers.get("Expect")) == "100-continue";
  if (!request.path.starts_with('/') && !(request.path == "*" && request.method == "OPTIONS")) {
    return refuse(400, "bad_request", "The request target must be a path.");
  }
  if (!reader->is_http_1_0 && headers.count("Host") != 1) {
    return refuse(400, "bad_request", "Exactly one Host header is required.");
  }
  if (const std::string* coding = headers.find("Transfer-Encoding")) {
    // Anything but plain "chunked" would leave the length to guesswork.
    if (reader->is_http_1_0 || to_lower(*coding) != "chunked") {
      return refuse(400, "bad_request", "Transfer-Encoding must be chunked.");
    }
  }
  if (reader->is_done()) {
    state = State::Done;
  } else {
    check_body_length();
  }
}

void HttpRequestParser::Impl::check_body_length() {
  HttpRequest& request = reader->request;
  reader->body_max = limits_.body_max(HttpHead{request.method, request.path, request.headers});
  const std::uint64_t announced = reader->content_length().value_or(0);
  if (announced > reader->body_max) {
    return refuse(413, "body_too_large", "The body is larger than the limit of this path.", reader->body_max);
  }
  // Memory follows what arrives, not what is announced.
  request.body.reserve(std::min<std::uint64_t>(announced, 64 * 1024));
  state = State::Body;
}

std::size_t HttpRequestParser::Impl::feed_body(std::string_view bytes) {
  std::size_t taken = 0;
  while (state == State::Body && taken < bytes.size()) {
    const std::size_t step = run(bytes.substr(taken));
    taken += step;
    if (state == State::Body && reader->is_done()) {
      state = State::Done;
    } else if (step == 0) {
      break;
    }
  }
  if (state == State::Body && bytes.size() - taken > limits_.headers_max) {
    refuse(431, "headers_too_large", "A chunk header or trailer is larger than the limit.",
           limits_.headers_max);
  }
  return taken;
}

HttpRequestParser::HttpRequestParser(Limits limits) : impl_(std::make_unique<Impl>(std::move(limits))) {}
HttpRequestParser::~HttpRequestParser() = default;
std::size_t HttpRequestParser::feed(std::string_view bytes) { return impl_->feed(bytes); }
HttpRequestParser::State HttpRequestParser::state() const { return impl_->state; }
const HttpProblem& HttpRequestParser::problem() const { return impl_->problem; }
const HttpRequest& HttpRequestParser::request() const { return impl_->reader->request; }
HttpRequest HttpRequestParser::take() { return std::move(impl_->reader->request); }
void HttpRequestParser::reset() { impl_->reset(); }
std::size_t HttpRequestParser::body_size() const { return impl_->reader->request.body.size(); }
bool HttpRequestParser::keep_alive() const { 
  return impl_->reader->is_header_done() && impl_->reader->keep_alive();
}
bool HttpRequestParser::expects_continue() const { return impl_->expects_continue; }
bool HttpRequestParser::is_http_1_0() const { return impl_->reader->is_http_1_0; }

}  // namespace scaiflow::net
