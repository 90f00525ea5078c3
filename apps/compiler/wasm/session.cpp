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
    if (!id.is_string() || !index_.emplace(id.as_string(), i).second) return false;
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
      const auto [at, is_new] = index_.emplace(entity["id"].as_string(), items_.size());
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
  checked_.reset();
  is_patchable_ = nodes_.patch(change["nodes"]) && edges_.patch(change["edges"]);
  if (change["head"].is_object()) head_ = change["head"];
  if (is_patchable_) assemble();
  return is_patchable_;
}

void Session::assemble() {
  Json document = head_;
  document.set("nodes", Json(nodes_.items()));
  document.set("edges", Json(edges_.items()));
  document_ = std::move(document);
}

const Checked& Session::checked(const Cancelled& cancelled) {
  if (checked_ && !checked_->is_cancelled) return *checked_;
  if (document_)
    checked_ = compiler::check(flow::parse_document(*document_), cancelled);
  else
    checked_.emplace().found = problems_;
  return *checked_;
}

CompileResult Session::compile(Format format, const CompileOptions& options) {
  return compile_checked(checked(options.cancelled), format, options);
}

diag::Diagnostics Session::check(const Cancelled& cancelled) { return diagnostics_of(checked(cancelled)); }

}  // namespace scaiflow::compiler
