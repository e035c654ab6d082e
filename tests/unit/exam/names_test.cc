#include "jail/exam/names.h"

#include "gtest/gtest.h"

namespace jail::exam {
namespace {

TEST(NamesTest, AreThoseThatCallersRead) {
  EXPECT_EQ(NameOf(v1::ExamFlag::HARNESS_BYPASSED), "harness_bypassed");
  EXPECT_EQ(NameOf(v1::ExamFlag::CRITICAL), "critical");
  EXPECT_EQ(NameOf(v1::ExamEvent::CASE_ENDED), "case_ended");
  EXPECT_EQ(NameOf(v1::ExamEvent::STDOUT), "stdout");
}

}  // namespace
}  // namespace jail::exam
