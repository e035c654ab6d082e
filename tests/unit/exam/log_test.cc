#include "jail/exam/log/log.h"

#include <fcntl.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/exam/sample_log.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;

TEST(LogTest, IsItsFormatThenAChainThenTheSeal) {
  const SampleExam exam;
  const std::vector<std::string> lines = LinesOf(exam.Text(nullptr));
  ASSERT_EQ(lines.size(), exam.events.size() + 2);
  EXPECT_EQ(lines[0], "jailrun exam log 1");
  std::string hash = Sha256Of("jailrun exam log 1");
  for (size_t i = 0; i < exam.events.size(); ++i) {
    const std::string json = EventJson(exam.events[i], /*with_content=*/false);
    hash = Sha256Of(hash + json);
    EXPECT_EQ(lines[i + 1], absl::BytesToHexString(hash) + " " + json);
  }
  EXPECT_EQ(lines.back(), absl::StrCat("seal ", exam.events.size(), " unsigned"));
  EXPECT_EQ(exam.Head(), hash);
}

TEST(LogTest, TheSealIsSigned) {
  const SampleExam exam;
  const SecretKey key = SecretKey::Generate().value();
  const std::string seal = LinesOf(exam.Text(&key)).back();
  const SealParts parts = ParseSealLine(seal).value();
  EXPECT_EQ(parts.entries, static_cast<int64_t>(exam.events.size()));
  EXPECT_TRUE(key.Public().HasSigned(SealedMessage(parts.entries, exam.Head()), parts.signature));
}

TEST(LogTest, IsWrittenAsItGoes) {
  const SampleExam exam;
  const Fd file(memfd_create("log", MFD_CLOEXEC));
  Log log = Log::Begin(file.get(), "log").value();
  off_t before = lseek(file.get(), 0, SEEK_END);
  for (const v1::ExamEvent& event : exam.events) {
    ASSERT_TRUE(log.Append(event).ok());
    EXPECT_GT(lseek(file.get(), 0, SEEK_END), before);
    before = lseek(file.get(), 0, SEEK_END);
  }
  EXPECT_EQ(log.entries(), static_cast<int64_t>(exam.events.size()));
}

TEST(LogTest, AFullDiskIsSaidByNameAndStaysSaid) {
  const Fd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full.valid()) GTEST_SKIP() << "no /dev/full here";
  const absl::Status status = Log::Begin(full.get(), "exam.log").status();
  EXPECT_THAT(status.message(), HasSubstr("the log exam.log cannot be written: ENOSPC"));
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
}

TEST(LogTest, AfterAGapNothingIsWritten) {
  Fd file(memfd_create("log", MFD_CLOEXEC));
  Log log = Log::Begin(file.get(), "exam.log").value();
  const Fd copy(fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  const int number = file.get();
  file.Reset();
  EXPECT_FALSE(log.Append(SampleExam().events[0]).ok());
  ASSERT_EQ(fcntl(copy.get(), F_DUPFD_CLOEXEC, number), number);  // It is there again.
  EXPECT_FALSE(log.Append(SampleExam().events[1]).ok());
  EXPECT_FALSE(log.Seal(nullptr).ok());
  EXPECT_EQ(lseek(copy.get(), 0, SEEK_END), 19);
  const Fd owner(number);
}

TEST(SealLineTest, IsStrict) {
  const SecretKey key = SecretKey::Generate().value();
  const std::string seal = SealLine(5, std::string(32, 'x'), &key);
  EXPECT_TRUE(ParseSealLine(seal).has_value());
  EXPECT_TRUE(ParseSealLine("seal 0 unsigned").has_value());
  for (const std::string& bad :
       {std::string("seal"), std::string("seal 05 unsigned"), std::string("seal -1 unsigned"),
        std::string("seal 5 unsigned "), std::string("seal 5  unsigned"), seal + " ", seal + "0",
        seal.substr(0, seal.size() - 1), std::string("seal 99999999999999999999 unsigned")}) {
    EXPECT_FALSE(ParseSealLine(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace jail::exam
