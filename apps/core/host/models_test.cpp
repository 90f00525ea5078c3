#include <deque>

#include "apps/core/host/models/chat_wire.h"
#include "apps/core/host/models/model_caller.h"
#include "apps/core/host/test_world.h"
#include "libs/net/http_server.h"

namespace scaiflow::core {
namespace {

/// A provider that answers from a script and keeps what it was asked.
class ScriptedProvider {
 public:
  ScriptedProvider() {
    server_ = *net::HttpServer::start({}, [this](net::HttpRequest request, const net::Responder& responder) {
      const std::lock_guard lock(mutex_);
      asked_.push_back(std::move(request));
      net::HttpResponse answer{500, {}, "{}"};
      if (!answers_.empty()) {
        answer = answers_.front();
        answers_.pop_front();
      }
      responder.send(answer);
    });
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/v1"; }
  void answer(int status, const std::string& body, net::Headers headers = {}) {
    const std::lock_guard lock(mutex_);
    headers.set("Content-Type", "application/json");
    answers_.push_back({status, std::move(headers), body});
  }
  void answer_text(const std::string& text, const std::string& finish = "stop") {
    const Json message = Json::object({{"role", "assistant"}, {"content", text}});
    const Json choice = Json::object({{"index", 0}, {"message", message}, {"finish_reason", finish}});
    const Json usage = Json::object({{"prompt_tokens", 11}, {"completion_tokens", 7}});
    answer(200, to_text(Json::object({{"choices", Json::array({choice})}, {"usage", usage}})));
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return asked_.size();
  }
  net::HttpRequest asked(std::size_t n) {
    const std::lock_guard lock(mutex_);
    return asked_.at(n);
  }
  Json body(std::size_t n) { return try_parse_json(asked(n).body).value_or(Json()); }

 private:
  std::mutex mutex_;
  std::deque<net::HttpResponse> answers_;
  std::vector<net::HttpRequest> asked_;
  std::unique_ptr<net::HttpServer> server_;
};

/// Providers `a` and `b` in front of one script each, and a caller over them.
class Models : public testing::Test {
 protected:
  Models() {
    Json settings = Json::object();
    settings.set("a", provider(first_, "json_schema"));
    settings.set("b", provider(second_, "prompt"));
    providers_ = std::make_unique<Providers>(http_, settings);
    caller_ = std::make_unique<ModelCaller>(*providers_, nullptr, pool_, timers_, std::make_shared<Gate>());
  }
  ~Models() override {
    timers_.stop();
    pool_.stop();
    providers_->stop();
    http_.stop();
  }

  static Json provider(const ScriptedProvider& script, const std::string& structured) {
    return Json::object({{"base_url", script.url()},
                         {"api_key", "key-" + structured},
                         {"structured", structured},
                         {"models", Json::array({"m1"})}});
  }

  static machine::CallModel request() {
    machine::CallModel out;
    out.effect_id = out.key = "exec_1:a:1";
    out.candidates = {{"a", "m1"}, {"b", "m2"}};
    out.messages = Json::array({Json::object({{"role", "system"}, {"content", "Be good."}}),
                                Json::object({{"role", "user"}, {"content", "Hi"}})});
    out.params = Json::object({{"temperature", 0.5}});
    out.deadline_ms = 10'000;
    return out;
  }

  ModelOutcome call(const machine::CallModel& request) {
    std::promise<ModelOutcome> promise;
    caller_->call(request, {"acme", "core_1", "exec_1", "a", "user_1", false}, {},
                  [&](ModelOutcome outcome) { promise.set_value(std::move(outcome)); });
    return promise.get_future().get();
  }

  static const machine::EffectSucceeded& succeeded(const ModelOutcome& outcome) {
    return std::get<machine::EffectSucceeded>(outcome.event);
  }
  static const machine::ErrorValue& failed(const ModelOutcome& outcome) {
    return std::get<machine::EffectFailed>(outcome.event).error;
  }

  ScriptedProvider first_, second_;
  net::HttpClient http_;
  net::Pool pool_{2};
  net::Timers timers_;
  std::unique_ptr<Providers> providers_;
  std::unique_ptr<ModelCaller> caller_;
};

const net::Headers at_once{{"Retry-After", "0"}};

TEST_F(Models, AnswersWithTextAndUsage) {
  first_.answer_text("hello");
  const ModelOutcome outcome = call(request());
  const machine::EffectSucceeded& event = succeeded(outcome);
  EXPECT_EQ(event.result["text"], Json("hello"));
  EXPECT_EQ(event.usage->input_tokens, 11);
  EXPECT_EQ(event.usage->output_tokens, 7);
  EXPECT_EQ(event.meta["provider"], Json("a"));
  EXPECT_EQ(event.meta["attempts"].size(), 1u);
  ASSERT_EQ(outcome.usage.size(), 1u);
  EXPECT_EQ(outcome.usage[0].tokens_in, 11);
  const net::HttpRequest asked = first_.asked(0);
  EXPECT_EQ(asked.path, "/v1/chat/completions");
  EXPECT_EQ(asked.headers.get("authorization"), "Bearer key-json_schema");
  EXPECT_EQ(first_.body(0)["model"], Json("m1"));
  EXPECT_EQ(first_.body(0)["temperature"], Json(0.5));
}

TEST_F(Models, SendsTheSchemaAsTheProviderWantsIt) {
  machine::CallModel structured = request();
  structured.schema = Json::object({{"type", "object"}});
  structured.schema_name = "node_a";
  structured.strict = true;
  first_.answer_text("{}");
  EXPECT_EQ(succeeded(call(structured)).result["structured"], Json("json_schema"));
  const Json format = first_.body(0)["response_format"];
  EXPECT_EQ(
      to_text(format),
      R"({"type":"json_schema","json_schema":{"name":"node_a","strict":true,"schema":{"type":"object"}}})");

  structured.candidates = {{"b", "m2"}};
  second_.answer_text("{}");
  EXPECT_EQ(succeeded(call(structured)).result["structured"], Json("prompt"));
  EXPECT_FALSE(second_.body(0).contains("response_format"));
  EXPECT_EQ(second_.body(0)["messages"].at(0)["content"],
            Json("Be good.\n\nAnswer with one JSON value that conforms to this JSON Schema, and nothing "
                 "else:\n{\"type\":\"object\"}"));
}

TEST_F(Models, TriesACandidateThreeTimesThenTheNext) {
  for (int i = 0; i < 3; ++i) first_.answer(503, "{}", at_once);
  second_.answer_text("from b");
  const ModelOutcome outcome = call(request());
  EXPECT_EQ(succeeded(outcome).result["text"], Json("from b"));
  EXPECT_EQ(first_.count(), 3u);
  EXPECT_EQ(succeeded(outcome).meta["attempts"].size(), 4u);
  EXPECT_EQ(succeeded(outcome).meta["attempts"].at(0)["status"], Json("503"));
}

TEST_F(Models, MovesOnAtOnceWhenTheKeyIsRefused) {
  first_.answer(401, R"({"error":{"message":"no"}})");
  second_.answer_text("from b");
  EXPECT_EQ(succeeded(call(request())).meta["provider"], Json("b"));
  EXPECT_EQ(first_.count(), 1u);
}

TEST_F(Models, ABadRequestEndsTheCall) {
  first_.answer(400, R"({"error":{"message":"bad","code":"context_length_exceeded"}})");
  const ModelOutcome outcome = call(request());
  EXPECT_EQ(failed(outcome).type, "ModelProviderError");
  EXPECT_EQ(failed(outcome).code, "context_length");
  EXPECT_FALSE(failed(outcome).retryable);
  EXPECT_EQ(second_.count(), 0u);
}

TEST_F(Models, TheLastErrorIsTheOutcome) {
  for (int i = 0; i < 3; ++i) first_.answer(429, "{}", at_once);
  for (int i = 0; i < 3; ++i) second_.answer(429, "{}", at_once);
  const ModelOutcome outcome = call(request());
  EXPECT_EQ(failed(outcome).code, "rate_limited");
  EXPECT_TRUE(failed(outcome).retryable);
  EXPECT_EQ(std::get<machine::EffectFailed>(outcome.event).meta["attempts"].size(), 6u);
}

TEST_F(Models, AnUnhealthyProviderIsPassedOver) {
  for (int i = 0; i < 3; ++i) first_.answer(500, "{}", at_once);
  second_.answer_text("one");
  second_.answer_text("two");
  call(request());
  const std::size_t before = first_.count();
  EXPECT_EQ(succeeded(call(request())).result["text"], Json("two"));
  EXPECT_EQ(first_.count(), before);
  EXPECT_EQ(providers_->list().front().health, "unhealthy");
}

TEST_F(Models, ResolvesSlugsAndReferences) {
  EXPECT_EQ(providers_->resolve("scaigrid", "m1")->provider, "a");
  EXPECT_EQ(providers_->resolve("scaigrid", "b/whatever/x")->model, "whatever/x");
  EXPECT_EQ(providers_->resolve("b", "m9")->provider, "b");
  EXPECT_EQ(providers_->resolve("scaigrid", "nobody/m").error().code, "MODEL_NOT_FOUND");
  EXPECT_EQ(providers_->resolve("nobody", "m").error().code, "PROVIDER_NOT_FOUND");
}

TEST_F(Models, NoOtherModalityThanTextAndVectorsIsServed) {
  machine::CallModel vectors = request();
  vectors.operation = "embedding";
  vectors.messages = Json::object({{"input", Json::object({{"text", "hi"}})}});
  vectors.params = Json::object({{"dimensions", 2}});
  first_.answer(200, R"({"data":[{"embedding":[1,2]}],"usage":{"prompt_tokens":3}})");
  EXPECT_EQ(to_text(succeeded(call(vectors)).result["value"]), "[1,2]");
  EXPECT_EQ(first_.body(0)["input"], Json("hi"));
  EXPECT_EQ(first_.asked(0).path, "/v1/embeddings");
  vectors.operation = "tts";
  EXPECT_EQ(failed(call(vectors)).code, "unsupported_modality");
}

TEST(ChatStream, GathersChunksIntoOneAnswer) {
  ChatStream stream;
  EXPECT_EQ(stream.feed("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\ndata: {\"choi"), "");
  EXPECT_EQ(stream.feed("ces\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"), "Hel");
  EXPECT_EQ(
      stream.feed(
          "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"length\"}]}\r\n\r\n"),
      "lo");
  EXPECT_EQ(
      stream.feed("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\ndata: "
                  "[DONE]\n\n"),
      "");
  const Json body = stream.body();
  EXPECT_EQ(body["choices"].at(0)["message"]["content"], Json("Hello"));
  EXPECT_EQ(body["choices"].at(0)["finish_reason"], Json("length"));
  EXPECT_EQ(body["usage"]["completion_tokens"], Json(2));
}

TEST(ChatWire, CostIsRoundedHalfUp) {
  machine::Usage usage;
  usage.input_tokens = 1;
  ModelTarget target;
  target.input_price_micros = 500'000;
  EXPECT_EQ(cost_of(usage, target), 1);
  target.input_price_micros = 499'999;
  EXPECT_EQ(cost_of(usage, target), 0);
}

TEST(Engine, AFlowAsksAModelAndItsUsageIsKept) {
  ScriptedProvider script;
  World world;
  EngineSettings settings;
  settings.providers =
      Json::object({{"mine", Json::object({{"base_url", script.url()}, {"models", Json::array({"m"})}})}});
  world.restart(settings);
  const std::string core =
      world.deploy("ai", R"J([
    {"kind":"flexible","id":"ask","result_binding":"got","source_location":{"node_id":"n"},
     "goal":"Count {{what}}",
     "llm_role":"primary","output_type":"{n: int}"},
    {"kind":"rigid","id":"done","source_location":{},
     "statements":[{"kind":"return","value":"{{got.n}}"}]}])J",
                   R"({"models":[{"role":"primary","provider":"scaigrid","model":"mine/m"}]})");
  script.answer_text("{\"n\": 3}");
  const Json result = world.run(core, Json::object({{"what", "stars"}}));
  EXPECT_EQ(result["output"], Json(3));
  EXPECT_EQ(result["usage"]["input_tokens"], Json(11));
  EXPECT_EQ(world.number("SELECT tokens_out FROM grid_usage"), 7);
  EXPECT_EQ(script.body(0)["messages"].at(0)["content"], Json("Count stars"));
}

TEST(Engine, AWatcherReadsTheModelsWordsAsTheyCome) {
  ScriptedProvider script;
  World world;
  EngineSettings settings;
  settings.providers =
      Json::object({{"mine", Json::object({{"base_url", script.url()}, {"models", Json::array({"m"})}})}});
  world.restart(settings);
  const std::string core = world.deploy("ai", R"J([
    {"kind":"checkpoint","id":"wait","source_location":{},"options":["go"]},
    {"kind":"flexible","id":"ask","source_location":{"node_id":"n"},"goal":"Talk","llm_role":"primary"}])J",
                                        R"({"models":[{"role":"primary","provider":"mine","model":"m"}]})");
  const Json asked = world.run(core, Json::object());
  script.answer(
      200,
      "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\ndata: "
      "[DONE]\n\n");
  std::mutex mutex;
  std::string heard;
  std::promise<void> ended;
  auto watch =
      world.engine().watch("acme", asked.string_or("execution_id", ""), [&](const StreamEntry& entry) {
        const std::lock_guard lock(mutex);
        if (entry.type == "model.delta") heard += entry.data.string_or("text", "");
        if (entry.kind == StreamEntry::Kind::End) ended.set_value();
      });
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "go").has_value());
  ASSERT_EQ(ended.get_future().wait_for(10s), std::future_status::ready);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(heard, "Hello");
  EXPECT_EQ(script.body(0)["stream"], Json(true));
}

}  // namespace
}  // namespace scaiflow::core
