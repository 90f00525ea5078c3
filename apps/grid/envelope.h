#pragma once

#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/net/http_types.h"

namespace scaiflow::grid {

/// HTTP status of a code of 08 §8.3; 500 for one that is not in the table.
int status_of(std::string_view code);

Error make_error(std::string code, std::string message, Json details = {});
/// 422 `VALIDATION_ERROR` with one field: a dotted path such as `input.customer_id`.
Error invalid(const std::string& field, const std::string& message);

/// Success: {`status`, `data`, `meta`: {`request_id`}}.
net::HttpResponse ok(const std::string& request_id, const Json& data, int status = 200);
net::HttpResponse no_content();
/// Failure: {`status`: `error`, `error`: {`code`, `message`, `retry_after`?, `details`?}, `meta`}.
net::HttpResponse failure(const std::string& request_id, const Error& error);
/// Failure of the OpenAI layer (08 §8.15).
net::HttpResponse openai_failure(const Error& error);
net::HttpResponse json_response(int status, const Json& body);

/// `data` or the error of a Result.
template <class T>
net::HttpResponse respond(const std::string& request_id, const Result<T>& result, int status = 200) {
  return result ? ok(request_id, *result, status) : failure(request_id, result.error());
}

}  // namespace scaiflow::grid
