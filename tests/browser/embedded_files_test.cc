#include "bridge/transport/embedded_files.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanwire::transport {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

std::string Body(std::string_view url_path) {
  const EmbeddedFile* file = FindEmbeddedFile(url_path);
  return file == nullptr ? "" : std::string(file->body);
}

std::string SourceFile(const std::string& path) {
  std::ifstream in(SPANWIRE_SOURCE_DIR "/web/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(EmbeddedFilesTest, PagesAreTheFilesByteForByte) {
  EXPECT_THAT(Body("/"), StartsWith("<!doctype html>"));
  EXPECT_EQ(Body("/"), SourceFile("console/index.html"));
  EXPECT_EQ(Body("/console/console.css"), SourceFile("console/console.css"));
  EXPECT_EQ(Body("/favicon.svg"), SourceFile("console/favicon.svg"));
}

TEST(EmbeddedFilesTest, ModulesKeepTheirCodeAndLoseTheirComments) {
  const std::string body = Body("/console/units.js");
  EXPECT_THAT(body, HasSubstr("export function formatOf(metric) {"));
  EXPECT_THAT(body,
              HasSubstr("`${CLOCK_SECONDS.format(ms)}.${String(new Date(ms).getMilliseconds()).padStart(3, '0')}`"));
  EXPECT_THAT(body, EndsWith("\n"));
  EXPECT_THAT(body, Not(HasSubstr("/**")));
  EXPECT_THAT(body, Not(HasSubstr("// ")));
}

TEST(EmbeddedFilesTest, TheClientIsOneModule) {
  const std::string body = Body("/client/spanwire.js");
  EXPECT_THAT(body, HasSubstr(R"(/^([0-9A-Za-z]+)-(\d+)$/.exec(cursor)??[];)"));
  EXPECT_THAT(body, HasSubstr("`\"${cursor}\" is no cursor: pass one that the bridge gave out`"));
  EXPECT_THAT(body, HasSubstr("export class WebSocketManager{"));
  EXPECT_THAT(body, HasSubstr("export const wsManager="));
  EXPECT_THAT(body, Not(HasSubstr("import ")));
  EXPECT_THAT(body, Not(HasSubstr("#subscriptions")));
  EXPECT_THAT(body, Not(HasSubstr("Subscriptions")));
  EXPECT_EQ(FindEmbeddedFile("/client/subscriptions.js"), nullptr);
}

TEST(EmbeddedFilesTest, IntegrationsImportTheOneClient) {
  EXPECT_THAT(Body("/integrations/react.js"), HasSubstr("from '../client/spanwire.js'"));
}

TEST(EmbeddedFilesTest, ContentTypesFollowTheEnding) {
  EXPECT_EQ(FindEmbeddedFile("/")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(FindEmbeddedFile("/client/spanwire.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(FindEmbeddedFile("/console/console.css")->content_type, "text/css; charset=utf-8");
  EXPECT_EQ(FindEmbeddedFile("/favicon.ico")->content_type, "image/svg+xml");
}

TEST(EmbeddedFilesTest, TagsAreQuotedAndDiffer) {
  const std::string tag(FindEmbeddedFile("/")->etag);
  EXPECT_THAT(tag, MatchesRegex("\"[0-9a-f]+\""));
  EXPECT_EQ(tag.size(), 18u);
  EXPECT_NE(tag, FindEmbeddedFile("/client/spanwire.js")->etag);
}

TEST(EmbeddedFilesTest, TheCompressedFormIsGzipWithoutATimeSoThatBuildsAreTheSame) {
  const EmbeddedFile* client = FindEmbeddedFile("/client/spanwire.js");
  EXPECT_THAT(client->gzip, StartsWith(std::string_view("\x1f\x8b\x08\0\0\0\0\0", 8)));
  EXPECT_LE(client->gzip.size(), 8192u);
  EXPECT_LT(FindEmbeddedFile("/")->gzip.size(), FindEmbeddedFile("/")->body.size());
}

TEST(EmbeddedFilesTest, NothingElseIsServed) {
  for (const std::string_view path : {"", "/console", "/console/", "/console/index.html", "/client/", "/client/x.js",
                                      "/package.json", "/../CMakeLists.txt"}) {
    EXPECT_EQ(FindEmbeddedFile(path), nullptr) << path;
  }
}

}  // namespace
}  // namespace spanwire::transport
