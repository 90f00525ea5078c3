#include "libs/net/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "libs/base/text.h"
#include "libs/net/clock.h"

namespace scaiflow::net {
namespace {

constexpr std::size_t response_headers_max = 256 * 1024;
constexpr int poll_ms_max = 60'000;

/// One request on its way. Lives on the client's thread.
struct Transfer {
  std::uint64_t id = 0;
  CURL* easy = nullptr;
  curl_slist* header_list = nullptr;
  HttpClientRequest request;
  HttpClient::OnData on_data;
  HttpClient::OnDone on_done;
  HttpClientResponse response;
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;
  std::int64_t begun_ms = 0;
  std::int64_t active_ms = 0;
  std::int64_t watch_ms = 0;  ///< its place among the deadlines; 0 = none
  std::string failure;        ///< code of the error that we caused ourselves; empty = the transport's
  bool sent = false;
  char error_text[CURL_ERROR_SIZE] = {};

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(header_list);
  }

  bool is_waiting() const { return easy == nullptr; }
  /// When it has taken too long; 0 = curl watches over it alone.
  std::int64_t due_ms() const {
    const std::int64_t limit_ms = is_waiting() ? request.timeout_ms : request.idle_timeout_ms;
    return limit_ms == 0 ? 0 : (is_waiting() ? begun_ms : active_ms) + limit_ms;
  }
  bool streams() const { return on_data && response.status >= 200 && response.status < 300; }
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.active_ms = steady_ms();
  transfer.body_bytes += count;
  if (transfer.body_bytes > transfer.request.body_max) {
    transfer.failure = client_error::BodyTooLarge;
    return 0;
  }
  if (transfer.streams()) {
    transfer.on_data({bytes, count});
  } else {
    transfer.response.body.append(bytes, count);
  }
  return count;
}

/// Called for each line; a status line starts over (100 Continue, redirects).
std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.active_ms = steady_ms();
  transfer.header_bytes += count;
  if (transfer.header_bytes > response_headers_max) {
    return 0;
  }
  const std::string_view line = trim({bytes, count});
  if (line.starts_with("HTTP/")) {
    transfer.response.headers = {};
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    transfer.response.headers.add(std::string(line.substr(0, colon)),
                                  std::string(trim(line.substr(colon + 1))));
  }
  return count;
}

bool filter_allows(Transfer& transfer, const char* address, std::uint16_t port) {
  if (!transfer.request.address_filter || transfer.request.address_filter(address, port)) {
    return true;
  }
  transfer.failure = client_error::AddressRefused;
  return false;
}

/// Asked before each connect, with the address that the name resolved to.
curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* target) {
  char text[INET6_ADDRSTRLEN] = {};
  std::uint16_t port = 0;
  if (target->family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&target->addr);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    port = ntohs(v4->sin_port);
  } else if (target->family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&target->addr);
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    port = ntohs(v6->sin6_port);
  }
  if (!filter_allows(*static_cast<Transfer*>(user), text, port)) {
    return CURL_SOCKET_BAD;
  }
  return socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

/// Asked before each request, on reused connections too: those were opened for somebody else's filter.
int before_request(void* user, char* address, char*, int port, int) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (!filter_allows(transfer, address, static_cast<std::uint16_t>(port))) {
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.sent = true;
  return CURL_PREREQFUNC_OK;
}

void set_method(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const HttpClientRequest& request = transfer.request;
  const bool has_body = !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
                        request.method == "PATCH";
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (has_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    if (request.method != "POST") {
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  } else if (request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void set_headers(Transfer& transfer) {
  bool has_type = false;
  for (const auto& [name, value] : transfer.request.headers) {
    has_type = has_type || to_lower(name) == "content-type";
    // A value-less field needs `;`, else it would be taken as "do not send".
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    transfer.header_list = curl_slist_append(transfer.header_list, line.c_str());
  }
  if (!has_type) {
    transfer.header_list = curl_slist_append(transfer.header_list, "Content-Type:");
  }
  transfer.header_list = curl_slist_append(transfer.header_list, "Expect:");
  curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.header_list);
}

void set_limits(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const HttpClientRequest& request = transfer.request;
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request.redirects == Redirects::Follow ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, static_cast<long>(request.redirects_max));
  if (request.timeout_ms > 0) {
    const std::int64_t left_ms = transfer.begun_ms + request.timeout_ms - steady_ms();
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left_ms, 1)));
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout_ms));
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request.connection == ConnectionUse::Fresh ? 1L : 0L);
  // A proxy from the environment would make every address its own and so blind the filter.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (!transfer.on_data) {
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  }
}

void set_callbacks(Transfer& transfer) {
  CURL* easy = transfer.easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error_text);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
}

Error transfer_error(const Transfer& transfer, std::string code, std::string message) {
  const bool may_retry = code == client_error::ConnectFailed || code == client_error::Timeout ||
                         code == client_error::TransferFailed || code == client_error::Overloaded;
  return Error{std::move(code), std::move(message), may_retry ? Retry::Later : Retry::Never,
               Json::object({{"sent", transfer.sent}})};
}

std::string own_failure_text(const Transfer& transfer) {
  if (transfer.failure == client_error::BodyTooLarge) {
    return "the answer is larger than " + std::to_string(transfer.request.body_max) + " bytes";
  }
  if (transfer.failure == client_error::AddressRefused) {
    return "this address may not be connected to";
  }
  if (transfer.failure == client_error::ConnectFailed) {
    return "no connection to the server was free for " + std::to_string(transfer.request.timeout_ms) + " ms";
  }
  if (transfer.failure == client_error::Timeout) {
    return "nothing was received for " + std::to_string(transfer.request.idle_timeout_ms) + " ms";
  }
  return "cancelled";
}

Error classify(const Transfer& transfer, CURLcode code) {
  if (!transfer.failure.empty()) {
    return transfer_error(transfer, transfer.failure, own_failure_text(transfer));
  }
  const std::string text = transfer.error_text[0] ? transfer.error_text : curl_easy_strerror(code);
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT) {
    return transfer_error(transfer, client_error::InvalidUrl, text);
  }
  if (!transfer.sent) {
    return transfer_error(transfer, client_error::ConnectFailed, text);
  }
  const bool timed_out = code == CURLE_OPERATION_TIMEDOUT;
  return transfer_error(transfer, timed_out ? client_error::Timeout : client_error::TransferFailed, text);
}

/// Scheme, host and port: what connections are counted by.
std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t end = url.find_first_of("/?#", scheme == std::string_view::npos ? 0 : scheme + 3);
  return to_lower(url.substr(0, end));
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(HttpClientOptions options);
  ~Impl();

  std::uint64_t send(HttpClientRequest request, OnData on_data, OnDone on_done);
  void cancel(std::uint64_t id);
  void stop();

 private:
  using TransferPtr = std::unique_ptr<Transfer>;

  void run();
  void take_commands();
  void take(TransferPtr transfer);
  void start(Transfer& transfer);
  void start_next(const std::string& origin);
  void watch(Transfer& transfer);
  void collect();
  void finish(std::uint64_t id, CURLcode code);
  void cancel_now(std::uint64_t id);
  int expire();

  /// A handle of curl takes more memory than an execution: those that wait have none.
  struct Origin {
    std::size_t active = 0;
    std::deque<std::uint64_t> waiting;  ///< in order; those that have ended meanwhile are passed over
  };

  HttpClientOptions options_;
  CURLM* multi_;
  // on the thread
  std::unordered_map<std::uint64_t, TransferPtr> transfers_;
  std::unordered_map<std::string, Origin> origins_;
  std::set<std::pair<std::int64_t, std::uint64_t>> deadlines_;

  std::mutex mutex_;
  std::vector<TransferPtr> added_;
  std::vector<std::uint64_t> cancelled_;
  std::size_t in_work_ = 0;
  std::uint64_t last_id_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

HttpClient::Impl::Impl(HttpClientOptions options) : options_(std::move(options)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(options_.connections_per_host_max));
  thread_ = std::thread([this] { run(); });
}

HttpClient::Impl::~Impl() {
  stop();
  curl_multi_cleanup(multi_);
}

std::uint64_t HttpClient::Impl::send(HttpClientRequest request, OnData on_data, OnDone on_done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->on_data = std::move(on_data);
  transfer->on_done = std::move(on_done);
  std::string refusal;
  std::uint64_t id = 0;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) {
      refusal = client_error::Cancelled;
    } else if (in_work_ >= options_.transfers_max) {
      refusal = client_error::Overloaded;
    } else {
      ++in_work_;
      id = transfer->id = ++last_id_;
      added_.push_back(std::move(transfer));
    }
  }
  if (!refusal.empty()) {
    const OnDone done = std::move(transfer->on_done);
    done(tl::unexpected(transfer_error(*transfer, refusal, "the HTTP client takes no more requests")));
    return 0;
  }
  curl_multi_wakeup(multi_);
  return id;
}

void HttpClient::Impl::cancel(std::uint64_t id) {
  {
    std::lock_guard lock(mutex_);
    cancelled_.push_back(id);
  }
  curl_multi_wakeup(multi_);
}

void HttpClient::Impl::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  curl_multi_wakeup(multi_);
  if (thread_.joinable()) {
    thread_.join();
  }
}

void HttpClient::Impl::run() {
  while (true) {
    take_commands();
    {
      std::lock_guard lock(mutex_);
      if (stopped_ && added_.empty()) {
        break;
      }
    }
    int running = 0;
    curl_multi_perform(multi_, &running);
    collect();
    curl_multi_poll(multi_, nullptr, 0, expire(), nullptr);
  }
  while (!transfers_.empty()) {
    cancel_now(transfers_.begin()->first);
  }
}

void HttpClient::Impl::take_commands() {
  std::vector<TransferPtr> added;
  std::vector<std::uint64_t> cancelled;
  {
    std::lock_guard lock(mutex_);
    added.swap(added_);
    cancelled.swap(cancelled_);
  }
  for (TransferPtr& transfer : added) {
    take(std::move(transfer));
  }
  for (const std::uint64_t id : cancelled) {
    cancel_now(id);
  }
}

void HttpClient::Impl::take(TransferPtr owned) {
  Transfer& transfer = *owned;
  transfers_.emplace(transfer.id, std::move(owned));
  transfer.begun_ms = steady_ms();
  Origin& origin = origins_[origin_of(transfer.request.url)];
  if (origin.active < options_.connections_per_host_max) {
    ++origin.active;
    return start(transfer);
  }
  origin.waiting.push_back(transfer.id);
  watch(transfer);
}

/// One of the origin has ended: the next that waits takes its place.
void HttpClient::Impl::start_next(const std::string& name) {
  const auto found = origins_.find(name);
  Origin& origin = found->second;
  while (!origin.waiting.empty()) {
    const auto next = transfers_.find(origin.waiting.front());
    origin.waiting.pop_front();
    if (next != transfers_.end()) return start(*next->second);
  }
  if (--origin.active == 0) origins_.erase(found);
}

/// Puts the transfer where its deadline is now.
void HttpClient::Impl::watch(Transfer& transfer) {
  if (transfer.watch_ms > 0) deadlines_.erase({transfer.watch_ms, transfer.id});
  transfer.watch_ms = transfer.due_ms();
  if (transfer.watch_ms > 0) deadlines_.insert({transfer.watch_ms, transfer.id});
}

void HttpClient::Impl::start(Transfer& transfer) {
  transfer.active_ms = steady_ms();
  transfer.easy = curl_easy_init();
  assert(transfer.easy);
  curl_easy_setopt(transfer.easy, CURLOPT_URL, transfer.request.url.c_str());
  curl_easy_setopt(transfer.easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(transfer.easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  set_method(transfer);
  set_headers(transfer);
  set_limits(transfer);
  set_callbacks(transfer);
  curl_multi_add_handle(multi_, transfer.easy);
  watch(transfer);
}

void HttpClient::Impl::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) {
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      finish(transfer->id, message->data.result);
    }
  }
}

void HttpClient::Impl::finish(std::uint64_t id, CURLcode code) {
  const auto found = transfers_.find(id);
  const TransferPtr transfer = std::move(found->second);
  transfers_.erase(found);
  if (transfer->watch_ms > 0) deadlines_.erase({transfer->watch_ms, id});
  if (!transfer->is_waiting()) {
    curl_multi_remove_handle(multi_, transfer->easy);
    start_next(origin_of(transfer->request.url));
  }
  {
    std::lock_guard lock(mutex_);
    --in_work_;
  }
  if (code != CURLE_OK || !transfer->failure.empty()) {
    transfer->on_done(tl::unexpected(classify(*transfer, code)));
    return;
  }
  long status = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  const char* url = nullptr;
  curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
  transfer->response.status = static_cast<int>(status);
  transfer->response.url = url ? url : transfer->request.url;
  transfer->on_done(std::move(transfer->response));
}

void HttpClient::Impl::cancel_now(std::uint64_t id) {
  const auto found = transfers_.find(id);
  if (found != transfers_.end()) {
    found->second->failure = client_error::Cancelled;
    finish(id, CURLE_ABORTED_BY_CALLBACK);
  }
}

/// Ends transfers that have waited or been silent for too long; the time until the next of them could.
int HttpClient::Impl::expire() {
  const std::int64_t now = steady_ms();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Transfer& transfer = *transfers_.at(deadlines_.begin()->second);
    if (transfer.due_ms() > now) {
      watch(transfer);  // it was heard of meanwhile
      continue;
    }
    transfer.failure = transfer.is_waiting() ? client_error::ConnectFailed : client_error::Timeout;
    finish(transfer.id, CURLE_OPERATION_TIMEDOUT);
  }
  if (deadlines_.empty()) return poll_ms_max;
  return static_cast<int>(std::min<std::int64_t>(deadlines_.begin()->first - now, poll_ms_max));
}

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_shared<Impl>(std::move(options))) {}

HttpClient::~HttpClient() { stop(); }

HttpClient::Handle HttpClient::send(HttpClientRequest request, OnDone done) {
  return send(std::move(request), {}, std::move(done));
}

HttpClient::Handle HttpClient::send(HttpClientRequest request, OnData on_data, OnDone done) {
  Handle handle;
  const std::uint64_t id = impl_->send(std::move(request), std::move(on_data), std::move(done));
  handle.cancel_ = [weak = std::weak_ptr(impl_), id] {
    if (const auto impl = weak.lock()) {
      impl->cancel(id);
    }
  };
  return handle;
}

void HttpClient::stop() { impl_->stop(); }

void HttpClient::Handle::cancel() const {
  if (cancel_) {
    cancel_();
  }
}

}  // namespace scaiflow::net
