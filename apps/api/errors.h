#pragma once

#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::api {

/// Codes of 09 §1.3 that this API raises itself.
namespace code {
inline constexpr char BadRequest[] = "bad_request";
inline constexpr char NotFound[] = "not_found";
inline constexpr char ValidationError[] = "validation_error";
inline constexpr char VersionMismatch[] = "version_mismatch";
inline constexpr char Overloaded[] = "overloaded";
}  // namespace code

/// HTTP status of an error code; 500 for one that is not in the table (our bug: its message stays inside).
int status_of(std::string_view code);

/// `{"detail": {"error", "message", …details}}` with the status of the code (09 §1.3).
net::HttpResponse error_response(const Error& error);

/// An error with further members of `detail`.
Error make_error(std::string code, std::string message, Json details = {});
tl::unexpected<Error> fail_with(std::string code, std::string message, Json details = {});

/// 422 with one problem at a JSON pointer.
tl::unexpected<Error> invalid(std::string pointer, std::string message);

/// `application/json` with the body's ECMAScript text.
net::HttpResponse json_response(int status, const Json& body);

/// The `data` of a Result as 200, or its error.
template <class T>
net::HttpResponse respond(const Result<T>& result, int status = 200) {
  return result ? json_response(status, *result) : error_response(result.error());
}

}  // namespace scaiflow::api
