#include "libs/net/http_connection.h"

#include <algorithm>

namespace scaiflow::net::server {

// Loop

void Loop::start() {
  thread_ = std::thread([this] {
    tick();
    io.run();
  });
}

void Loop::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
  connections_.clear();
}

void Loop::tick() {
  now_ms_ = steady_ms();
  if (const std::int64_t second = wall_ms() / 1000; second != date_second_) {
    date_second_ = second;
    date_ = http_date(second * 1000);
  }
  each_connection([](Connection& connection) { connection.check_deadline(); });
  timer_.expires_after(std::chrono::milliseconds(tick_ms_));
  timer_.async_wait([this](error_code error) {
    if (!error) {
      tick();
    }
  });
}

// ServerStream

bool ServerStream::write(std::string chunk) {
  bool overflow = false;
  {
    std::lock_guard lock(mutex_);
    if (closed_ || ending_) {
      return false;
    }
    if (chunk.empty()) {
      return true;
    }
    overflow = buffered_ > 0 && buffered_ + chunk.size() > buffer_max_;
    if (overflow) {
      closed_ = true;
    } else {
      buffered_ += chunk.size();
      pending_ += chunk;
      if (scheduled_) {
        return true;
      }
      scheduled_ = true;
    }
  }
  wake(overflow ? &Connection::close : &Connection::flush_stream);
  return !overflow;
}

void ServerStream::close() {
  {
    std::lock_guard lock(mutex_);
    if (closed_ || ending_) {
      return;
    }
    ending_ = true;
    scheduled_ = true;
  }
  wake(&Connection::flush_stream);
}

void ServerStream::wake(void (Connection::*step)()) {
  loop_->run([connection = connection_, step] {
    if (const auto alive = connection.lock()) {
      ((*alive).*step)();
    }
  });
}

void ServerStream::on_close(std::function<void()> callback) {
  {
    std::lock_guard lock(mutex_);
    if (!finished_) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

bool ServerStream::take(std::string& out) {
  std::lock_guard lock(mutex_);
  out.swap(pending_);
  pending_.clear();
  scheduled_ = false;
  return ending_;
}

bool ServerStream::sent(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  buffered_ -= bytes;
  return !pending_.empty() || ending_;
}

void ServerStream::finish() {
  std::vector<std::function<void()>> callbacks;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    finished_ = true;
    callbacks.swap(callbacks_);
  }
  for (const auto& callback : callbacks) {
    callback();
  }
}

// Connection: life

Connection::Connection(std::shared_ptr<Server> server, Loop& loop, tcp::socket socket)
    : server_(std::move(server)), loop_(loop), socket_(std::move(socket)),
      parser_({server_->options.request_line_max, server_->options.headers_max, server_->options.body_max}) {
  error_code ignored;
  const tcp::endpoint peer = socket_.remote_endpoint(ignored);
  remote_address_ = peer.address().to_string();
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

void Connection::start() {
  loop_.add(shared_from_this());
  deadline_ms_ = loop_.deadline(server_->options.header_timeout_ms);
  if (server_->stopping) {
    close();
  } else {
    read();
  }
}

void Connection::close() {
  if (phase_ == Phase::Closed) {
    return;
  }
  phase_ = Phase::Closed;
  const auto self = shared_from_this();
  error_code ignored;
  socket_.close(ignored);
  loop_.remove(self);
  if (const auto stream = std::move(stream_)) {
    stream->finish();
  }
}

/// The server stops: idle connections close, answers on their way are the last ones, streams end.
void Connection::drain() {
  keep_alive_ = false;
  if (phase_ == Phase::Idle) {
    close();
  } else if (stream_) {
    stream_->close();
  }
}

void Connection::check_deadline() {
  const HttpServerOptions& options = server_->options;
  bool expired = deadline_ms_ != never && loop_.now() >= deadline_ms_;
  if (phase_ == Phase::Body && !expired) {
    const std::int64_t elapsed_ms = loop_.now() - body_since_ms_;
    const auto received = static_cast<std::int64_t>(parser_.body_size());
    expired = elapsed_ms > options.body_rate_grace_ms && received * 1000 < options.body_rate_min * elapsed_ms;
  }
  if (!expired) {
    return;
  }
  if (phase_ == Phase::Head || phase_ == Phase::Body) {
    refuse({408, "request_timeout", "The request did not arrive in time.", 0, parser_.request().path, {}});
  } else {
    close();
  }
}

// Connection: reading

void Connection::read() {
  if (reading_ || !is_reading_phase()) {
    return;
  }
  if (in_begin_ == in_end_) {
    in_begin_ = in_end_ = 0;
  }
  if (in_.size() - in_end_ < read_size_min) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(in_end_), in_.begin());
    in_end_ -= in_begin_;
    in_begin_ = 0;
    const std::size_t wanted = phase_ == Phase::Body ? read_size_max : std::max(in_.size(), 2 * in_end_);
    in_.resize(std::max(in_end_ + read_size_min, wanted));
  }
  reading_ = true;
  socket_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                            self->on_read(error, bytes);
                          });
}

void Connection::on_read(error_code error, std::size_t bytes) {
  reading_ = false;
  if (phase_ == Phase::Closed) {
    return;
  }
  if (error) {
    close();
    return;
  }
  if (phase_ == Phase::Lingering) {
    lingered_ += bytes;
    linger_read();
    return;
  }
  in_end_ += bytes;
  process();
}

/// Handles what is buffered, one request after another; a loop, because a handler may answer at once.
void Connection::process() {
  if (processing_) {
    return;
  }
  processing_ = true;
  while (is_reading_phase() && in_begin_ < in_end_ && advance()) {
  }
  processing_ = false;
  read();
}

/// One step of the parser; false when it needs more bytes.
bool Connection::advance() {
  in_begin_ += parser_.feed({in_.data() + in_begin_, in_end_ - in_begin_});
  switch (parser_.state()) {
    case HttpRequestParser::State::Head:
      if (phase_ == Phase::Idle && in_begin_ < in_end_) {
        phase_ = Phase::Head;
        deadline_ms_ = loop_.deadline(server_->options.header_timeout_ms);
      }
      return false;
    case HttpRequestParser::State::Body:
      enter_body();
      return false;
    case HttpRequestParser::State::Done:
      dispatch();
      return true;
    case HttpRequestParser::State::Failed:
      refuse(parser_.problem());
      return false;
  }
  return false;
}

void Connection::enter_body() {
  if (phase_ == Phase::Body) {
    return;
  }
  phase_ = Phase::Body;
  deadline_ms_ = loop_.deadline(server_->options.body_timeout_ms);
  body_since_ms_ = loop_.now();
  if (parser_.expects_continue() && in_begin_ == in_end_) {
    error_code ignored;  // the send buffer of a connection that waits for us is empty
    socket_.write_some(asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), ignored);
  }
}

void Connection::begin_exchange() {
  const HttpRequest& request = parser_.request();
  phase_ = Phase::Working;
  deadline_ms_ = never;
  is_head_request_ = request.method == "HEAD";
  is_http_1_0_ = parser_.is_http_1_0();
  keep_alive_ = parser_.keep_alive() && !server_->stopping;
  const std::string_view given = request.headers.get("X-Request-Id");
  request_id_ = is_request_id(given) ? std::string(given) : new_id("req_");
}

void Connection::dispatch() {
  begin_exchange();
  HttpRequest request = parser_.take();
  request.remote_address = remote_address_;
  request.request_id = request_id_;
  parser_.reset();
  Responder responder(std::make_shared<Exchange>(loop_.shared_from_this(), weak_from_this(),
                                                 server_->options.stream_buffer_max));
  try {
    server_->handler(std::move(request), std::move(responder));
  } catch (const std::exception& exception) {
    // The responder went away with the handler's stack, so that 500 is on its way.
    if (server_->options.handler_failed) {
      server_->options.handler_failed(request_id_, exception.what());
    }
  }
}

/// Answers what never becomes a request, and closes.
void Connection::refuse(HttpProblem problem) {
  begin_exchange();
  keep_alive_ = false;
  problem.request_id = request_id_;
  answer(server_->options.problem(problem));
}

// Connection: answering

HeadContext Connection::head_context(int status) const {
  HeadContext context;
  context.framing = status == 204 || status == 304 ? Framing::None : Framing::Length;
  context.keep_alive = keep_alive_ && !server_->stopping;  // a stop may not have reached this loop yet
  context.is_http_1_0 = is_http_1_0_;
  context.date = loop_.date();
  context.request_id = request_id_;
  return context;
}

void Connection::answer(HttpResponse response) {
  if (phase_ != Phase::Working) {
    return;
  }
  phase_ = Phase::Sending;
  HeadContext context = head_context(response.status);
  context.body_size = response.body.size();
  out_.clear();
  append_head(out_, response.status, response.headers, context);
  if (!is_head_request_ && context.framing == Framing::Length) {
    if (response.body.size() <= joined_body_max) {
      out_ += response.body;
    } else {
      out_body_ = std::move(response.body);
    }
  }
  write();
}

void Connection::answer_unanswered() {
  answer(server_->options.problem(
      {500, "internal_error", "The request was not answered.", 0, {}, request_id_}));
}

/// False when the connection is past the point of answering.
bool Connection::open_stream(int status, const Headers& headers, std::shared_ptr<ServerStream> stream) {
  if (phase_ != Phase::Working) {
    return false;
  }
  phase_ = Phase::Streaming;
  HeadContext context = head_context(status);
  context.framing = is_http_1_0_ ? Framing::ToClose : Framing::Chunked;
  keep_alive_ = context.keep_alive = context.keep_alive && !is_http_1_0_;
  out_.clear();
  append_head(out_, status, headers, context);
  if (is_head_request_) {
    phase_ = Phase::Sending;
    stream->finish();
  } else {
    stream_ = std::move(stream);
    watch_peer();
  }
  write();
  return true;
}

void Connection::flush_stream() {
  if (phase_ != Phase::Streaming || writing_ || !stream_) {
    return;
  }
  std::string chunk;
  stream_ends_ = stream_->take(chunk);
  stream_bytes_ = chunk.size();
  out_.clear();
  if (is_http_1_0_) {
    out_ = std::move(chunk);
  } else {
    append_chunk(out_, chunk);
    out_ += stream_ends_ ? "0\r\n\r\n" : "";
  }
  if (!out_.empty() || stream_ends_) {
    write();
  }
}

/// Sends `out_` and `out_body_`: as much as goes at once, the rest when the socket takes more.
void Connection::write() {
  writing_ = true;
  out_sent_ = 0;
  continue_write();
}

void Connection::continue_write() {
  while (out_sent_ < out_.size() + out_body_.size()) {
    error_code error;
    const std::size_t bytes = socket_.write_some(unsent(), error);
    out_sent_ += bytes;
    if (error == asio::error::would_block) {
      wait_writable();
      return;
    }
    if (error) {
      close();
      return;
    }
  }
  writing_ = false;
  deadline_ms_ = never;
  after_write();
}

std::array<asio::const_buffer, 2> Connection::unsent() const {
  const std::size_t head = std::min(out_sent_, out_.size());
  return {asio::buffer(out_) + head, asio::buffer(out_body_) + (out_sent_ - head)};
}

void Connection::wait_writable() {
  deadline_ms_ = loop_.deadline(server_->options.write_timeout_ms);
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code error) {
    if (self->phase_ == Phase::Closed) {
      return;
    }
    if (error) {
      self->close();
    } else {
      self->continue_write();
    }
  });
}

void Connection::after_write() {
  out_body_ = {};
  if (phase_ == Phase::Sending) {
    finish_response();
    return;
  }
  const bool has_more = stream_->sent(std::exchange(stream_bytes_, 0));
  if (std::exchange(stream_ends_, false)) {
    const auto stream = std::move(stream_);
    finish_response();
    stream->finish();
  } else if (has_more) {  // posted, not called: a fast writer would nest the calls without end
    asio::post(loop_.io, [self = shared_from_this()] { self->flush_stream(); });
  }
}

void Connection::finish_response() {
  if (out_.capacity() > read_size_max) {
    out_ = {};
  }
  if (in_begin_ == in_end_ && in_.size() > idle_buffer_max) {
    in_ = {};
    in_begin_ = in_end_ = 0;
  }
  if (!keep_alive_ || server_->stopping) {
    linger();
    return;
  }
  phase_ = Phase::Idle;
  deadline_ms_ = loop_.deadline(server_->options.keep_alive_ms);
  process();
}

// Connection: the peer

/// Closes in good order: says that no more will come, then drops what the client still sends, because closing
/// with unread bytes would reset the connection and could destroy the answer on its way.
void Connection::linger() {
  phase_ = Phase::Lingering;
  deadline_ms_ = loop_.deadline(linger_ms);
  error_code error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  if (error) {
    close();
  } else {
    linger_read();
  }
}

void Connection::linger_read() {
  if (reading_) {
    return;
  }
  if (lingered_ > linger_bytes_max) {
    close();
    return;
  }
  in_.resize(std::max(in_.size(), read_size_min));
  reading_ = true;
  socket_.async_read_some(asio::buffer(in_),
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                            self->on_read(error, bytes);
                          });
}

/// Notices that the client of a stream has gone although nothing is being sent to it.
void Connection::watch_peer() {
  if (watching_) {
    return;
  }
  watching_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
    self->watching_ = false;
    if (error || self->phase_ != Phase::Streaming) {
      return;
    }
    char byte = 0;
    error_code gone;
    self->socket_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, gone);
    if (gone && gone != asio::error::would_block) {
      self->close();
    }
  });
}

}  // namespace scaiflow::net::server
