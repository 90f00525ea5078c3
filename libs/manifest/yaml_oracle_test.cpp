#include <gtest/gtest.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>

#include "libs/base/json_text.h"
#include "libs/base/text.h"
#include "libs/manifest/yaml_reader.h"
#include "libs/manifest/yaml_scalar.h"

/// Our YAML reader against yaml-cpp: what both take must be the same tree.
namespace scaiflow::manifest {
namespace {

struct Refusal {};

class TreeBuilder : public YAML::EventHandler {
 public:
  Json take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { throw Refusal{}; }
  void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override {
    if (anchor != 0 || expects_key()) throw Refusal{};
    put(Json());
  }
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (anchor != 0 || (tag != "?" && tag != "!")) throw Refusal{};
    if (expects_key()) {
      if (stack_.back().members.find(text)) throw Refusal{};
      stack_.back().key = text;
      stack_.back().has_key = true;
      return;
    }
    const auto value = tag == "?" ? resolve_plain(text) : std::optional<Json>(Json(text));
    if (!value) throw Refusal{};
    put(*value);
  }
  void OnSequenceStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(tag, anchor, Open{});
  }
  void OnMapStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open map;
    map.is_map = true;
    open(tag, anchor, std::move(map));
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

  bool expects_key() const { return !stack_.empty() && stack_.back().is_map && !stack_.back().has_key; }

  void open(const std::string& tag, YAML::anchor_t anchor, Open container) {
    if (anchor != 0 || (tag != "?" && tag != "!") || expects_key() || stack_.size() == manifest_depth_max)
      throw Refusal{};
    stack_.push_back(std::move(container));
  }

  void close(Json value) {
    stack_.pop_back();
    put(std::move(value));
  }

  void put(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& container = stack_.back();
    if (container.is_map)
      container.members.append(std::move(container.key), std::move(value));
    else
      container.items.push_back(std::move(value));
    container.has_key = false;
  }

  std::vector<Open> stack_;
  Json root_;
};

std::optional<std::string> oracle(const std::string& text) {
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    TreeBuilder first;
    TreeBuilder second;
    if (!parser.HandleNextDocument(first) || parser.HandleNextDocument(second)) return std::nullopt;
    return to_text(first.take());
  } catch (const Refusal&) {
    return std::nullopt;
  } catch (const YAML::Exception&) {
    return std::nullopt;
  }
}

std::optional<std::string> ours(const std::string& text) {
  const auto json = read_yaml(text);
  return json ? std::optional(to_text(*json)) : std::nullopt;
}

/// What happened to a set of texts.
struct Tally {
  int same = 0;
  int only_ours = 0;
  int only_oracle = 0;
  int refused = 0;
};

void compare(const std::string& text, Tally& tally) {
  const auto a = ours(text);
  const auto b = oracle(text);
  if (a && b) {
    ASSERT_EQ(*a, *b) << text;
    ++tally.same;
  } else if (a) {
    ++tally.only_ours;
  } else if (b) {
    ++tally.only_oracle;
  } else {
    ++tally.refused;
  }
}

TEST(YamlOracle, AgreesOnTextsByHand) {
  const std::initializer_list<const char*> texts = {"a: 1\nb:\n  - x\n  - y: z\n    w: v\n-",
                                                    "a:\n- 1\n- 2\nb: 3\n",
                                                    "- - a\n  - b\n- - c\n",
                                                    "-\n  a: 1\n-\n  - b\n",
                                                    "a: |\n  x\n   y\n\n  z\n\n\nb: 1\n",
                                                    "a: >\n  x\n  y\n\n  z\n    more\n    and\n  back\n",
                                                    "a: |+\n  x\n\n\nb: >-\n  y\n\n",
                                                    "a: |2\n    x\n  y\n",
                                                    "- |1\n  x\n y\n",
                                                    "a: \"x\n  y\n\n  z\"\n",
                                                    "a: 'it''s\n   two'\n",
                                                    "a: \"\\u00e9\\x41\\n\\\n   b\"\n",
                                                    "a: plain\n  goes on\n\n  after\nb: x\n",
                                                    "a: x # c\n# c\nb: y#z\n",
                                                    "{a: 1, b: [c, d], 'e': {f: }}\n",
                                                    "[a, b: c, \"d\": e, [f], {g}]\n",
                                                    "a: [x,\n  y, # c\n  z\n]\nb: {\n  k: v\n}\n",
                                                    "a: http://x:80/y\nb: c:d\n",
                                                    "---\na: 1\n...\n",
                                                    "--- x\n",
                                                    "--- |\n x\n",
                                                    "%YAML 1.2\n--- {a: b}\n",
                                                    "\"a b\": 1\n'c': 2\n? d\n",
                                                    "a:   \n  b: 1\n\n\n\n",
                                                    "a: -1\nb: - 1\n",
                                                    "a: b: c\n",
                                                    "a:\n\tb: 1\n",
                                                    "a: 1\n  b: 2\n",
                                                    "  a: 1\n  b: 2\n",
                                                    "a: 'x' y\n",
                                                    "a: [1, 2\n",
                                                    "a: \"x\n",
                                                    "- a\nb: 1\n",
                                                    "a: |\nb: >\nc:\n",
                                                    "a:\n  |\n   x\nb: 1\n",
                                                    "key with spaces: v w x\n",
                                                    "a: @x\n",
                                                    "a: %x\n",
                                                    "a: `x\n",
                                                    "- \n- \n",
                                                    "a: ? b\n",
                                                    "a: -\n",
                                                    "a: ...\n",
                                                    "a: --- b\n",
                                                    "a: x\n--- \nb: y\n",
                                                    "a: >\n\n  x\n",
                                                    "a: |\n\n\n  x\n\n  y\n",
                                                    "a: #c\n  b\n",
                                                    "a: 'x'#c\n",
                                                    "a: [b]#c\n"};
  Tally tally;
  for (const char* text : texts) compare(text, tally);
  EXPECT_GT(tally.same, 25);
}

std::string example(const std::string& name) {
  std::ifstream file(std::string(SCAIFLOW_SOURCE_DIR) + "/tests/flows/examples/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(YamlOracle, AgreesOnChangedExamples) {
  const std::string whole = example("customer-support.yaml");
  const auto lines = split(whole, '\n');
  std::mt19937 random(5);
  Tally tally;
  static constexpr std::string_view noise = " \n:-#'\"[]{},|>&*!?%a0\\";
  for (int i = 0; i < 2500; ++i) {
    const std::size_t start = random() % (lines.size() - 40);
    std::string text;
    for (std::size_t n = start; n < start + 5 + random() % 35; ++n) text += std::string(lines[n]) + "\n";
    for (std::size_t n = random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0)
        text.erase(at, 1 + random() % 3);
      else
        text.insert(at, 1, noise[random() % noise.size()]);
    }
    compare(text, tally);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tally.same, 300);
  // yaml-cpp takes quotes without end and keys without colon; we do not.
  EXPECT_LT(tally.only_oracle, 50);
  EXPECT_EQ(tally.only_ours, 0);
}

}  // namespace
}  // namespace scaiflow::manifest
