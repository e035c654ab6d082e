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

  void Play(const std::string& scenario, const std::string& config = "") {
    Start(config);
    Command command{.argv = {"/usr/bin/node", JAILTEST_PAGE "/play.mjs", scenario,
                             absl::StrCat("http://127.0.0.1:", port_, "/"), JAILTEST_SCREENSHOTS,
                             JAILTEST_BROWSER_MODULES}};
    command.env.push_back("HOME=" + dir_);
    command.timeout = absl::Minutes(4);
    Process node(std::move(command));
    const Outcome outcome = node.Finish();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  }
};

TEST_F(PageTest, AProgramIsTypedAndRun) { Play("typed"); }
TEST_F(PageTest, InputArgumentsAndLimitsAreTheProgramsOwn) { Play("given"); }
TEST_F(PageTest, ARefusalIsToldAndTheNextRunGoesOn) { Play("refused"); }
TEST_F(PageTest, AForkBombHasItsVerdict) { Play("fork_bomb"); }
TEST_F(PageTest, ACompilersWordsAreShown) { Play("compiled"); }
TEST_F(PageTest, ASleeperIsStopped) { Play("stopped"); }
TEST_F(PageTest, TwoTabsRunAtOnce) { Play("two_tabs"); }
TEST_F(PageTest, EveryFirstProgramAndExampleDoesWhatItSays) { Play("all_programs"); }
TEST_F(PageTest, ALinkHasTheProgramInIt) { Play("link"); }
TEST_F(PageTest, ATokenIsAskedForAndLetsIn) {
  // printf %s "open sesame" | sha256sum
  Play("token",
       "tokens { sha256: '41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb' tenant: "
       "'ali-baba' }");
}
TEST_F(PageTest, AllOfItGoesByKeyboard) { Play("keyboard"); }
TEST_F(PageTest, EverythingHasAName) { Play("names"); }
TEST_F(PageTest, ANarrowScreenIsEnough) { Play("narrow"); }
TEST_F(PageTest, LightAndDarkCanBeRead) { Play("schemes"); }
TEST_F(PageTest, NothingMovesWhileItRuns) { Play("still"); }
TEST_F(PageTest, HostileOutputStaysText) { Play("hostile_output"); }

}  // namespace
}  // namespace jailtest
