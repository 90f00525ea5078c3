#include "apps/core/host/models/modality_wire.h"

#include <array>

#include "libs/base/hash.h"
#include "libs/base/json_text.h"
#include "libs/base/text.h"

namespace scaiflow::core {

namespace {

using Names = std::vector<std::string_view>;

/// How a modality is asked: where, and which binding it is about.
struct Modality {
  std::string_view operation, path, field;
  Names subjects;
};

const Modality* modality_of(std::string_view operation) {
  static const std::array<Modality, 5> all = {{
      {"embedding", "embeddings", "input", {"input", "text", "texts"}},
      {"tts", "audio/speech", "input", {"input", "text"}},
      {"audio_generation", "audio/speech", "input", {"prompt", "input", "text"}},
      {"image_generation", "images/generations", "prompt", {"prompt", "text", "input"}},
      {"stt", "audio/transcriptions", "file", {"audio", "file", "input"}},
  }};
  for (const Modality& each : all) {
    if (each.operation == operation) return &each;
  }
  return nullptr;
}

void add_image(const Json& value, std::set<std::string>& out) {
  if (value["blob_id"].is_string()) out.insert(value["blob_id"].as_string());
}

/// Letters that a header may carry unquoted; anything else becomes plain bytes.
std::string media_type(const std::string& given) {
  const std::string type = to_lower(trim(std::string_view(given).substr(0, given.find(';'))));
  const bool plain = type.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789/+.-") == std::string::npos;
  return plain && type.find('/') != std::string::npos ? type : "application/octet-stream";
}

std::string file_name(const std::string& type) {
  static const std::map<std::string_view, std::string_view> ends = {
      {"audio/mpeg", "mp3"}, {"audio/mp4", "m4a"},   {"audio/wav", "wav"},   {"audio/x-wav", "wav"},
      {"audio/ogg", "ogg"},  {"audio/webm", "webm"}, {"audio/flac", "flac"}, {"video/mp4", "mp4"}};
  const auto end = ends.find(type);
  return "audio." + std::string(end == ends.end() ? "bin" : end->second);
}

std::string text_of(const Json& value) { return value.is_string() ? value.as_string() : to_text(value); }

/// The name of the binding that the call is about; empty when it cannot be told.
std::string subject_of(const Json& input, const Names& names) {
  if (input.size() == 1) return input.as_object()[0].first;
  for (const std::string_view name : names) {
    if (input.contains(name)) return std::string(name);
  }
  return {};
}

std::optional<ModalityResult> images_of(const std::string& tenant_id, const Json& body) {
  const Json& data = body["data"];
  if (!data.is_array() || data.size() == 0) return std::nullopt;
  const std::string type = "image/" + body.string_or("output_format", "png");
  ModalityResult out;
  JsonArray values;
  for (const Json& each : data.as_array()) {
    std::string bytes;
    if (each["url"].is_string()) {
      values.push_back(Json::object({{"url", each["url"]}}));
    } else if (base64_decode(each.string_or("b64_json", ""), bytes) && !bytes.empty()) {
      out.files.push_back(Blob::of(tenant_id, media_type(type), std::move(bytes)));
      values.push_back(out.files.back().reference());
    } else {
      return std::nullopt;
    }
  }
  out.value = values.size() == 1 ? values.front() : Json(std::move(values));
  return out;
}

std::optional<ModalityResult> vectors_of(const Json& body) {
  const Json& data = body["data"];
  if (!data.is_array() || data.size() == 0) return std::nullopt;
  JsonArray vectors;
  for (const Json& each : data.as_array()) vectors.push_back(each["embedding"]);
  return ModalityResult{vectors.size() == 1 ? vectors.front() : Json(std::move(vectors)), {}};
}

}  // namespace

std::set<std::string> files_of(const machine::CallModel& call) {
  std::set<std::string> out;
  if (call.operation == "chat") {
    for (const Json& message : call.messages.as_array()) {
      if (!message["content"].is_array()) continue;
      for (const Json& part : message["content"].as_array()) add_image(part["image_url"]["blob"], out);
    }
  } else if (call.operation == "vision" || call.operation == "stt") {
    for (const auto& [name, value] : call.messages["input"].as_object()) add_image(value, out);
  }
  return out;
}

ProviderBody form_request(std::string path, const FormFields& fields, const Blob& file) {
  const std::string boundary = "scaiflow-" + sha256_hex(file.bytes).substr(0, 32);
  std::string body;
  for (const auto& [name, value] : fields) {
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=" + to_text(Json(name)) + "\r\n\r\n" +
            value + "\r\n";
  }
  const std::string type = media_type(file.type);
  body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
          file_name(type) + "\"\r\nContent-Type: " + type + "\r\n\r\n" + file.bytes + "\r\n--" + boundary +
          "--\r\n";
  return {std::move(path), "multipart/form-data; boundary=" + boundary, std::move(body)};
}

Json with_image_bytes(const Json& messages, const Files& files) {
  if (files.empty()) return messages;
  JsonArray out = messages.as_array();
  for (Json& message : out) {
    if (!message["content"].is_array()) continue;
    JsonArray parts = message["content"].as_array();
    for (Json& part : parts) {
      const Json& blob = part["image_url"]["blob"];
      if (!blob.is_object()) continue;
      const Blob& file = files.at(blob["blob_id"].as_string());
      const std::string url = "data:" + media_type(file.type) + ";base64," + base64_encode(file.bytes);
      part.set("image_url", Json::object({{"url", url}}));
    }
    message.set("content", Json(std::move(parts)));
  }
  return Json(std::move(out));
}

tl::expected<ProviderBody, std::string> modality_request(const machine::CallModel& call,
                                                         const std::string& model, const Files& files) {
  const Modality* modality = modality_of(call.operation);
  if (!modality) return tl::unexpected("there is no modality '" + call.operation + "'");
  const Json& input = call.messages["input"];
  const std::string subject = subject_of(input, modality->subjects);
  if (subject.empty()) {
    return tl::unexpected("modality '" + call.operation + "' needs a binding named '" +
                          std::string(modality->subjects.front()) + "'");
  }
  Json fields = call.params;
  fields.set("model", model);
  for (const auto& [name, value] : input.as_object()) {
    if (name != subject) fields.set(name, value);
  }
  if (call.operation == "stt") {
    const auto file = files.find(input[subject].string_or("blob_id", ""));
    if (file == files.end()) return tl::unexpected("binding '" + subject + "' is no stored file");
    FormFields texts;
    for (const auto& [name, value] : fields.as_object()) texts.emplace_back(name, text_of(value));
    return form_request(std::string(modality->path), texts, file->second);
  }
  const bool as_it_is = call.operation == "embedding";
  fields.set(modality->field, as_it_is ? input[subject] : Json(text_of(input[subject])));
  return ProviderBody{std::string(modality->path), "application/json", to_ecma_text(fields)};
}

std::optional<ModalityResult> modality_result(const std::string& operation, const std::string& tenant_id,
                                              const ProviderAnswer& answer) {
  if (operation == "embedding") return vectors_of(answer.body);
  if (operation == "image_generation") return images_of(tenant_id, answer.body);
  if (operation == "stt") {
    if (!answer.body.is_object()) {
      if (answer.text.empty()) return std::nullopt;
      return ModalityResult{Json(answer.text), {}};
    }
    const bool text_alone = answer.body.size() <= 2 && answer.body["text"].is_string();
    return ModalityResult{text_alone ? answer.body["text"] : answer.body, {}};
  }
  if (answer.text.empty()) return std::nullopt;
  ModalityResult out;
  out.files.push_back(Blob::of(tenant_id, media_type(answer.content_type), answer.text));
  out.value = out.files.back().reference();
  return out;
}

}  // namespace scaiflow::core
