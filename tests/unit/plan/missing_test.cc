// What a run may go on without, and what it may not.
#include "jail/plan/missing.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace jail::plan {
namespace {

struct MissingCase {
  const char* name;
  Layer layer;
  StepId step;
  bool privileged, best_effort, required;
  bool goes;
};

TEST(GoesWithoutTest, ByLayerModeAndWish) {
  const MissingCase cases[] = {
      {"an extra", kLandlock, StepId::kMakeRuleset, true, false, false, true},
      {"an extra that is required", kLandlock, StepId::kMakeRuleset, true, false, true, false},
      {"what every run of root's has", kPrivateUid, StepId::kAdmitPlan, true, false, false, false},
      {"the same of nobody's", kPrivateUid, StepId::kAdmitPlan, false, false, false, true},
      {"the same by best effort", kPrivateUid, StepId::kAdmitPlan, true, true, false, true},
      {"required, by best effort", kPrivateUid, StepId::kAdmitPlan, true, true, true, false},
      {"what has a stand-in", kMemoryCgroup, StepId::kMakeCgroup, true, false, false, true},
      {"no groups at all", kCpuCgroup, StepId::kMakeCgroup, true, false, false, true},
      {"a rate", kNoLayer, StepId::kChooseStandIns, true, false, false, false},
      {"a rate, of nobody's", kNoLayer, StepId::kChooseStandIns, false, false, false, false},
  };
  for (const MissingCase& row : cases) {
    SCOPED_TRACE(row.name);
    Header header = {};
    if (row.best_effort) header.flags |= kBestEffort;
    if (row.required) header.required = 1U << row.layer;
    RawReport report = {};
    report.privileged = row.privileged ? 1 : 0;
    EXPECT_EQ(GoesWithout(header, {row.layer, row.step, ENOSYS}, report), row.goes);
    ASSERT_EQ(report.missing_count, row.goes ? 1 : 0);
    if (!row.goes) continue;
    EXPECT_EQ(report.missing[0].step, row.step);
    EXPECT_EQ(report.missing[0].error, ENOSYS);
    EXPECT_EQ(report.missing[0].layer, static_cast<int32_t>(row.layer));
  }
}

TEST(GoesWithoutTest, CountsWhatItHasNoRoomFor) {
  RawReport report = {};
  for (int i = 0; i <= kMaxMissing; ++i)
    EXPECT_TRUE(GoesWithout(Header{}, {kLandlock, StepId::kMakeRuleset, EPERM}, report));
  EXPECT_EQ(report.missing_count, kMaxMissing + 1);
}

}  // namespace
}  // namespace jail::plan
