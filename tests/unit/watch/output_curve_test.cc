#include "jail/watch/output_curve.h"

#include <gtest/gtest.h>

namespace jail::watch {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST(OutputCurveTest, TheNewestFigureIsAlwaysThere) {
  OutputCurve curve;
  curve.Add({10 * kMs, 1, 0});
  curve.Add({11 * kMs, 2, 0});
  curve.Add({12 * kMs, 3, 5});
  const std::vector<OutputNote> notes = curve.Take();
  ASSERT_EQ(notes.size(), 2u) << "those in between are too close";
  EXPECT_EQ(notes.back().stdout_bytes, 3);
  EXPECT_EQ(notes.back().stderr_bytes, 5);
}

TEST(OutputCurveTest, HoweverLongTheRunItFitsAndStaysInOrder) {
  OutputCurve curve;
  constexpr int64_t kReads = 1'000'000;
  for (int64_t i = 1; i <= kReads; ++i) curve.Add({i * kMs, i, 0});
  const std::vector<OutputNote> notes = curve.Take();
  EXPECT_LE(notes.size(), kMaxOutputNotes);
  EXPECT_GT(notes.size(), kMaxOutputNotes / 4);
  for (size_t i = 1; i < notes.size(); ++i) EXPECT_GT(notes[i].at_ns, notes[i - 1].at_ns);
  EXPECT_EQ(notes.back().stdout_bytes, kReads);
}

TEST(OutputCurveTest, AMomentHasWhatHadComeByThen) {
  const std::vector<OutputNote> notes = {{10, 1, 0}, {20, 2, 1}, {30, 3, 1}};
  size_t from = 0;
  EXPECT_EQ(OutputAt(notes, 5, &from).stdout_bytes, 0);
  EXPECT_EQ(OutputAt(notes, 10, &from).stdout_bytes, 1);
  EXPECT_EQ(OutputAt(notes, 29, &from).stdout_bytes, 2);
  EXPECT_EQ(OutputAt(notes, 99, &from).stdout_bytes, 3);
  size_t none = 0;
  EXPECT_EQ(OutputAt({}, 99, &none).stdout_bytes, 0);
}

}  // namespace
}  // namespace jail::watch
