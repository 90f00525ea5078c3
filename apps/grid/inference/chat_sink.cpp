#include "apps/grid/inference/chat_sink.h"

#include "apps/grid/envelope.h"
#include "apps/grid/heartbeat.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"
#include "libs/net/sse.h"

namespace scaiflow::grid {

namespace {

constexpr char done_line[] = "data: [DONE]\n\n";

Json chunk_of(const std::string& id, const std::string& model, Json choices) {
  return Json::object({{"id", id},
                       {"object", "chat.completion.chunk"},
                       {"created", net::wall_ms() / 1000},
                       {"model", model},
                       {"choices", std::move(choices)}});
}

}  // namespace

void ChatSink::open() {
  if (stream_) return;
  net::Headers headers = net::sse_headers();
  for (const auto& [name, value] : headers_) headers.set(name, value);
  stream_ = responder_.begin_stream(200, std::move(headers));
  if (stream_) keep_alive(services_.timers, services_.pool, stream_);
  closed_ = !stream_;
}

void ChatSink::chunk(const Json& data) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  open();
  if (!closed_) closed_ = !stream_.write(net::sse_text({"", "", to_ecma_text(data)}));
}

void ChatSink::fail(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(closed_, true)) return;
  net::HttpResponse plain = openai_failure(error);
  if (!stream_) return void(responder_.send(std::move(plain)));
  const Json told = try_parse_json(plain.body).value_or(Json())["error"];
  const Json data = Json::object({{"code", told["code"]}, {"message", told["message"]}});
  stream_.write(net::sse_text({"", "error", to_ecma_text(data)}) + done_line);
  stream_.close();
}

void ChatSink::done() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  open();
  if (std::exchange(closed_, true)) return;
  stream_.write(done_line);
  stream_.close();
}

bool ChatSink::is_closed() {
  const std::lock_guard lock(mutex_);
  return closed_;
}

Json chat_chunk(const std::string& id, const std::string& model, Json delta, Json finish_reason) {
  return chunk_of(
      id, model,
      Json::array({Json::object(
          {{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish_reason)}})}));
}

Json usage_chunk(const std::string& id, const std::string& model, const Json& usage) {
  return chunk_of(id, model, Json::array()).set("usage", usage);
}

}  // namespace scaiflow::grid
