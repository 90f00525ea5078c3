#include "apps/core/host/models/model_caller.h"

#include <algorithm>

#include "apps/core/host/models/chat_wire.h"
#include "apps/core/host/models/modality_wire.h"
#include "generated/cpp/limits.h"
#include "libs/base/json_text.h"
#include "libs/net/clock.h"

namespace scaiflow::core {

namespace {

constexpr int tries_per_candidate = limits::provider_tries_max;
constexpr std::size_t answer_bytes_max = limits::model_answer_bytes_max;
constexpr std::int64_t waits_ms[] = {500, 2'000};
constexpr std::int64_t retry_after_max_ms = 30'000;
constexpr std::int64_t delta_every_ms = 50;

bool is_tried_again(const std::string& code) {
  return code == "unavailable" || code == "timeout" || code == "rate_limited";
}
/// 400 and context_length end the call; everything else goes on to the next candidate.
bool ends_call(const std::string& code) { return code == "bad_request" || code == "context_length"; }

std::string code_of(const Error& error) {
  namespace wire = net::client_error;
  if (error.code == wire::Timeout) return "timeout";
  if (error.code == "MODEL_NOT_FOUND" || error.code == "PROVIDER_NOT_FOUND") return "not_found";
  return error.code == wire::InvalidUrl ? "bad_request" : "unavailable";
}

}  // namespace

/// One model call: candidates in order, tries of each, one deadline over all. Lives as long as something
/// calls it back.
class ModelCaller::Attempts : public std::enable_shared_from_this<ModelCaller::Attempts> {
 public:
  Attempts(ModelCaller& caller, machine::CallModel request, ModelContext context, OnDelta on_delta, Done done)
      : caller_(caller),
        request_(std::move(request)),
        context_(std::move(context)),
        on_delta_(std::move(on_delta)),
        done_(std::move(done)),
        ends_at_ms_(net::steady_ms() + request_.deadline_ms) {}

  /// Fetches the files that the call sends, then asks the first candidate.
  void begin();
  void cancel();

 private:
  void next();
  void send(const ModelTarget& target);
  Cancel ask_chat(const ModelTarget& target, std::int64_t left_ms, Providers::Done done);
  void answered_other(const ModelTarget& target, std::int64_t began_ms, const ProviderAnswer& answer);
  void refuse(const std::string& code, const std::string& message);
  ChatUsage spend(const ModelTarget& target, std::int64_t duration_ms, const std::string& text,
                  const Json& body);
  void too_large(std::optional<machine::Usage> usage);
  void shapeless(const ModelTarget& target, std::int64_t began_ms);
  bool chats() const { return request_.operation == "chat" || request_.operation == "vision"; }
  void answered(const ModelTarget& target, std::int64_t began_ms, const Result<ProviderAnswer>& answer);
  void failed(const std::string& code, const std::string& message,
              std::optional<std::int64_t> retry_after_ms);
  void succeed(const ModelTarget& target, std::int64_t began_ms, Json result, const Json& body);
  void note(const ModelTarget& target, std::int64_t began_ms, const std::string& status,
            const std::string& error);
  void finish(machine::EventBody event);
  Result<ModelTarget> target_of(const machine::Candidate& candidate) const;
  Structured structured_of(const std::string& provider) const;
  Json meta(const ModelTarget& target, const std::string& finish) const;
  void delta(const std::string& text);

  ModelCaller& caller_;
  const machine::CallModel request_;
  const ModelContext context_;
  const OnDelta on_delta_;
  Done done_;
  const std::int64_t ends_at_ms_;
  Files files_;

  std::mutex mutex_;  ///< guards what follows: answers and cancels come on several threads
  bool over_ = false;
  Cancel running_;
  net::Timers::Id waiting_ = 0;
  std::size_t candidate_ = 0;
  int tries_ = 0;
  JsonArray attempts_;
  std::vector<UsageRecord> usage_;
  std::shared_ptr<ChatStream> stream_;
  std::string delta_text_;
  std::int64_t delta_at_ms_ = 0;
};

Cancel ModelCaller::call(const machine::CallModel& request, const ModelContext& context, OnDelta on_delta,
                         Done done) {
  auto attempts = std::make_shared<Attempts>(*this, request, context, std::move(on_delta), std::move(done));
  executor_.post([attempts] { attempts->begin(); });
  return [attempts] { attempts->cancel(); };
}

void ModelCaller::Attempts::cancel() {
  Cancel running;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    done_ = nullptr;
    running = std::move(running_);
    caller_.timers_.cancel(waiting_);
  }
  if (running) running();
}

Result<ModelTarget> ModelCaller::Attempts::target_of(const machine::Candidate& candidate) const {
  if (caller_.catalogue_) {
    Result<ModelTarget> found =
        caller_.catalogue_->resolve(context_.tenant_id, candidate.provider, candidate.model);
    if (found) return found;
  }
  return caller_.providers_.resolve(candidate.provider, candidate.model);
}

Structured ModelCaller::Attempts::structured_of(const std::string& provider) const {
  const auto settings = caller_.providers_.find(provider);
  return settings ? settings->structured : Structured::JsonSchema;
}

void ModelCaller::Attempts::next() {
  if (candidate_ >= request_.candidates.size()) return;
  if (caller_.accounting_ && !caller_.accounting_->may_spend(context_.tenant_id)) {
    machine::EffectFailed failed;
    failed.effect_id = request_.effect_id;
    failed.error =
        machine::make_error("BudgetExceededError", "tenant", "the budget of the tenant is used up");
    return finish(std::move(failed));
  }
  const machine::Candidate& candidate = request_.candidates[candidate_];
  Result<ModelTarget> target = target_of(candidate);
  if (!target) {
    tries_ = tries_per_candidate;
    note({candidate.provider, candidate.model}, net::steady_ms(), "failed", target.error().message);
    return failed("not_found", target.error().message, {});
  }
  send(*target);
}

void ModelCaller::Attempts::begin() {
  const std::set<std::string> ids = files_of(request_);
  if (ids.empty()) return next();
  std::size_t bytes = 0;
  const Result<void> loaded = caller_.database_.read([&](store::Connection& db) -> Result<void> {
    for (const std::string& id : ids) {
      auto file = Blob::load(db, context_.tenant_id, id);
      if (!file) return tl::unexpected(file.error());
      if (!*file) return fail("bad_request", "the stored file " + id + " is not there");
      bytes += (*file)->bytes.size();
      files_.emplace(id, std::move(**file));
    }
    return {};
  });
  if (!loaded)
    return refuse(store::is_fault(loaded.error()) ? "unavailable" : "bad_request", loaded.error().message);
  if (bytes > static_cast<std::size_t>(limits::model_files_bytes_max)) {
    return refuse("bad_request", "the files of the call have " + std::to_string(bytes) + " bytes; at most " +
                                     std::to_string(limits::model_files_bytes_max) + " are sent");
  }
  next();
}

/// Ends a call that no provider could answer.
void ModelCaller::Attempts::refuse(const std::string& code, const std::string& message) {
  machine::EffectFailed failed;
  failed.effect_id = request_.effect_id;
  failed.error = machine::make_error("ModelProviderError", code, message);
  failed.error.retryable = is_tried_again(code);
  failed.meta = Json::object({{"attempts", Json(attempts_)}});
  finish(std::move(failed));
}

void ModelCaller::Attempts::send(const ModelTarget& target) {
  const std::int64_t began_ms = net::steady_ms();
  auto self = shared_from_this();
  const auto done = [self, gate = caller_.gate_, target, began_ms](Result<ProviderAnswer> answer) {
    gate->pass([&] {
      self->caller_.executor_.post(
          [self, target, began_ms, answer = std::move(answer)] { self->answered(target, began_ms, answer); });
    });
  };
  const std::int64_t left_ms = std::max<std::int64_t>(ends_at_ms_ - net::steady_ms(), 1);
  Cancel running;
  if (chats()) {
    running = ask_chat(target, left_ms, done);
  } else {
    auto body = modality_request(request_, target.model, files_);
    if (!body) return refuse("bad_request", body.error());
    running = caller_.providers_.post(target.provider, std::move(*body), left_ms, done);
  }
  const std::lock_guard lock(mutex_);
  if (!over_) {
    running_ = std::move(running);
  } else if (running) {
    running();
  }
}

Cancel ModelCaller::Attempts::ask_chat(const ModelTarget& target, std::int64_t left_ms,
                                       Providers::Done done) {
  const bool streams = context_.stream && !request_.schema;
  stream_ = streams ? std::make_shared<ChatStream>() : nullptr;
  delta_text_.clear();
  Providers::OnData on_data;
  if (streams) {
    on_data = [self = shared_from_this(), gate = caller_.gate_, stream = stream_](std::string_view chunk) {
      gate->pass([&] { self->delta(stream->feed(chunk)); });
    };
  }
  Json body = chat_body(request_, target.model, structured_of(target.provider), streams);
  body.set("messages", with_image_bytes(body["messages"], files_));
  return caller_.providers_.post(target.provider, "chat/completions", body, left_ms, on_data,
                                 std::move(done));
}

/// Deltas go out at most once in 50 ms; the last ones come with the whole answer.
void ModelCaller::Attempts::delta(const std::string& text) {
  if (text.empty()) return;
  delta_text_ += text;
  const std::int64_t now = net::steady_ms();
  if (now - delta_at_ms_ < delta_every_ms) return;
  delta_at_ms_ = now;
  if (on_delta_) on_delta_(std::exchange(delta_text_, {}));
}

void ModelCaller::Attempts::answered(const ModelTarget& target, std::int64_t began_ms,
                                     const Result<ProviderAnswer>& answer) {
  if (!answer && answer.error().code == net::client_error::BodyTooLarge) {
    note(target, began_ms, "200", "too_large");
    return too_large({});
  }
  if (!answer) {
    const std::string code = code_of(answer.error());
    note(target, began_ms, "failed", code);
    if (answer.error().code == "MODEL_UNAVAILABLE")
      tries_ = tries_per_candidate;  // the circuit is open: no use waiting
    return failed(code, answer.error().message, {});
  }
  if (answer->status < 200 || answer->status >= 300) {
    const std::string code = error_code_of(*answer);
    note(target, began_ms, std::to_string(answer->status), code);
    if (!is_tried_again(code)) tries_ = tries_per_candidate;
    return failed(code, "provider '" + target.provider + "' answered " + std::to_string(answer->status),
                  answer->retry_after_ms);
  }
  if (!chats()) return answered_other(target, began_ms, *answer);
  const Json body = stream_ ? stream_->body() : answer->body;
  if (stream_ && on_delta_ && !delta_text_.empty()) on_delta_(std::exchange(delta_text_, {}));
  std::optional<Json> result = chat_result(body, structured_of(target.provider));
  if (!result) return shapeless(target, began_ms);
  if (const std::string text = result->string_or("text", ""); text.size() > answer_bytes_max) {
    note(target, began_ms, "200", "too_large");
    return too_large(spend(target, net::steady_ms() - began_ms, text, body).usage);
  }
  succeed(target, began_ms, std::move(*result), body);
}

/// A bad answer: no other candidate is asked (07 §9.1). What it cost is known when it came whole.
void ModelCaller::Attempts::too_large(std::optional<machine::Usage> usage) {
  machine::EffectFailed event;
  event.effect_id = request_.effect_id;
  event.usage = usage;
  event.error =
      machine::make_error("OutputParseError", "parse_error",
                          "the answer is larger than " + std::to_string(answer_bytes_max) + " bytes");
  event.error.retryable = true;
  event.meta = Json::object({{"attempts", Json(attempts_)}});
  finish(std::move(event));
}

/// Files of an answer are stored before anybody sees their references.
void ModelCaller::Attempts::answered_other(const ModelTarget& target, std::int64_t began_ms,
                                           const ProviderAnswer& answer) {
  auto result = modality_result(request_.operation, context_.tenant_id, answer);
  if (!result) return shapeless(target, began_ms);
  auto self = shared_from_this();
  const auto stored = [self, gate = caller_.gate_, target, began_ms, value = result->value,
                       body = answer.body](const Result<void>& done) {
    gate->pass([&] {
      self->caller_.executor_.post([self, target, began_ms, value, body, is_stored = done.has_value()] {
        if (!is_stored) return self->failed("unavailable", "the answer cannot be stored", {});
        self->succeed(target, began_ms, Json::object({{"value", value}}), body);
      });
    });
  };
  if (result->files.empty()) return stored({});
  caller_.database_.write(
      [files = std::move(result->files)](store::Connection& db) -> Result<void> {
        for (const Blob& file : files) {
          if (Result<void> done = file.store(db); !done) return done;
        }
        return {};
      },
      stored);
}

void ModelCaller::Attempts::shapeless(const ModelTarget& target, std::int64_t began_ms) {
  note(target, began_ms, "200", "shape");
  failed("unavailable", "provider '" + target.provider + "' answered in an unknown shape", {});
}

void ModelCaller::Attempts::note(const ModelTarget& target, std::int64_t began_ms, const std::string& status,
                                 const std::string& error) {
  attempts_.push_back(Json::object({{"provider", target.provider},
                                    {"model", target.model},
                                    {"status", status},
                                    {"duration_ms", net::steady_ms() - began_ms},
                                    {"error", error.empty() ? Json() : Json(error)}}));
}

/// The same candidate again after a pause, else the next one, else the error (07 §9.1).
void ModelCaller::Attempts::failed(const std::string& code, const std::string& message,
                                   std::optional<std::int64_t> retry_after_ms) {
  ++tries_;
  auto self = shared_from_this();
  if (tries_ < tries_per_candidate && is_tried_again(code)) {
    std::int64_t pause = waits_ms[std::min<std::size_t>(static_cast<std::size_t>(tries_ - 1), 1)];
    if (retry_after_ms) pause = std::min(*retry_after_ms, retry_after_max_ms);
    if (net::steady_ms() + pause < ends_at_ms_) {
      const std::lock_guard lock(mutex_);
      if (!over_) waiting_ = caller_.timers_.after(pause, caller_.executor_, [self] { self->next(); });
      return;
    }
  }
  const bool late = net::steady_ms() >= ends_at_ms_;
  if (!ends_call(code) && !late && candidate_ + 1 < request_.candidates.size()) {
    ++candidate_;
    tries_ = 0;
    return next();
  }
  machine::EffectFailed event;
  event.effect_id = request_.effect_id;
  event.error = machine::make_error("ModelProviderError", late ? "timeout" : code, message);
  event.error.retryable = is_tried_again(code);
  event.meta = Json::object({{"attempts", Json(attempts_)}});
  finish(std::move(event));
}

Json ModelCaller::Attempts::meta(const ModelTarget& target, const std::string& finish) const {
  return Json::object({{"attempts", Json(attempts_)},
                       {"provider", target.provider},
                       {"model", target.model},
                       {"finish", finish}});
}

/// Counts what an answer cost.
ChatUsage ModelCaller::Attempts::spend(const ModelTarget& target, std::int64_t duration_ms,
                                       const std::string& text, const Json& body) {
  ChatUsage spent = usage_of(body, request_.messages, text);
  spent.usage.cost_micros = cost_of(spent.usage, target);
  UsageRecord row;
  row.tenant_id = context_.tenant_id;
  row.principal_id = context_.principal_id;
  row.core_id = context_.core_id;
  row.execution_id = context_.execution_id;
  row.block_id = context_.block_id;
  row.provider = target.provider;
  row.model = target.model;
  row.operation = request_.operation;
  row.status = "ok";
  row.tokens_in = spent.usage.input_tokens;
  row.tokens_out = spent.usage.output_tokens;
  row.tokens_cached = spent.usage.cached_tokens;
  row.cost_micros = spent.usage.cost_micros;
  row.duration_ms = duration_ms;
  row.at_ms = net::wall_ms();
  usage_.push_back(std::move(row));
  return spent;
}

void ModelCaller::Attempts::succeed(const ModelTarget& target, std::int64_t began_ms, Json result,
                                    const Json& body) {
  note(target, began_ms, "200", "");
  const std::int64_t duration_ms = net::steady_ms() - began_ms;
  const ChatUsage spent = spend(target, duration_ms, result.string_or("text", ""), body);
  machine::EffectSucceeded event;
  event.effect_id = request_.effect_id;
  event.usage = spent.usage;
  event.meta = meta(target, result.string_or("finish", "stop"));
  event.meta.set("duration_ms", duration_ms);
  if (spent.estimated) event.meta.set("estimated", true);
  event.result = std::move(result);
  finish(std::move(event));
}

void ModelCaller::Attempts::finish(machine::EventBody event) {
  Done done;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(over_, true)) return;
    done = std::exchange(done_, nullptr);
    running_ = nullptr;
  }
  if (done) done({std::move(event), std::move(usage_)});
}

}  // namespace scaiflow::core
