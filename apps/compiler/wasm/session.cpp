#include "apps/compiler/wasm/session.h"

#include <algorithm>
#include <utility>

#include "libs/flow/document.h"

namespace scaiflow::compiler {

bool Entities::load(const Json& list) {
  items_.clear();
  index_.clear();
  if (!list.is_array()) return false;
  items_ = list.as_array();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Json& id = items_[i]["id"];
    if (!id.is_string() || !index_.emplace(id.as_string(), static_cast<std::uint32_t>(i)).second)
      return false;
  }
  return true;
}

bool Entities::patch(const Json& change) {
  const Json& set = change["set"];
  const bool has_order = change["order"].is_array();
  if (set.is_array()) {
    const auto fits = [&](const Json& entity) {
      return entity["id"].is_string() && (has_order || index_.contains(entity["id"].as_string()));
    };
    if (!std::all_of(set.as_array().begin(), set.as_array().end(), fits)) return false;
    for (const Json& entity : set.as_array()) {
      const auto [at, is_new] =
          index_.emplace(entity["id"].as_string(), static_cast<std::uint32_t>(items_.size()));
      if (is_new)
        items_.push_back(entity);
      else
        items_[at->second] = entity;
    }
  }
  return !has_order || reorder(change["order"]);
}

bool Entities::reorder(const Json& order) {
  JsonArray items;
  items.reserve(order.size());
  for (const Json& id : order.as_array()) {
    const auto at = id.is_string() ? index_.find(id.as_string()) : index_.end();
    if (at == index_.end()) return false;
    items.push_back(items_[at->second]);
  }
  return load(Json(std::move(items)));
}

void Session::load(std::string_view flow_json) {
  checked_.reset();
  flow::ReadResult read = flow::read_document(flow_json);
  document_ = std::move(read.document);
  problems_ = std::move(read.diagnostics);
  flow::arrange(problems_);
  is_patchable_ = document_ && document_->is_object() && nodes_.load((*document_)["nodes"]) &&
                  edges_.load((*document_)["edges"]);
  head_ = is_patchable_ ? *document_ : Json();
  head_.erase("nodes").erase("edges");
}

bool Session::patch(const Json& change) {
  if (!is_patchable_) return false;
  is_patchable_ = nodes_.patch(change["nodes"]) && edges_.patch(change["edges"]);
  if (change["head"].is_object()) head_ = change["head"];
  if (is_patchable_) assemble();
  note(change);
  return is_patchable_;
}

/// Where only nodes have other content, most of what is known of the flow still holds.
void Session::note(const Json& change) {
  const Json& nodes = change["nodes"];
  const bool is_content = is_patchable_ && !change.contains("head") && !change.contains("edges") &&
                          !nodes.contains("order") && nodes["set"].is_array();
  if (!is_content) return checked_.reset();
  for (const Json& node : nodes["set"].as_array()) {
    const NodeIndex n = nodes_.place_of(node["id"].as_string());
    if (std::find(changed_.begin(), changed_.end(), n) == changed_.end()) changed_.push_back(n);
  }
}

void Session::assemble() {
  Json document = head_;
  document.set("nodes", Json(nodes_.items()));
  document.set("edges", Json(edges_.items()));
  document_ = std::move(document);
}

const Checked& Session::checked(const Cancelled& cancelled) {
  const std::vector<NodeIndex> changed = std::exchange(changed_, {});
  if (checked_ && !checked_->is_cancelled) {
    if (changed.empty()) return *checked_;
    if (check_again(*checked_, *document_, changed)) {
      unwritten_.insert(changed.begin(), changed.end());
      if (!checked_->analysis.keeps_structure) manifest_.reset();
      return *checked_;
    }
  }
  manifest_.reset();
  if (document_)
    checked_ = compiler::check(flow::parse_document(*document_), cancelled);
  else
    checked_.emplace().found = problems_;
  return *checked_;
}

CompileResult Session::compile(Format format, const CompileOptions& options) {
  const Checked& now = checked(options.cancelled);
  const bool is_rewritten = format == Format::Yaml && manifest_ && manifest_->fits(options) && rewrite(now);
  if (is_rewritten) return manifest_->result(now);
  CompileResult result = compile_checked(now, format, options);
  if (format == Format::Yaml && result.body) {
    manifest_ = LiveManifest::of(now, result, options);
    unwritten_.clear();
  }
  return result;
}

/// False while there are errors, which leave the manifest as it was, and when it has to be made anew.
bool Session::rewrite(const Checked& now) {
  if (now.is_cancelled || diag::has_errors(now.found)) return false;
  const std::set<NodeIndex> taken = std::exchange(unwritten_, {});
  const std::vector<NodeIndex> changed(taken.begin(), taken.end());
  if (manifest_->rewrite(now, changed)) return true;
  manifest_.reset();
  return false;
}

diag::Diagnostics Session::check(const Cancelled& cancelled) { return diagnostics_of(checked(cancelled)); }

}  // namespace scaiflow::compiler
