#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "libs/base/json.h"

/// Documents and edits for the property tests of diff and merge.
namespace scaiflow::flow::random_edits {

/// A place that an edit writes, or needs to be there; `/` between keys.
struct Claim {
  std::string path;
  bool is_use = false;
};

struct Edit {
  std::string text;  ///< for the message of a failure
  std::vector<Claim> claims;
  std::function<Json(const Json&)> apply;
  std::function<bool(const Json&)> holds;  ///< whether a document contains the edit
};

/// A document with nodes, ports, edges, variables, tests, models, free keys, texts and unknown members. It
/// need not compile.
Json make_document(std::mt19937& random);

/// One edit of any kind that the document allows. `salt` makes new ids and values differ.
Edit make_edit(const Json& document, std::mt19937& random, const std::string& salt);

/// Whether two edits touch the same place.
bool collide(const Edit& one, const Edit& other);

Json apply_all(Json document, const std::vector<Edit>& edits);

}  // namespace scaiflow::flow::random_edits
