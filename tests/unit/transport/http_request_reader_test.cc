#include "bridge/transport/http_request_reader.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

using State = HttpRequestReader::State;
using namespace std::string_literals;

constexpr HttpRequestReader::Limits kLimits{.head_bytes = 512, .body_bytes = 64};

struct Outcome {
  State state = State::kNeedMore;
  int status = 0;       // of a fault
  std::string request;  // `host path?query body`
  std::string rest;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << static_cast<int>(outcome.state) << " " << outcome.status << " " << outcome.request << " rest "
               << outcome.rest;
  }
};

// Feeds the bytes in pieces of `step` bytes. `rest` is only what came in the same piece as the request's end.
Outcome Feed(std::string_view bytes, size_t step) {
  HttpRequestReader reader(kLimits);
  Outcome outcome;
  while (!bytes.empty() && outcome.state == State::kNeedMore) {
    outcome.state = reader.Read(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  if (outcome.state == State::kFault) outcome.status = reader.problem().status;
  if (outcome.state == State::kComplete) {
    const HttpRequest request = reader.TakeRequest();
    outcome.request = fmt::format("{} {}?{} {}", request.host, request.path, request.query, request.body);
    outcome.rest = reader.TakeRest().append(bytes);
  }
  return outcome;
}

// The outcome, which must not depend on how the bytes are cut.
Outcome Read(std::string_view bytes) {
  const Outcome whole = Feed(bytes, bytes.size());
  for (const size_t step : {1, 2, 3, 7, 64}) EXPECT_EQ(Feed(bytes, step), whole) << "in pieces of " << step;
  return whole;
}

std::string Head(std::string_view headers) {
  return fmt::format("GET /p?q HTTP/1.1\r\nHost: h\r\n{}\r\n", headers);
}

TEST(HttpRequestReaderTest, RequestsAreReadHoweverTheyAreCut) {
  const std::pair<std::string, std::string> cases[] = {
      {Head(""), "h /p?q "},
      {"\r\n" + Head(""), "h /p?q "},
      {Head("Content-Length: 3\r\n") + "abc", "h /p?q abc"},
      {Head("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n", "h /p?q abcde"},
      {Head("Transfer-Encoding: Chunked\r\n") + "0\r\n\r\n", "h /p?q "},
      {"GET http://other:1/p HTTP/1.1\r\nHost: h\r\n\r\n", "other:1 /p? "},
      {"GET /p HTTP/1.0\r\n\r\n", " /p? "},
      {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "h *? "},
      {"BREW /p HTTP/1.1\r\nHost: h\r\n\r\n", "h /p? "},
  };
  for (const auto& [bytes, request] : cases) {
    const Outcome outcome = Read(bytes);
    EXPECT_EQ(outcome.state, State::kComplete) << bytes;
    EXPECT_EQ(outcome.request, request) << bytes;
    EXPECT_EQ(outcome.rest, "") << bytes;
  }
}

TEST(HttpRequestReaderTest, WhatFollowsIsKeptForTheNextRequest) {
  EXPECT_EQ(Read(Head("") + "GET /n").rest, "GET /n");
  EXPECT_EQ(Read(Head("Content-Length: 3\r\n") + "abcGET /n").rest, "GET /n");
  EXPECT_EQ(Read(Head("Transfer-Encoding: chunked\r\n") + "0\r\n\r\nGET /n").rest, "GET /n");
}

TEST(HttpRequestReaderTest, MalformedRequestsAreRefused) {
  const std::pair<std::string, int> cases[] = {
      {"\x16\x03\x01\x02\x00\x01", 400},  // TLS
      {" GET / HTTP/1.1\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\n\r\n", 400},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", 400},
      {"GET / b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},                        // no Host
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},  // two
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},            // space before the colon
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"s, 400},
      {Head("Content-Length: x\r\n"), 400},
      {Head("Content-Length: -1\r\n"), 400},
      {Head("Content-Length: 1, 1\r\n") + "a", 400},
      {Head("Content-Length: 1\r\nContent-Length: 1\r\n") + "a", 400},
      {Head("Content-Length: 1\r\nContent-Length: 2\r\n") + "ab", 400},
      {Head("Content-Length: 99999999999999999999\r\n"), 400},
      // Two readers could disagree on where these end.
      {Head("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", 400},
      {Head("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n", 400},
      {Head("Transfer-Encoding: gzip\r\n"), 501},
      {Head("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n", 501},
      {Head("Transfer-Encoding: chunked, gzip\r\n"), 501},
      {Head("Transfer-Encoding: xchunked\r\n"), 501},
      {Head("Transfer-Encoding: identity\r\n"), 501},
      {Head("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", 501},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {Head("Transfer-Encoding: chunked\r\n") + "x\r\n0\r\n\r\n", 400},
      {Head("Transfer-Encoding: chunked\r\n") + "-1\r\n0\r\n\r\n", 400},
      {Head("Transfer-Encoding: chunked\r\n") + "3\r\nabcd\r\n0\r\n\r\n", 400},
      {Head("Transfer-Encoding: chunked\r\n") + "fffffffffffffffff\r\n", 400},
  };
  for (const auto& [bytes, status] : cases) {
    const Outcome outcome = Read(bytes);
    EXPECT_EQ(outcome.state, State::kFault) << bytes;
    EXPECT_EQ(outcome.status, status) << bytes;
  }
}

TEST(HttpRequestReaderTest, TheHeadMayBeExactlyAsLongAsItsLimit) {
  const size_t frame = Head("X: \r\n").size();
  const std::string exact = Head(fmt::format("X: {}\r\n", std::string(kLimits.head_bytes - frame, 'x')));
  ASSERT_EQ(exact.size(), kLimits.head_bytes);
  EXPECT_EQ(Read(exact).state, State::kComplete);
  const std::string over = Head(fmt::format("X: {}\r\n", std::string(kLimits.head_bytes - frame + 1, 'x')));
  EXPECT_EQ(Read(over).status, 431);
  EXPECT_EQ(Read("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(10'000, 'x')).status, 431);
}

TEST(HttpRequestReaderTest, AHeadOfManyShortLinesIsBoundedToo) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 1000; ++i) bytes += "X: y\r\n";
  EXPECT_EQ(Read(bytes).status, 431);
}

TEST(HttpRequestReaderTest, ALongUrlIsCalledThat) {
  EXPECT_EQ(Read("GET /" + std::string(10'000, 'x')).status, 414);
  EXPECT_EQ(Read("GET /" + std::string(kLimits.head_bytes - 40, 'x') +
                 " HTTP/1.1\r\nHost: h\r\nX: " + std::string(100, 'y') + "\r\n\r\n")
                .status,
            414);
}

TEST(HttpRequestReaderTest, TheBodyMayBeExactlyAsLongAsItsLimit) {
  const std::string body(kLimits.body_bytes, 'b');
  EXPECT_EQ(Read(Head("Content-Length: 64\r\n") + body).request, "h /p?q " + body);
  EXPECT_EQ(Read(Head("Transfer-Encoding: chunked\r\n") + "40\r\n" + body + "\r\n0\r\n\r\n").request, "h /p?q " + body);
  EXPECT_EQ(Read(Head("Content-Length: 65\r\n")).status, 413);
  EXPECT_EQ(Read(Head("Transfer-Encoding: chunked\r\n") + "41\r\nb").status, 413);
  EXPECT_EQ(Read(Head("Transfer-Encoding: chunked\r\n") + "40\r\n" + body + "\r\n1\r\nb\r\n").status, 413);
}

TEST(HttpRequestReaderTest, LinesBetweenChunksAreBounded) {
  EXPECT_EQ(Read(Head("Transfer-Encoding: chunked\r\n") + "1;" + std::string(10'000, 'x')).status, 400);
  EXPECT_EQ(Read(Head("Transfer-Encoding: chunked\r\n") + "0\r\nT: " + std::string(10'000, 'x')).status, 400);
}

TEST(HttpRequestReaderTest, WhoWaitsToBeToldToSendIsToldOnce) {
  HttpRequestReader reader(kLimits);
  EXPECT_EQ(reader.Read(Head("Content-Length: 1\r\nExpect: 100-continue\r\n")), State::kNeedMore);
  EXPECT_TRUE(reader.TakeExpectation());
  EXPECT_FALSE(reader.TakeExpectation());
  EXPECT_EQ(reader.Read("x"), State::kComplete);
  HttpRequestReader impatient(kLimits);
  EXPECT_EQ(impatient.Read(Head("Content-Length: 1\r\nExpect: 100-continue\r\n") + "x"), State::kComplete);
}

TEST(HttpRequestReaderTest, KeepAliveFollowsVersionAndConnection) {
  const std::pair<std::string, bool> cases[] = {
      {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
  };
  for (const auto& [bytes, keep_alive] : cases) {
    HttpRequestReader reader(kLimits);
    ASSERT_EQ(reader.Read(bytes), State::kComplete) << bytes;
    EXPECT_EQ(reader.TakeRequest().keep_alive, keep_alive) << bytes;
  }
}

}  // namespace
}  // namespace spanwire::transport
