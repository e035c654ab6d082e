// HTML and CSS: the document comes back byte for byte, whatever its size, depth and faults; findings go to
// stderr. What is a fault of which kind, the probes in runtimes/html and runtimes/css say.
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

JailRun Check(const std::string& language, const std::string& document) {
  Command command = JailrunCommand({"--lang", language, "--source", "1M", "-"});
  command.stdin_bytes = document;
  return Jailrun(std::move(command));
}

class DocumentTest : public JailTest {};

// More than a pipe holds.
TEST_F(DocumentTest, ALargePageComesBackWhole) {
  std::string page = "<!DOCTYPE html>\n<title>x</title>\n";
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&page, "<p>", std::string(90, 'x'), i, "</p>\n");
  const JailRun run = Check("html", page);
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_TRUE(run.outcome.out == page);
  EXPECT_THAT(run.outcome.err, IsEmpty());
}

TEST_F(DocumentTest, ADeepPageComesBackWhole) {
  constexpr int kDepth = 2000;
  std::string page = "<!DOCTYPE html>\n<title>x</title>\n";
  for (int i = 0; i < kDepth; ++i) page += "<div>";
  for (int i = 0; i < kDepth; ++i) page += "</div>";
  const JailRun run = Check("html", page);
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_TRUE(run.outcome.out == page);
}

TEST_F(DocumentTest, ALargeSheetComesBackWhole) {
  std::string sheet;
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&sheet, ".c", i, " { margin: ", i, "px; color: red; }\n");
  const JailRun run = Check("css", sheet);
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_TRUE(run.outcome.out == sheet);
  EXPECT_THAT(run.outcome.err, IsEmpty());
}

TEST_F(DocumentTest, AFaultAtTheEndOfALargeSheetHasItsPlace) {
  std::string sheet;
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&sheet, ".c", i, " { margin: 0; }\n");
  sheet += "p { colour: red; }\n";
  const JailRun run = Check("css", sheet);
  SCOPED_TRACE(run.outcome.err);
  EXPECT_TRUE(run.outcome.out == sheet);
  EXPECT_THAT(run.outcome.err, HasSubstr(":3001:5"));
}

// --render

bool HasBrowser() { return access("/usr/lib/chromium/chromium-headless-shell", X_OK) == 0; }

JailRun Render(const std::string& page, const std::vector<std::string>& options = {}) {
  std::vector<std::string> words = {"--lang", "html",     "--variant", "render",
                                    "--get",  "page.png", "--get-dir", "/tmp"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back("-");
  Command command = JailrunCommand(words);
  command.stdin_bytes = page;
  return Jailrun(std::move(command));
}

std::string Picture(const JailRun& run) {
  return run.record.artifacts().empty() ? "" : run.record.artifacts(0).content();
}

TEST_F(DocumentTest, APageIsDrawnByABrowserInTheJail) {
  if (!HasBrowser()) GTEST_SKIP() << "chromium-headless-shell is not installed";
  const std::string page = "<!DOCTYPE html>\n<title>x</title>\n<body style='background: #e00'>\n<h1>x</h1>\n";
  const JailRun red = Render(page);
  SCOPED_TRACE(red.Describe());
  EXPECT_EQ(red.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(red.outcome.out, page) << "the page itself comes back all the same";
  const std::string picture = Picture(red);
  ASSERT_GT(picture.size(), 24u);
  EXPECT_EQ(picture.substr(1, 3), "PNG");
  EXPECT_EQ(picture.substr(16, 8), std::string("\0\0\5\0\0\0\3\x20", 8)) << "1280 by 800";
  EXPECT_NE(
      Picture(Render("<!DOCTYPE html>\n<title>x</title>\n<body style='background: #00e'>\n<h1>x</h1>\n")),
      picture);
  std::filesystem::remove("/tmp/page.png");
}

// A stranger's script in a stranger's page: it runs, and reaches no further than any program.
TEST_F(DocumentTest, AScriptOfThePageIsInTheJailToo) {
  if (!HasBrowser()) GTEST_SKIP() << "chromium-headless-shell is not installed";
  const JailRun run = Render("<!DOCTYPE html>\n<title>x</title>\n<script>for (;;) ;</script>\n",
                             {"--time", "3s", "--wall", "6s"});
  SCOPED_TRACE(run.Describe());
  EXPECT_THAT(run.record.verdict(),
              testing::AnyOf(jail::v1::VERDICT_CPU_TIME_LIMIT, jail::v1::VERDICT_WALL_TIME_LIMIT));
}

}  // namespace
}  // namespace jailtest
