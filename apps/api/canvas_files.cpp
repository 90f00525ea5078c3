#include "apps/api/canvas_files.h"

#include <algorithm>
#include <iterator>

#include "apps/api/errors.h"

namespace scaiflow::api {

namespace {

constexpr char content_security_policy[] =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr "
    "'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src "
    "'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

struct MediaType {
  std::string_view ending;
  const char* type;
};

constexpr MediaType media_types[] = {{".html", "text/html; charset=utf-8"},
                                     {".js", "text/javascript; charset=utf-8"},
                                     {".css", "text/css; charset=utf-8"},
                                     {".svg", "image/svg+xml"},
                                     {".json", "application/json"},
                                     {".wasm", "application/wasm"},
                                     {".png", "image/png"},
                                     {".ico", "image/x-icon"},
                                     {".webmanifest", "application/manifest+json"}};

const char* media_type(std::string_view path) {
  for (const MediaType& row : media_types) {
    if (path.ends_with(row.ending)) return row.type;
  }
  return "application/octet-stream";
}

const CanvasFile* find_file(std::string_view path) {
  const CanvasFile* end = canvas_files + canvas_file_count;
  const CanvasFile* found =
      std::lower_bound(canvas_files, end, path,
                       [](const CanvasFile& file, std::string_view wanted) { return file.path < wanted; });
  return found != end && found->path == path ? found : nullptr;
}

void add_page_headers(net::Headers& headers) {
  headers.set("Content-Security-Policy", content_security_policy);
  headers.set("X-Frame-Options", "DENY");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

net::HttpResponse send_file(const CanvasFile& file, const net::HttpRequest& request) {
  net::HttpResponse response;
  response.headers.set("Content-Type", media_type(file.path));
  // Vite puts a hash of the content into the names below /assets/, so that they never change.
  const bool hashed = file.path.starts_with("/assets/");
  response.headers.set("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (file.path.ends_with(".html")) add_page_headers(response.headers);
  // Page and worker share memory, by which a check that is outdated is told to stop (12 §12).
  response.headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  const bool packed =
      !file.gzip.empty() && request.headers.get("Accept-Encoding").find("gzip") != std::string_view::npos;
  response.headers.set("Vary", "Accept-Encoding");
  if (packed) response.headers.set("Content-Encoding", "gzip");
  response.body = std::string(packed ? file.gzip : file.bytes);
  return response;
}

}  // namespace

net::HttpResponse serve_canvas(const net::HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    net::HttpResponse response = error_response(make_error("method_not_allowed", "this path serves files"));
    response.headers.set("Allow", "GET, HEAD");
    return response;
  }
  if (const CanvasFile* file = find_file(request.path)) return send_file(*file, request);
  const bool navigates = request.headers.get("Accept").find("text/html") != std::string_view::npos;
  const CanvasFile* page = find_file("/index.html");
  if ((navigates || request.path == "/") && page != nullptr) return send_file(*page, request);
  if (navigates || request.path == "/") {
    return error_response(
        make_error("not_found", "this binary was built without the canvas; ./run builds both"));
  }
  return error_response(make_error("not_found", "no file of that name"));
}

}  // namespace scaiflow::api
