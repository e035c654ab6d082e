// The page of jaild, in a real browser: the scenarios of page/ are played by a headless Chromium. Screenshots
// are in the build's folder, page/.
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/integration/serve_fixture.h"
#include "tests/testlib/jailtest/must_run.h"

namespace jailtest {
namespace {

constexpr char kPlayer[] = JAILTEST_PAGE "/play.mjs";

class PageTest : public ServeTest {
 protected:
  void SetUp() override {
    ServeTest::SetUp();
    if (IsSkipped()) return;
    for (const auto& [file, cure] :
         {std::pair{"/usr/bin/chromium-headless-shell", "tools/deps check"},
          std::pair{"/usr/bin/node", "tools/deps languages"},
          std::pair{JAILTEST_BROWSER_MODULES "/playwright-core", "make browser"}}) {
      if (access(file, R_OK) != 0) JAIL_SKIP(absl::StrCat("there is no ", file, ": ", cure));
    }
    settle_ = absl::Seconds(10);  // Chromium's processes end after their browser.
  }

  void Play(const std::string& scenarios, const std::string& config = "") {
    Start(config);
    Command command{.argv = {"/usr/bin/node", kPlayer, scenarios,
                             absl::StrCat("http://127.0.0.1:", port_, "/"), JAILTEST_SCREENSHOTS,
                             JAILTEST_BROWSER_MODULES}};
    command.env.push_back("HOME=" + dir_);
    command.timeout = absl::Minutes(4);
    Process node(std::move(command));
    const Outcome outcome = node.Finish();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  }
};

// Several in a row where they need the same jaild: at its first page each asks every compiler for its
// version.
TEST_F(PageTest, AProgramIsTypedGivenInputRunAndStopped) {
  Play("typed,given,refused,compiled,stopped,two_tabs,link");
}
TEST_F(PageTest, AForkBombHasItsVerdict) { Play("fork_bomb"); }
TEST_F(PageTest, EveryFirstProgramAndExampleDoesWhatItSays) { Play("all_programs"); }
TEST_F(PageTest, ATokenIsAskedForAndLetsIn) {
  // printf %s "open sesame" | sha256sum
  Play("token",
       "tokens { sha256: '41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb' tenant: "
       "'ali-baba' }");
}
TEST_F(PageTest, KeyboardNarrowScreenLightAndDarkAreEnoughAndNothingMoves) {
  Play("names,keyboard,narrow,schemes,still");
}
TEST_F(PageTest, HostileOutputStaysText) { Play("hostile_output"); }

// Without a browser.
class PageFilesTest : public ServeTest {};

TEST_F(PageFilesTest, WhatTheClientHasIsNotSentAgainOnTheSameConnection) {
  HttpClient client = Connect();
  const Answer page = client.Ask(Get("/"));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  const std::string tag = page.headers.at("etag");
  Answer again = client.Ask(Get("/", absl::StrCat("If-None-Match: ", tag, "\r\n")));
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.headers["content-length"], "") << "it would be that of the page";
  EXPECT_EQ(client.Ask(Get("/page/page.css")).status, 200);
}

TEST_F(PageFilesTest, ItNeedsNoTokenAndItsRunsDo) {
  Start("tokens { sha256: '41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb' tenant: 'a' }");
  EXPECT_EQ(Ask(Get("/")).status, 200);
  EXPECT_EQ(Ask(Get("/page/page.js")).status, 200);
  EXPECT_EQ(Execute(Program("python", "print(1)")).status, 401);
}

}  // namespace
}  // namespace jailtest
