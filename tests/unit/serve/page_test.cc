#include "jail/serve/page.h"

#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/serve/routes.h"

namespace jail::serve {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

const Asset& AssetAt(absl::string_view path) {
  const absl::Span<const Asset> assets = PageAssets();
  const auto* found = absl::c_find_if(assets, [path](const Asset& asset) { return asset.path == path; });
  EXPECT_NE(found, assets.end()) << path;
  return found == assets.end() ? assets.front() : *found;
}
std::string Plain(absl::string_view path) { return AssetResponse(AssetAt(path), {}).body; }
std::string HeaderOf(const Response& response, absl::string_view name) {
  const auto found =
      absl::c_find_if(response.headers, [name](const auto& header) { return header.first == name; });
  return found == response.headers.end() ? "" : found->second;
}

TEST(PageTest, EveryFileHasItsRouteWhichNeedsNoName) {
  for (const Asset& asset : PageAssets()) {
    const Found found = FindRoute({}, "GET", asset.path);
    ASSERT_NE(found.route, nullptr) << asset.path;
    EXPECT_EQ(found.route->scope, v1::SCOPE_UNSPECIFIED) << asset.path;
    EXPECT_EQ(found.route->runs, false) << asset.path;
  }
}

// What a browser has to fetch before it can do anything: all but the licenses.
TEST(PageTest, ItIsSmall) {
  constexpr size_t kMostBytes = 270'000;
  size_t bytes = 0;
  for (const Asset& asset : PageAssets()) bytes += asset.path == "/page/licenses.txt" ? 0 : asset.gzip.size();
  EXPECT_LE(bytes, kMostBytes);
}

TEST(PageTest, WhatItNamesIsItsOwn) {
  const std::string page = Plain("/");
  for (const char* file : {"page/page.js", "page/page.css", "page/icon.svg"}) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\"", file, "\"")));
    AssetAt(absl::StrCat("/", file));
  }
  for (const Asset& asset : PageAssets()) {
    if (asset.path == "/page/licenses.txt") continue;
    // The namespace of SVG, which nobody fetches.
    const std::string text = absl::StrReplaceAll(Plain(asset.path), {{"http://www.w3.org/2000/svg", ""}});
    EXPECT_THAT(text, Not(HasSubstr("http://"))) << asset.path;
    EXPECT_THAT(text, Not(HasSubstr("https://"))) << asset.path;
  }
}

TEST(PageTest, NothingOfItMakesHtmlOfText) {
  for (const char* way : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("}) {
    EXPECT_THAT(Plain("/page/page.js"), Not(HasSubstr(way)));
  }
}

TEST(PageTest, ThePolicyAllowsNothingInlineAndNothingFromElsewhere) {
  const std::string policy = HeaderOf(AssetResponse(AssetAt("/"), {}), "Content-Security-Policy");
  EXPECT_TRUE(absl::StartsWith(policy, "default-src 'none'; ")) << policy;
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
}

TEST(PageTest, WhoTakesGzipGetsIt) {
  const Asset& script = AssetAt("/page/page.js");
  for (const char* accepted : {"gzip", "br;q=1, GZIP;q=0.5", "deflate,gzip"}) {
    const Response response = AssetResponse(script, {.headers = {{"Accept-Encoding", accepted}}});
    EXPECT_THAT(response.headers, Contains(Pair("Content-Encoding", "gzip"))) << accepted;
    EXPECT_EQ(response.body, script.gzip);
  }
  for (const char* accepted : {"", "br", "gzip;q=0", "gzip; q=0.0", "x-gzip"}) {
    const Response response = AssetResponse(script, {.headers = {{"Accept-Encoding", accepted}}});
    EXPECT_EQ(HeaderOf(response, "Content-Encoding"), "") << accepted;
    EXPECT_THAT(response.body, HasSubstr("api/execute"));
  }
}

TEST(PageTest, WhoHasItIsNotSentItAgain) {
  const Asset& sheet = AssetAt("/page/page.css");
  const Head plain;
  const std::string tag = HeaderOf(AssetResponse(sheet, plain), "ETag");
  const auto ask = [&](const std::string& tags) {
    return AssetResponse(sheet, {.headers = {{"If-None-Match", tags}}});
  };
  for (const std::string& tags : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    EXPECT_EQ(ask(tags).status, 304) << tags;
    EXPECT_EQ(ask(tags).body, "");
    EXPECT_EQ(HeaderOf(ask(tags), "ETag"), tag);
  }
  EXPECT_EQ(ask("\"other\"").status, 200);
  // The same file, compressed, is another thing.
  EXPECT_NE(HeaderOf(AssetResponse(sheet, {.headers = {{"Accept-Encoding", "gzip"}}}), "ETag"), tag);
}

TEST(PageTest, TheLicensesOfWhatIsInItAreThere) {
  for (const char* package : {"codemirror 6.0.2 (MIT)", "uplot 1.6.32 (MIT)", "@codemirror/view 6."}) {
    EXPECT_THAT(Plain("/page/licenses.txt"), HasSubstr(package));
  }
}

}  // namespace
}  // namespace jail::serve
