#pragma once

#include <string>

#include "libs/base/json.h"
#include "libs/base/result.h"
#include "libs/net/http_types.h"

/// JSON-RPC of the Model Context Protocol as its server needs it (08 §8.12).
namespace scaiflow::grid::mcp {

enum class Era : std::uint8_t { Initialized, Stateless };

/// A message that arrived well formed.
struct Message {
  Era era = Era::Initialized;
  Json id;  ///< null: a notification
  std::string method;
  Json params;
  std::string protocol_version;  ///< that the client speaks; empty before `initialize`
};

/// An error of the protocol and the HTTP status under which it is told.
struct Fault {
  int status = 200;
  int code = 0;
  std::string message;
  Json data;
};

tl::expected<Message, Fault> read(const net::HttpRequest& request, Json& id);

net::HttpResponse answer(const Json& id, Json result);
net::HttpResponse answer(const Json& id, const Fault& fault);
Json response(const Json& id, Json result);
/// The version that `initialize` agrees on.
std::string agreed_version(const Json& params);
Json supported_versions();

}  // namespace scaiflow::grid::mcp
