#pragma once

#include <mutex>
#include <string>

#include "apps/grid/grid.h"
#include "libs/base/json.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// A streamed chat answer (08 §8.12), begun with its first chunk: until then a failure is a plain answer.
/// Thread safe.
class ChatSink {
 public:
  ChatSink(Services& services, net::Responder responder, net::Headers headers)
      : services_(services), responder_(std::move(responder)), headers_(std::move(headers)) {}

  void chunk(const Json& data);
  /// In the words of the OpenAI layer, or as an event when the stream has begun.
  void fail(const Error& error);
  void done();
  /// The client went away, or was answered.
  bool is_closed();

 private:
  void open();

  Services& services_;
  net::Responder responder_;
  net::Headers headers_;
  std::mutex mutex_;
  net::StreamHandle stream_;
  bool closed_ = false;
};

/// `chat.completion.chunk` with one delta.
Json chat_chunk(const std::string& id, const std::string& model, Json delta, Json finish_reason);
Json usage_chunk(const std::string& id, const std::string& model, const Json& usage);

}  // namespace scaiflow::grid
