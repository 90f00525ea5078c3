#include <deque>

#include "apps/core/host/blobs.h"
#include "apps/core/host/models/chat_wire.h"
#include "apps/core/host/models/model_caller.h"
#include "apps/core/host/test_world.h"
#include "apps/core/machine/messages.h"
#include "generated/cpp/limits.h"
#include "libs/net/http_server.h"

namespace scaiflow::core {
namespace {

/// A provider that answers from a script and keeps what it was asked.
class ScriptedProvider {
 public:
  ScriptedProvider() {
    net::HttpServerOptions options;
    options.body_max = [](const net::HttpHead&) { return std::size_t{32} << 20; };
    server_ =
        *net::HttpServer::start(options, [this](net::HttpRequest request, const net::Responder& responder) {
          const std::lock_guard lock(mutex_);
          asked_.push_back(std::move(request));
          if (holds_) return held_.push_back(responder);
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
    if (!headers.contains("Content-Type")) headers.set("Content-Type", "application/json");
    answers_.push_back({status, std::move(headers), body});
  }
  void answer_text(const std::string& text, const std::string& finish = "stop") {
    const Json message = Json::object({{"role", "assistant"}, {"content", text}});
    const Json choice = Json::object({{"index", 0}, {"message", message}, {"finish_reason", finish}});
    const Json usage = Json::object({{"prompt_tokens", 11}, {"completion_tokens", 7}});
    answer(200, to_text(Json::object({{"choices", Json::array({choice})}, {"usage", usage}})));
  }
  /// Requests are not answered any more.
  void hold() {
    const std::lock_guard lock(mutex_);
    holds_ = true;
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
  bool holds_ = false;
  std::vector<net::Responder> held_;
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
    store::SqliteOptions options;
    options.path = (folder_ / "test.db").string();
    options.synchronous = store::Synchronous::Normal;
    fs::create_directories(folder_);
    database_ = *store::open_sqlite(options);
    EXPECT_TRUE(store::migrate_sqlite(*database_, store::sqlite_migrations(), {}).has_value());
    caller_ = std::make_unique<ModelCaller>(*database_, *providers_, nullptr, pool_, timers_,
                                            std::make_shared<Gate>());
  }
  ~Models() override {
    timers_.stop();
    pool_.stop();
    providers_->stop();
    http_.stop();
    database_->stop();
    fs::remove_all(folder_);
  }

  /// Puts bytes among the files of the tenant; their reference.
  Json stored(const std::string& type, const std::string& bytes, const std::string& tenant = "acme") {
    const Blob blob = Blob::of(tenant, type, bytes);
    std::promise<Result<void>> promise;
    database_->write([&](store::Connection& db) { return blob.store(db); },
                     [&](Result<void> done) { promise.set_value(std::move(done)); });
    EXPECT_TRUE(promise.get_future().get().has_value());
    return blob.reference();
  }
  std::string bytes_of(const Json& reference) {
    const auto blob = database_->read(
        [&](store::Connection& db) { return Blob::load(db, "acme", reference.string_or("blob_id", "")); });
    return blob && *blob ? (*blob)->bytes : "not there";
  }
  static machine::CallModel modality(const std::string& operation, Json input, Json params = Json::object()) {
    machine::CallModel out = request();
    out.operation = operation;
    out.messages = Json::object({{"input", std::move(input)}});
    out.params = std::move(params);
    return out;
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

  const fs::path folder_ = fs::temp_directory_path() / net::new_id("scaiflow_models_");
  std::unique_ptr<store::Database> database_;
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

TEST_F(Models, VectorsComeAsNumbers) {
  first_.answer(200, R"({"data":[{"embedding":[1,2]}],"usage":{"prompt_tokens":3}})");
  const auto asked = modality("embedding", Json::object({{"text", "hi"}}), Json::object({{"dimensions", 2}}));
  EXPECT_EQ(to_text(succeeded(call(asked)).result["value"]), "[1,2]");
  EXPECT_EQ(to_text(first_.body(0)), R"({"dimensions":2,"model":"m1","input":"hi"})");
  EXPECT_EQ(first_.asked(0).path, "/v1/embeddings");
}

TEST_F(Models, SpeechIsStoredAndReferredTo) {
  net::Headers sound;
  sound.set("Content-Type", "Audio/MPEG; rate=24000");
  const std::string bytes("ID3\x00\xff\x01 sound", 12);
  first_.answer(200, bytes, sound);
  const auto asked = modality("tts", Json::object({{"text", "Hello"}, {"voice", "coral"}}),
                              Json::object({{"response_format", "mp3"}}));
  const Json value = succeeded(call(asked)).result["value"];
  EXPECT_EQ(bytes_of(value), bytes);
  EXPECT_EQ(value.string_or("content_type", ""), "audio/mpeg");
  EXPECT_EQ(value.int_or("size", 0), 12);
  EXPECT_EQ(first_.asked(0).path, "/v1/audio/speech");
  EXPECT_EQ(to_text(first_.body(0)),
            R"({"response_format":"mp3","model":"m1","voice":"coral","input":"Hello"})");
}

TEST_F(Models, ImagesAreStoredAndReferredTo) {
  first_.answer(200, R"({"output_format":"webp","data":[{"b64_json":"AAEC"},{"url":"https://x/a.png"}]})");
  const auto asked =
      modality("image_generation", Json::object({{"prompt", "A cat"}}), Json::object({{"n", 2}}));
  const Json value = succeeded(call(asked)).result["value"];
  EXPECT_EQ(bytes_of(value.at(0)), std::string("\0\1\2", 3));
  EXPECT_EQ(value.at(0).string_or("content_type", ""), "image/webp");
  EXPECT_EQ(value.at(1).string_or("url", ""), "https://x/a.png");
  EXPECT_EQ(first_.asked(0).path, "/v1/images/generations");
  EXPECT_EQ(to_text(first_.body(0)), R"({"n":2,"model":"m1","prompt":"A cat"})");
}

TEST_F(Models, ATranscriptionSendsTheStoredSound) {
  first_.answer(200, R"({"text":"Hello there"})");
  const Json sound = stored("audio/mpeg", "bytes of sound");
  const auto asked = modality("stt", Json::object({{"audio", sound}, {"language", "en"}}));
  EXPECT_EQ(succeeded(call(asked)).result["value"], Json("Hello there"));
  const net::HttpRequest request = first_.asked(0);
  EXPECT_EQ(request.path, "/v1/audio/transcriptions");
  const std::string type(request.headers.get("content-type"));
  ASSERT_TRUE(type.starts_with("multipart/form-data; boundary="));
  const std::string line = "--" + type.substr(30);
  EXPECT_EQ(request.body,
            line + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm1\r\n" + line +
                "\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nen\r\n" + line +
                "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"audio.mp3\"\r\n" +
                "Content-Type: audio/mpeg\r\n\r\nbytes of sound\r\n" + line + "--\r\n");
}

TEST_F(Models, StoredImagesGoAsBytes) {
  const Json image = stored("image/png", "png");
  first_.answer_text("a cat");
  first_.answer_text("a dog");
  const auto seen = modality("vision", Json::object({{"picture", image}, {"ask", "What?"}}));
  EXPECT_EQ(succeeded(call(seen)).result["text"], Json("a cat"));
  const std::string part = R"({"type":"image_url","image_url":{"url":"data:image/png;base64,cG5n"}})";
  EXPECT_EQ(to_text(first_.body(0)["messages"].at(0)["content"]),
            R"([{"type":"text","text":"{\"ask\":\"What?\"}"},)" + part + "]");

  machine::CallModel chat = request();
  JsonArray images;
  const Json shown = machine::with_images_apart(Json::object({{"it", image}}), images);
  EXPECT_EQ(to_text(shown), R"({"it":"[image 1]"})");
  chat.messages = Json::array({machine::message("user", machine::message_content("Look.", images))});
  EXPECT_EQ(succeeded(call(chat)).result["text"], Json("a dog"));
  EXPECT_EQ(to_text(first_.body(1)["messages"].at(0)["content"]),
            R"([{"type":"text","text":"Look."},)" + part + "]");
}

TEST_F(Models, WhatCannotBeSentIsRefusedWithItsReason) {
  const Json theirs = stored("audio/mpeg", "of another", "other");
  const auto message_of = [&](const machine::CallModel& asked) {
    const machine::ErrorValue error = failed(call(asked));
    EXPECT_EQ(error.code, "bad_request");
    return error.message;
  };
  EXPECT_EQ(message_of(modality("stt", Json::object({{"audio", theirs}}))),
            "the stored file " + theirs.string_or("blob_id", "") + " is not there");
  EXPECT_EQ(message_of(modality("stt", Json::object({{"audio", "words"}}))),
            "binding 'audio' is no stored file");
  EXPECT_EQ(message_of(modality("tts", Json::object({{"a", "x"}, {"b", "y"}}))),
            "modality 'tts' needs a binding named 'input'");
  EXPECT_EQ(message_of(modality("smell", Json::object({{"a", "x"}}))), "there is no modality 'smell'");
  EXPECT_EQ(first_.count(), 0u);
}

TEST_F(Models, FilesOfACallAreBounded) {
  const auto call_with = [&](std::size_t bytes) {
    return modality("stt", Json::object({{"audio", stored("audio/wav", std::string(bytes, 'x'))}}));
  };
  first_.answer(200, R"({"text":"long"})");
  EXPECT_EQ(succeeded(call(call_with(limits::model_files_bytes_max))).result["value"], Json("long"));
  const machine::ErrorValue error = failed(call(call_with(limits::model_files_bytes_max + 1)));
  EXPECT_EQ(error.message, "the files of the call have 20971521 bytes; at most 20971520 are sent");
}

/// A bad answer, however good the next candidate is; what it cost is counted when it came whole.
TEST_F(Models, AnAnswerIsBounded) {
  const std::string longest(limits::model_answer_bytes_max, 'x');
  first_.answer_text(longest);
  EXPECT_EQ(succeeded(call(request())).result["text"], Json(longest));
  first_.answer_text(longest + "x");
  const ModelOutcome over = call(request());
  EXPECT_EQ(failed(over).type, "OutputParseError");
  EXPECT_EQ(failed(over).message, "the answer is larger than 4194304 bytes");
  EXPECT_EQ(std::get<machine::EffectFailed>(over.event).usage->output_tokens, 7);
  ASSERT_EQ(over.usage.size(), 1u);
  first_.answer(200, std::string(9 * limits::model_answer_bytes_max, ' '));
  EXPECT_EQ(failed(call(request())).type, "OutputParseError");
  EXPECT_EQ(first_.count(), 3u);
  EXPECT_EQ(second_.count(), 0u);
}

TEST_F(Models, ACallEndsAtItsDeadline) {
  first_.hold();
  machine::CallModel asked = request();
  asked.deadline_ms = 20;
  const machine::ErrorValue error = failed(call(asked));
  EXPECT_EQ(error.type + "/" + error.code, "ModelProviderError/timeout");
  EXPECT_EQ(second_.count(), 0u);
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
  bool reads = false;
  std::promise<void> begun, ended;
  auto watch =
      world.engine().watch("acme", asked.string_or("execution_id", ""), [&](const StreamEntry& entry) {
        const std::lock_guard lock(mutex);
        if (entry.type == "status" && !std::exchange(reads, true)) begun.set_value();
        if (entry.type == "model.delta") heard += entry.data.string_or("text", "");
        if (entry.kind == StreamEntry::Kind::End) ended.set_value();
      });
  ASSERT_EQ(begun.get_future().wait_for(10s), std::future_status::ready);
  ASSERT_TRUE(world.resolve(asked.string_or("checkpoint_id", ""), "go").has_value());
  ASSERT_EQ(ended.get_future().wait_for(10s), std::future_status::ready);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(heard, "Hello");
  EXPECT_EQ(script.body(0)["stream"], Json(true));
}

}  // namespace
}  // namespace scaiflow::core
