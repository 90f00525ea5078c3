#pragma once

#include <string>
#include <string_view>

#include "libs/net/http_types.h"

namespace scaiflow::api {

/// One file of the canvas, inside the binary. `gzip` is empty where packing does not pay.
struct CanvasFile {
  std::string_view path;  ///< `/index.html`, `/assets/index-a1b2.js`
  std::string_view bytes;
  std::string_view gzip;
};

/// The built canvas, sorted by path; null-terminated by an empty path. Written by tools/embed at build time.
extern const CanvasFile canvas_files[];
extern const std::size_t canvas_file_count;

/// Serves the canvas (09 §1.1): a file by its path; `index.html` for any other path that a browser navigates
/// to; otherwise 404. With the headers of 09 §3.3.
net::HttpResponse serve_canvas(const net::HttpRequest& request);

}  // namespace scaiflow::api
