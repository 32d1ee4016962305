#include "bridge/transport/http_request_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "bridge/model/absl_view.h"
#include "bridge/session/control_messages.h"

namespace spanwire::transport {
namespace {

namespace http = boost::beast::http;
namespace error_code = session::error_code;

constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

HttpMethod MethodOf(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return HttpMethod::kGet;
    case http::verb::head:
      return HttpMethod::kHead;
    case http::verb::post:
      return HttpMethod::kPost;
    case http::verb::options:
      return HttpMethod::kOptions;
    default:
      return HttpMethod::kOther;
  }
}

bool IsTokenByte(unsigned char c) {
  return absl::ascii_isalnum(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

// The value of the one whole line of that name in a part of a head; empty where there is none, or more.
std::string LineOf(std::string_view name, std::string_view head) {
  constexpr std::string_view kBreak = "\r\n";
  std::string value;
  for (size_t at = head.find(kBreak); at != std::string_view::npos;) {
    const size_t begin = at + kBreak.size();
    at = head.find(kBreak, begin);
    const std::string_view line = head.substr(begin, at - begin);
    if (at == std::string_view::npos || line.empty()) break;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !SameHeaderName(line.substr(0, colon), name)) continue;
    if (!value.empty()) return "";
    value = model::ToStd(absl::StripAsciiWhitespace(model::ToAbsl(line.substr(colon + 1))));
  }
  return value;
}

}  // namespace

class HttpRequestReader::Impl {
 public:
  explicit Impl(Limits limits) : limits_(limits) {
    parser_.header_limit(static_cast<std::uint32_t>(limits.head_bytes));
    parser_.body_limit(limits.body_bytes);
  }

  State Read(std::string_view bytes);
  bool TakeExpectation() { return std::exchange(expectation_, false); }
  HttpRequest TakeRequest();
  std::string TakeRest() { return std::move(pending_); }
  const Problem& problem() const { return problem_; }
  std::string Origin() const;

 private:
  State SkipToHead();
  State ReadHead();
  State ReadBody();
  size_t Parse(boost::beast::error_code* error);
  State CheckHead();
  State CheckFraming(const http::fields& head);
  State CheckHost(const http::fields& head);
  State Explain(boost::beast::error_code error);
  size_t RequestLineBytes() const;
  State HeadTooLarge();
  State Refuse(int status, std::string_view code, std::string detail) {
    problem_ = {.status = status, .code = code, .detail = std::move(detail)};
    return State::kFault;
  }
  State Malformed(std::string detail) { return Refuse(400, error_code::kBadRequest, std::move(detail)); }

  const Limits limits_;
  http::request_parser<http::string_body> parser_;
  std::string pending_;    // came and is not parsed yet
  size_t head_bytes_ = 0;  // of the head, parsed
  HttpRequest request_;
  Problem problem_;
  bool expectation_ = false;
};

HttpRequestReader::State HttpRequestReader::Impl::Read(std::string_view bytes) {
  pending_.append(bytes);
  if (!parser_.got_some()) {
    if (SkipToHead() == State::kFault) return State::kFault;
    if (pending_.empty() || pending_ == "\r") return State::kNeedMore;
  }
  if (!parser_.is_header_done()) {
    if (ReadHead() == State::kFault) return State::kFault;
  }
  if (parser_.is_header_done() && !parser_.is_done() && !pending_.empty()) return ReadBody();
  return parser_.is_done() ? State::kComplete : State::kNeedMore;
}

HttpRequestReader::State HttpRequestReader::Impl::SkipToHead() {
  // RFC 9112, section 2.2: some clients end a request with one line break too many.
  if (absl::StartsWith(pending_, "\r\n")) pending_.erase(0, 2);
  if (pending_.empty() || pending_ == "\r") return State::kNeedMore;
  // Such as TLS on the plain port: it would never come to the end of a head.
  if (IsTokenByte(static_cast<unsigned char>(pending_.front()))) return State::kNeedMore;
  return Malformed("not HTTP: this port speaks plain HTTP/1.1");
}

size_t HttpRequestReader::Impl::Parse(boost::beast::error_code* error) {
  const size_t used = parser_.put(boost::asio::const_buffer(pending_.data(), pending_.size()), *error);
  if (*error == http::error::need_more) *error = {};
  pending_.erase(0, used);
  return used;
}

HttpRequestReader::State HttpRequestReader::Impl::ReadHead() {
  boost::beast::error_code error;
  head_bytes_ += Parse(&error);
  if (error) return Explain(error);
  // Beast takes a head line by line as it comes and applies its limit to what is left of it, so the sum is ours.
  const bool done = parser_.is_header_done();
  if (head_bytes_ + (done ? 0 : pending_.size()) > limits_.head_bytes) return HeadTooLarge();
  if (!done) return State::kNeedMore;
  parser_.eager(true);
  return CheckHead();
}

HttpRequestReader::State HttpRequestReader::Impl::ReadBody() {
  // Beast's parser asserts that the last chunk comes in one piece; no chunked body ends with less than this to come.
  if (parser_.chunked() && pending_.size() < kLastChunk.size()) return State::kNeedMore;
  boost::beast::error_code error;
  Parse(&error);
  if (error) return Explain(error);
  if (parser_.is_done()) return State::kComplete;
  // What is left is the beginning of a line between two chunks, for which Beast has no limit.
  if (pending_.size() > limits_.head_bytes) return Malformed("a line of the chunked body is too long");
  return State::kNeedMore;
}

// Of what has come of it.
size_t HttpRequestReader::Impl::RequestLineBytes() const {
  if (head_bytes_ == 0) return std::min(pending_.find("\r\n"), pending_.size());
  const auto& message = parser_.get();
  return message.method_string().size() + message.target().size() + std::string_view("  HTTP/1.1").size();
}

HttpRequestReader::State HttpRequestReader::Impl::HeadTooLarge() {
  // A head that is mostly URL is cured by a shorter one.
  if (RequestLineBytes() > limits_.head_bytes / 2) {
    return Refuse(414, error_code::kTooLarge,
                  fmt::format("the URL is too long: it and the headers may have {} bytes; POST the same fields as JSON",
                              limits_.head_bytes));
  }
  return Refuse(431, error_code::kTooLarge,
                fmt::format("the request's head is too large: at most {} bytes", limits_.head_bytes));
}

HttpRequestReader::State HttpRequestReader::Impl::Explain(boost::beast::error_code error) {
  if (error == http::error::header_limit) return HeadTooLarge();
  if (error == http::error::body_limit) {
    return Refuse(413, error_code::kTooLarge,
                  fmt::format("the request's body is too large: at most {} bytes", limits_.body_bytes));
  }
  return Malformed(fmt::format("the request is malformed: {}", error.message()));
}

HttpRequestReader::State HttpRequestReader::Impl::CheckHead() {
  const auto& message = parser_.get();
  const http::fields& head = message.base();
  request_.method = MethodOf(message.method());
  request_.minor_version = static_cast<int>(message.version() % 10);
  request_.keep_alive = message.keep_alive();
  if (!ParseTarget(View(message.target()), &request_)) {
    return Malformed("the request target is malformed: expected a path that begins with /");
  }
  if (CheckFraming(head) == State::kFault || CheckHost(head) == State::kFault) return State::kFault;
  for (const auto& field : head) {
    request_.headers.push_back({std::string(View(field.name_string())), std::string(View(field.value()))});
  }
  expectation_ =
      request_.minor_version >= 1 && !parser_.is_done() && ListHas(request_.Header("Expect"), "100-continue");
  return State::kNeedMore;
}

// Where the body ends must be said once and plainly: otherwise a proxy before the bridge may read another request out
// of the same bytes (request smuggling). Beast refuses Content-Length beside Transfer-Encoding; here is the rest.
HttpRequestReader::State HttpRequestReader::Impl::CheckFraming(const http::fields& head) {
  if (head.count(http::field::content_length) > 1) return Malformed("Content-Length is given more than once");
  const std::string_view length = View(head[http::field::content_length]);
  if (!std::all_of(length.begin(), length.end(), absl::ascii_isdigit)) {
    return Malformed("Content-Length must be one number");
  }
  const size_t encodings = head.count(http::field::transfer_encoding);
  if (encodings == 0) return State::kNeedMore;
  if (request_.minor_version == 0) return Malformed("HTTP/1.0 knows no Transfer-Encoding");
  if (encodings > 1 || !boost::beast::iequals(head[http::field::transfer_encoding], "chunked")) {
    return Refuse(501, error_code::kBadRequest, "Transfer-Encoding must be chunked and nothing else");
  }
  return State::kNeedMore;
}

HttpRequestReader::State HttpRequestReader::Impl::CheckHost(const http::fields& head) {
  const size_t hosts = head.count(http::field::host);
  if (hosts > 1) return Malformed("Host is given more than once");
  // Which of them counts would be a matter of who reads it.
  if (head.count(http::field::origin) > 1) return Malformed("Origin is given more than once");
  if (hosts == 0 && request_.minor_version >= 1) return Malformed("Host is missing: HTTP/1.1 demands it");
  if (request_.host.empty()) request_.host = View(head[http::field::host]);
  return State::kNeedMore;
}

HttpRequest HttpRequestReader::Impl::TakeRequest() {
  request_.body = std::move(parser_.get().body());
  return std::move(request_);
}

std::string HttpRequestReader::Impl::Origin() const {
  const http::fields& head = parser_.get().base();
  switch (head.count(http::field::origin)) {
    case 0:
      // Of a head that was too large it may stand in what is not parsed.
      return parser_.is_header_done() ? "" : LineOf("origin", pending_);
    case 1:
      return std::string(View(head[http::field::origin]));
    default:
      return "";
  }
}

HttpRequestReader::HttpRequestReader(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
HttpRequestReader::~HttpRequestReader() = default;

HttpRequestReader::State HttpRequestReader::Read(std::string_view bytes) {
  return impl_->Read(bytes);
}
bool HttpRequestReader::TakeExpectation() {
  return impl_->TakeExpectation();
}
HttpRequest HttpRequestReader::TakeRequest() {
  return impl_->TakeRequest();
}
std::string HttpRequestReader::TakeRest() {
  return impl_->TakeRest();
}
std::string HttpRequestReader::Origin() const {
  return impl_->Origin();
}
const Problem& HttpRequestReader::problem() const {
  return impl_->problem();
}

}  // namespace spanwire::transport
