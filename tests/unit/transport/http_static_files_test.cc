#include "bridge/transport/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr EmbeddedFile kFile = {"/client/a.js", "text/javascript; charset=utf-8", "export {}", "\x1f\x8b", "\"abc\""};

HttpResponse Get(std::string_view if_none_match) {
  HttpRequest request{.host = "localhost:8080", .path = "/client/a.js"};
  if (!if_none_match.empty()) request.headers.push_back({"If-None-Match", std::string(if_none_match)});
  return FileResponse(request, &kFile);
}

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const HttpHeader& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

TEST(StaticFilesTest, AFileComesWithItsTypeAndTag) {
  const HttpResponse response = Get("");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content(), "export {}");
  EXPECT_EQ(HeaderOf(response, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(HeaderOf(response, "ETag"), "\"abc\"");
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-cache");
}

TEST(StaticFilesTest, WhoHasItGetsNotModified) {
  for (const char* tags : {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"}) {
    const HttpResponse response = Get(tags);
    EXPECT_EQ(response.status, 304) << tags;
    EXPECT_EQ(response.content(), "") << tags;
    EXPECT_EQ(HeaderOf(response, "ETag"), "\"abc\"") << tags;
  }
  for (const char* tags : {"\"x\"", "abc", "\"abcd\""}) EXPECT_EQ(Get(tags).status, 200) << tags;
}

TEST(StaticFilesTest, WhoTakesGzipGetsItUnderATagOfItsOwn) {
  HttpRequest request{.host = "localhost", .path = "/client/a.js", .headers = {{"Accept-Encoding", "br, gzip"}}};
  const HttpResponse zipped = FileResponse(request, &kFile);
  EXPECT_EQ(zipped.content(), "\x1f\x8b");
  EXPECT_EQ(HeaderOf(zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(HeaderOf(zipped, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(HeaderOf(zipped, "ETag"), "\"abc-gzip\"");
  EXPECT_EQ(HeaderOf(zipped, "Vary"), "Accept-Encoding");
  request.headers.push_back({"If-None-Match", "\"abc-gzip\""});
  EXPECT_EQ(FileResponse(request, &kFile).status, 304);
  request.headers.back().value = "\"abc\"";
  EXPECT_EQ(FileResponse(request, &kFile).status, 200);
}

TEST(StaticFilesTest, WhoDoesNotPlainlyTakeGzipGetsTheFileAsItIs) {
  for (const char* accepted : {"", "br", "gzip;q=0", "*", "x-gzip"}) {
    const HttpRequest request{.path = "/client/a.js", .headers = {{"Accept-Encoding", accepted}}};
    const HttpResponse response = FileResponse(request, &kFile);
    EXPECT_EQ(response.content(), "export {}") << accepted;
    EXPECT_EQ(HeaderOf(response, "Content-Encoding"), "") << accepted;
    EXPECT_EQ(HeaderOf(response, "Vary"), "Accept-Encoding") << accepted;
  }
}

TEST(StaticFilesTest, PagesRunOnlyWhatTheBridgeServes) {
  const std::string policy = HeaderOf(Get(""), "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("connect-src 'self' ws://localhost:8080 wss://localhost:8080;"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(HeaderOf(Get(""), "Referrer-Policy"), "no-referrer");
}

TEST(StaticFilesTest, AHostThatIsNoneAddsNothingToThePolicy) {
  HttpRequest request{.host = "x; script-src *", .path = "/"};
  const std::string policy = HeaderOf(FileResponse(request, &kFile), "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("connect-src 'self';"));
  EXPECT_THAT(policy, Not(HasSubstr("*")));
}

TEST(StaticFilesTest, NoFileIsNotFound) {
  EXPECT_EQ(FileResponse(HttpRequest{.path = "/client/../etc/passwd"}, nullptr).status, 404);
}

}  // namespace
}  // namespace spanwire::transport
