#include "libs/manifest/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/text.h"
#include "libs/manifest/yaml_scalar.h"

namespace scaiflow::manifest {
namespace {

/// Leaves the parser at once; never crosses the border of this file.
struct Refusal {
  std::string reason;
};

std::string at_line(const YAML::Mark& mark) {
  return " at line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

[[noreturn]] void refuse(const std::string& what, const YAML::Mark& mark) { throw Refusal{what + at_line(mark)}; }

/// Builds the tree from yaml-cpp's events with an explicit stack.
class TreeBuilder : public YAML::EventHandler {
 public:
  Json take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse("aliases are not allowed", mark); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "?", anchor);
    if (expects_key()) refuse("a key is null", mark);
    put(Json());
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check(mark, tag, anchor);
    if (expects_key()) return put_key(text, mark);
    if (tag != "?") return put(Json(text));
    const auto value = resolve_plain(text);
    if (!value) refuse("'" + text + "' is not a finite number", mark);
    put(*value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Open{});
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open map;
    map.is_map = true;
    open(mark, tag, anchor, std::move(map));
  }

  void OnSequenceEnd() override { close(Json(std::move(stack_.back().items))); }
  void OnMapEnd() override { close(Json(std::move(stack_.back().members))); }

 private:
  struct Open {
    bool is_map = false;
    bool has_key = false;
    std::string key;
    JsonObject members;
    JsonArray items;
  };

  static void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse("anchors are not allowed", mark);
    if (tag != "?" && tag != "!") refuse("tags are not allowed", mark);
  }

  bool expects_key() const { return !stack_.empty() && stack_.back().is_map && !stack_.back().has_key; }

  void put_key(const std::string& key, const YAML::Mark& mark) {
    Open& map = stack_.back();
    if (map.members.find(key)) refuse("duplicate key '" + key + "'", mark);
    map.key = key;
    map.has_key = true;
  }

  void put(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& container = stack_.back();
    if (container.is_map) container.members.append(std::move(container.key), std::move(value));
    else container.items.push_back(std::move(value));
    container.has_key = false;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Open container) {
    check(mark, tag, anchor);
    if (expects_key()) refuse("a key is no text", mark);
    if (stack_.size() == manifest_depth_max) refuse("nested deeper than 64", mark);
    stack_.push_back(std::move(container));
  }

  void close(Json value) {
    stack_.pop_back();
    put(std::move(value));
  }

  std::vector<Open> stack_;
  Json root_;
};

/// YAML's printable characters as far as they are ASCII; also keeps UTF-16 from being guessed.
bool has_control_character(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) return true;
  }
  return false;
}

tl::unexpected<diag::Diagnostics> refused(std::string_view reason) {
  return tl::unexpected<diag::Diagnostics>({diag::make(diag::Code::F601, {reason})});
}

Json parse(std::string_view text) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  TreeBuilder first;
  if (!parser.HandleNextDocument(first)) throw Refusal{"no document"};
  TreeBuilder second;
  if (parser.HandleNextDocument(second)) throw Refusal{"more than one document"};
  return first.take();
}

}  // namespace

tl::expected<Json, diag::Diagnostics> read_yaml(std::string_view text) {
  if (text.size() > manifest_bytes_max) {
    return refused("it has " + std::to_string(text.size()) + " bytes; the limit is 10485760");
  }
  if (!is_utf8(text)) return refused("it is not UTF-8");
  if (has_control_character(text)) return refused("it holds a control character");
  try {
    return parse(text);
  } catch (const Refusal& refusal) {
    return refused(refusal.reason);
  } catch (const YAML::Exception& error) {
    return refused(error.msg + at_line(error.mark));
  }
}

}  // namespace scaiflow::manifest
