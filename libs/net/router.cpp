#include "libs/net/router.h"

#include <algorithm>
#include <cassert>
#include <map>

#include "libs/base/text.h"
#include "libs/net/http_types.h"

namespace scaiflow::net {

std::string_view PathParams::get(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

namespace {

/// A path of more segments than any pattern has is not worth decoding.
constexpr std::size_t segments_max = 32;

struct Endpoint {
  std::string method;
  std::size_t route = 0;
  std::vector<std::string> params;  ///< names, in order of the pattern
};

const Endpoint* endpoint_for(const std::vector<Endpoint>& endpoints, std::string_view method) {
  const auto by_method = [&](std::string_view wanted) {
    return std::find_if(endpoints.begin(), endpoints.end(),
                        [&](const Endpoint& endpoint) { return endpoint.method == wanted; });
  };
  auto found = by_method(method);
  if (found == endpoints.end() && method == "HEAD") {
    found = by_method("GET");
  }
  return found == endpoints.end() ? nullptr : &*found;
}

std::string allow_text(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> methods;
  for (const Endpoint& endpoint : endpoints) {
    methods.push_back(endpoint.method);
    if (endpoint.method == "GET") {
      methods.push_back("HEAD");
    }
  }
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  return join(methods, ", ");
}

bool is_param(std::string_view segment) { return segment.size() > 2 && segment.front() == '{'; }
bool is_rest(std::string_view segment) { return is_param(segment) && segment.ends_with("...}"); }

}  // namespace

struct RouteTree::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
  std::unique_ptr<Node> param;
  std::vector<Endpoint> endpoints;  ///< patterns that end here
  std::vector<Endpoint> rests;      ///< patterns that end with `{rest...}` from here

  using Captures = std::vector<std::string>;

  /// The endpoints of the most fixed pattern that fits, or nullptr. As deep as the patterns are.
  const std::vector<Endpoint>* find(const std::vector<std::string>& segments, std::size_t at,
                                    Captures& captures) const {
    if (at == segments.size()) {
      return endpoints.empty() ? nullptr : &endpoints;
    }
    if (const auto child = fixed.find(segments[at]); child != fixed.end()) {
      if (const auto* found = child->second->find(segments, at + 1, captures)) {
        return found;
      }
    }
    if (param && !segments[at].empty()) {
      captures.push_back(segments[at]);
      if (const auto* found = param->find(segments, at + 1, captures)) {
        return found;
      }
      captures.pop_back();
    }
    if (!rests.empty()) {
      captures.push_back(join({segments.begin() + static_cast<std::ptrdiff_t>(at), segments.end()}, "/"));
      return &rests;
    }
    return nullptr;
  }
};

RouteTree::RouteTree() : root_(std::make_unique<Node>()) {}
RouteTree::~RouteTree() = default;
RouteTree::RouteTree(RouteTree&&) noexcept = default;
RouteTree& RouteTree::operator=(RouteTree&&) noexcept = default;

void RouteTree::add(std::string_view method, std::string_view pattern, std::size_t route) {
  assert(pattern.starts_with('/'));
  Endpoint endpoint{std::string(method), route, {}};
  Node* node = root_.get();
  std::vector<Endpoint>* target = nullptr;
  for (const std::string_view segment : split(pattern.substr(1), '/')) {
    assert(!target && "a rest segment is the last one");
    if (is_rest(segment)) {
      endpoint.params.emplace_back(segment.substr(1, segment.size() - 5));
      target = &node->rests;
      continue;
    }
    std::unique_ptr<Node>* next = &node->param;
    if (is_param(segment)) {
      endpoint.params.emplace_back(segment.substr(1, segment.size() - 2));
    } else {
      next = &node->fixed[std::string(segment)];
    }
    if (!*next) {
      *next = std::make_unique<Node>();
    }
    node = next->get();
  }
  if (!target) {
    target = &node->endpoints;
  }
  assert(!std::any_of(target->begin(), target->end(), [&](const Endpoint& e) { return e.method == method; }));
  target->push_back(std::move(endpoint));
}

RouteTree::Match RouteTree::match(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) {
    return {};
  }
  std::vector<std::string> segments;
  for (const std::string_view raw : split(path.substr(1), '/')) {
    std::optional<std::string> segment = percent_decode(raw);
    if (!segment || segments.size() == segments_max) {
      return {};
    }
    segments.push_back(std::move(*segment));
  }
  Node::Captures captures;
  const std::vector<Endpoint>* endpoints = root_->find(segments, 0, captures);
  if (!endpoints) {
    return {};
  }
  const Endpoint* endpoint = endpoint_for(*endpoints, method);
  if (!endpoint) {
    return Match{std::nullopt, {}, allow_text(*endpoints)};
  }
  Match match{endpoint->route, {}, {}};
  for (std::size_t i = 0; i < endpoint->params.size(); ++i) {
    match.params.add(endpoint->params[i], std::move(captures[i]));
  }
  return match;
}

}  // namespace scaiflow::net
