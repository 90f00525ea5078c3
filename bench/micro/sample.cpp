#include "bench/micro/sample.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "libs/base/json_text.h"

namespace scaiflow::bench {
namespace {

/// Builds a flow node by node; `last` is where the next node is connected.
class Builder {
 public:
  explicit Builder(int nodes_max) : nodes_max_(nodes_max) {
    const Json input = Json::object({{"message", "string"}, {"items", "array[string]"}});
    add("entry_api", Json::object({{"input_schema", input}}), {"out_request"});
  }

  bool has_room(int nodes) const { return count_ + nodes <= nodes_max_; }

  void straight() { connect(add_template("step {{message}}")); }

  /// A node of the next of several kinds, each with an expression and texts as authors write them.
  void mixed() {
    const std::string tail = std::string(120, 'a' + count_ % 26) + " {{message}}";
    switch (count_ % 5) {
      case 0: {
        const Json schema = Json::object({{"category", "enum[question, order]"}, {"confidence", "float"}});
        return connect(add("llm_flexible",
                           Json::object({{"goal", "Classify " + tail}, {"output_schema", schema}}), {"out"}));
      }
      case 1:
        return connect(add("tool_http",
                           Json::object({{"method", "POST"},
                                         {"url", "https://example.org/items/{{message}}"},
                                         {"body", Json::object({{"text", "About " + tail}})}}),
                           {"out"}));
      case 2:
        return connect(add("tool_plugin",
                           Json::object({{"plugin", "kv"},
                                         {"method", "set"},
                                         {"args", Json::object({{"key", "k"}, {"value", "Keep " + tail}})}}),
                           {"out"}));
      case 3:
        return connect(add("llm_guarded",
                           Json::object({{"goal", "Answer " + tail}, {"guard", "message.length > 3"}}),
                           {"out"}));
      default: return connect(add_template("Say " + tail));
    }
  }

  /// A decision whose two arms meet again.
  void branch() {
    const Json config = Json::object({{"style", "if"}});
    const std::string decision = add("logic_decision", config, {"out_yes", "out_no"});
    connect(decision);
    const std::string yes = add_template("yes {{message}}");
    const std::string no = add_template("no {{message}}");
    const std::string join = add_template("both {{message}}");
    edge(decision, "out_yes", yes, "message.length > 3");
    edge(decision, "out_no", no, "else");
    edge(yes, "out", join);
    edge(no, "out", join);
    last_ = join;
    port_ = "out";
  }

  /// A loop with one node in its body.
  void loop() {
    const std::string item = "item_" + std::to_string(count_);
    const Json config = Json::object({{"collection", "items"}, {"item_name", item}});
    const std::string loop = add("logic_loop", config, {"body", "done"});
    connect(loop);
    const std::string body = add_template("at {{" + item + "}}");
    edge(loop, "body", body);
    port_ = "done";
  }

  Json finish() {
    const Json model = Json::object({{"role", "primary"}, {"ref", "scaigrid"}, {"model", "a/b"}});
    const Json identity = Json::object({{"name", "Bench"}, {"models", Json::array({model})}});
    return Json::object({{"id", "flow_bench"},
                         {"name", "Bench"},
                         {"version", "1.0.0"},
                         {"scaicore_target", "0.2"},
                         {"nodes", Json(std::move(nodes_))},
                         {"edges", Json(std::move(edges_))},
                         {"variables", Json::array()},
                         {"config", Json::object({{"core_identity", identity}})}});
  }

 private:
  std::string add(const char* type, Json config, std::initializer_list<const char*> outputs) {
    std::string id = "node_" + std::to_string(count_);
    JsonArray inputs, ports;
    if (count_ > 0) inputs.push_back(Json::object({{"id", "in"}}));
    for (const char* name : outputs) ports.push_back(Json::object({{"id", name}}));
    nodes_.push_back(Json::object({{"id", id},
                                   {"type", type},
                                   {"label", id},
                                   {"position", place()},
                                   {"config", std::move(config)},
                                   {"inputs", Json(std::move(inputs))},
                                   {"outputs", Json(std::move(ports))}}));
    if (count_++ == 0) {
      last_ = id;
      port_ = *outputs.begin();
    }
    return id;
  }

  /// Rows of a hundred, inside the bounds of a document.
  Json place() const { return Json::object({{"x", count_ % 100 * 240}, {"y", count_ / 100 * 160}}); }

  std::string add_template(std::string text) {
    return add("llm_rigid", Json::object({{"template", std::move(text)}}), {"out"});
  }

  void connect(const std::string& id) {
    edge(last_, port_, id);
    last_ = id;
    port_ = "out";
  }

  void edge(const std::string& from, const std::string& port, const std::string& to,
            const char* condition = nullptr) {
    Json made = Json::object({{"id", "edge_" + std::to_string(edges_.size())},
                              {"type", condition ? "conditional" : "sequential"},
                              {"source", Json::object({{"node", from}, {"port", port}})},
                              {"target", Json::object({{"node", to}, {"port", "in"}})}});
    if (condition) made.set("condition", condition);
    edges_.push_back(std::move(made));
  }

  int nodes_max_;
  int count_ = 0;
  std::string last_, port_;
  JsonArray nodes_, edges_;
};

}  // namespace

std::string example_text(std::string_view name) {
  const std::string folder = SCAIFLOW_SOURCE_DIR "/tests/flows/examples/";
  const std::string path = folder + std::string(name) + ".flow.json";
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

Json flow_of(int nodes) {
  Builder builder(nodes);
  for (int round = 0; builder.has_room(1); ++round) {
    if (round % 5 == 1 && builder.has_room(4)) {
      builder.branch();
    } else if (round % 5 == 3 && builder.has_room(2)) {
      builder.loop();
    } else {
      builder.straight();
    }
  }
  return builder.finish();
}

Json mixed_flow_of(int nodes) {
  Builder builder(nodes);
  for (int round = 0; builder.has_room(1); ++round) {
    if (round % 8 == 1 && builder.has_room(4)) {
      builder.branch();
    } else if (round % 8 == 5 && builder.has_room(2)) {
      builder.loop();
    } else {
      builder.mixed();
    }
  }
  return builder.finish();
}

Json chain_of(int nodes) {
  Builder builder(nodes);
  while (builder.has_room(1)) builder.straight();
  return builder.finish();
}

}  // namespace scaiflow::bench
