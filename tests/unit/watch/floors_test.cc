#include "jail/watch/floors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jail/watch/isolation.h"
#include "jail/watch/verdict.h"
#include "tests/unit/watch/facts_for_tests.h"

namespace jail::watch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A language that needs 8 MiB and 4 processes.
struct Tight : TestPhase {
  Tight(int64_t memory_bytes, int processes) {
    plan.set_runtime("thing");
    plan.set_runtime_version("Thing 3");
    phase.set_floor_memory_bytes(8 << 20);
    phase.set_floor_processes(4);
    phase.mutable_limits()->set_memory_bytes(memory_bytes);
    phase.mutable_limits()->set_processes(processes);
  }
};

TEST(FloorsTest, ARunThatFailsBelowOneSaysSo) {
  Tight small(4 << 20, 4);
  small.Exit(1);
  EXPECT_EQ(
      Judge(small.facts).summary,
      "Exited with status 1; the limit of 4 MiB is below the 8 MiB that Thing 3 needs to run anything.");
  Tight few(8 << 20, 3);
  few.Exit(1);
  EXPECT_THAT(Judge(few.facts).summary, HasSubstr("the limit of 3 processes and threads is below the 4"));
  few.phase.set_kind(v1::PhasePlan::KIND_COMPILE);
  EXPECT_THAT(Judge(few.facts).summary, HasSubstr("needs to compile anything"));
}

TEST(FloorsTest, ARunThatSucceedsOrHasEnoughDoesNot) {
  EXPECT_EQ(Judge(Tight(4 << 20, 3).facts).summary, "Finished in 1.00 s.");
  Tight enough(8 << 20, 4);
  enough.Exit(1);
  EXPECT_THAT(Judge(enough.facts).summary, Not(HasSubstr("below")));
}

TEST(FloorsTest, TimeSpentInAFullMemoryIsCalledThat) {
  TestPhase run;
  run.phase.mutable_limits()->set_memory_bytes(96 << 20);
  run.Kill(plan::KillReason::kCpuTime);
  run.report().usage.memory_peak_bytes = 96 << 20;
  run.report().usage.anon_peak_bytes = 80 << 20;
  EXPECT_THAT(Judge(run.facts).summary, HasSubstr("memory was full (80 MiB of 96 MiB its own data)"));
  EXPECT_EQ(Judge(run.facts).verdict, v1::VERDICT_CPU_TIME_LIMIT) << "no kill for memory, no such verdict";
  run.report().usage.anon_peak_bytes = 20 << 20;
  EXPECT_THAT(Judge(run.facts).summary, Not(HasSubstr("full"))) << "files that it read";
  run.report().usage.anon_peak_bytes = -1;
  EXPECT_THAT(Judge(run.facts).summary, Not(HasSubstr("full")));
  run.report().usage.anon_peak_bytes = 80 << 20;
  run.report().usage.memory_peak_bytes = 90 << 20;
  EXPECT_THAT(Judge(run.facts).summary, Not(HasSubstr("full")));
}

TEST(FloorsTest, TheReportOfALimitBelowHasIt) {
  const Tight small(4 << 20, 4);
  int with_floor = 0;
  for (const v1::LimitReport& limit : DescribeLimits(small.facts)) {
    if (!limit.has_floor()) continue;
    ++with_floor;
    EXPECT_EQ(limit.resource(), v1::RESOURCE_MEMORY_BYTES);
    EXPECT_EQ(limit.floor(), 8 << 20);
  }
  EXPECT_EQ(with_floor, 1);
}

}  // namespace
}  // namespace jail::watch
