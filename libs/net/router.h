#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scaiflow::net {

/// Values of the `{name}` segments of a matched pattern, percent-decoded.
class PathParams {
 public:
  /// Value of the parameter; empty when the pattern has none of that name.
  std::string_view get(std::string_view name) const;
  void add(std::string_view name, std::string value) { values_.emplace_back(name, std::move(value)); }
  std::size_t size() const { return values_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// Paths to numbers; the untyped half of RouteTable.
class RouteTree {
 public:
  struct Match {
    std::optional<std::size_t> route;  ///< set: found
    PathParams params;
    std::string allow;  ///< route unset and this not empty: the path is known under these methods (405)
  };

  RouteTree();
  ~RouteTree();
  RouteTree(RouteTree&&) noexcept;
  RouteTree& operator=(RouteTree&&) noexcept;

  void add(std::string_view method, std::string_view pattern, std::size_t route);
  Match match(std::string_view method, std::string_view path) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

/// Method and path -> a value of the caller's type (handler, permission, body limit …), 09 §1.1.
/// Patterns: `/flows/{flow_id}/acl`; a last segment `{rest...}` takes one or more segments.
/// Fixed segments win over parameters, parameters over rests, and the path is matched before the method: a
/// path that the most fixed pattern knows under other methods is 405. HEAD is served by GET; `/a/` is not
/// `/a`.
///
///   RouteTable<Route> api({"/v1", "/api/v1"});           // every route answers under both prefixes
///   api.add("GET", "/flows/{flow_id}", Route{...});
///   auto match = api.match(request.method, request.path);
template <class Route>
class RouteTable {
 public:
  struct Match {
    const Route* route = nullptr;  ///< nullptr: 405 when `allow` is not empty, else 404
    PathParams params;
    std::string allow;  ///< value for the `Allow` header of a 405
  };

  explicit RouteTable(std::vector<std::string> prefixes = {""}) : prefixes_(std::move(prefixes)) {}

  void add(std::string_view method, std::string_view pattern, Route route) {
    routes_.push_back(std::make_unique<Route>(std::move(route)));
    for (const std::string& prefix : prefixes_) {
      tree_.add(method, prefix + std::string(pattern), routes_.size() - 1);
    }
  }

  Match match(std::string_view method, std::string_view path) const {
    RouteTree::Match found = tree_.match(method, path);
    const Route* route = found.route ? routes_[*found.route].get() : nullptr;
    return Match{route, std::move(found.params), std::move(found.allow)};
  }

  std::size_t size() const { return routes_.size(); }

 private:
  std::vector<std::string> prefixes_;
  std::vector<std::unique_ptr<Route>> routes_;
  RouteTree tree_;
};

}  // namespace scaiflow::net
