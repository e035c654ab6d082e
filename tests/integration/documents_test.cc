// HTML and CSS: the document comes back byte for byte, whatever its size, depth and faults; findings go to
// stderr. What is a fault of which kind, the probes in runtimes/html and runtimes/css say.
#include <string>
#include <utility>

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

}  // namespace
}  // namespace jailtest
