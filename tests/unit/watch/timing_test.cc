#include "jail/watch/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jail::watch {
namespace {

using ::testing::HasSubstr;

// One second of wall and of CPU time in which nothing happened.
TimingEvidence Quiet() {
  TimingEvidence evidence;
  evidence.wall_us = evidence.cpu_us = 1'000'000;
  evidence.stolen_us = evidence.pressure_us = evidence.throttled_us = 0;
  return evidence;
}

TEST(TimingTest, QuietIsHighAndSoIsUnknown) {
  EXPECT_EQ(JudgeTiming(Quiet()).trust(), v1::Timing::TRUST_HIGH);
  EXPECT_EQ(JudgeTiming(Quiet()).reason(), "");
  const v1::Timing unknown = JudgeTiming(TimingEvidence());
  EXPECT_EQ(unknown.trust(), v1::Timing::TRUST_HIGH);
  EXPECT_FALSE(unknown.has_stolen_us() || unknown.has_pressure_us() || unknown.has_throttled_us());
}

struct Case {
  const char* name;
  void (*set)(TimingEvidence*, int64_t);
  int64_t most_trusted;  // In a second.
  const char* reason;
};
const Case kCases[] = {
    {"stolen", [](TimingEvidence* e, int64_t us) { e->stolen_us = us; }, 19'999, "hypervisor took"},
    {"throttled", [](TimingEvidence* e, int64_t us) { e->throttled_us = us; }, 10'000, "CPU rate held"},
    {"forced", [](TimingEvidence* e, int64_t n) { e->forced_switches = n; }, 100,
     "give up its CPU 101 times"},
    {"pressure", [](TimingEvidence* e, int64_t us) { e->pressure_us = us; }, 200'000, "waited 200 ms"},
};

TEST(TimingTest, EachFigureHasItsThreshold) {
  for (const Case& row : kCases) {
    TimingEvidence evidence = Quiet();
    row.set(&evidence, row.most_trusted);
    EXPECT_EQ(JudgeTiming(evidence).trust(), v1::Timing::TRUST_HIGH) << row.name;
    row.set(&evidence, row.most_trusted + 1);
    EXPECT_EQ(JudgeTiming(evidence).trust(), v1::Timing::TRUST_LOW) << row.name;
    EXPECT_THAT(JudgeTiming(evidence).reason(), HasSubstr(row.reason));
  }
}

TEST(TimingTest, ALongRunIsNotBlamedForCrumbsNorAShortOneForATick) {
  TimingEvidence evidence = Quiet();
  evidence.wall_us = evidence.cpu_us = 100'000'000;
  for (const Case& row : kCases) row.set(&evidence, row.most_trusted + 1);
  EXPECT_EQ(JudgeTiming(evidence).trust(), v1::Timing::TRUST_HIGH);
  evidence = Quiet();
  evidence.wall_us = evidence.cpu_us = 60'000;
  evidence.stolen_us = 10'000;
  evidence.forced_switches = 20;
  EXPECT_EQ(JudgeTiming(evidence).trust(), v1::Timing::TRUST_HIGH);
}

// A program alone at half a core: what the kernel showed of one.
TEST(TimingTest, WaitingForItsOwnRateIsNotTheHostsPressure) {
  TimingEvidence evidence;
  evidence.wall_us = 554'657;
  evidence.cpu_us = 302'086;
  evidence.throttled_us = 247'047;
  evidence.pressure_us = 255'047;
  const v1::Timing timing = JudgeTiming(evidence);
  EXPECT_EQ(timing.reason(), "the CPU rate held the program up for 247 ms");
  EXPECT_EQ(timing.pressure_us(), 255'047) << "what was measured stays";
  evidence.pressure_us = *evidence.throttled_us + 120'000;
  EXPECT_THAT(JudgeTiming(evidence).reason(), HasSubstr("waited 120 ms for a CPU"));
}

TEST(TimingTest, SwitchesForOurOwnSamplesAreNotHeldAgainstTheProgram) {
  TimingEvidence evidence = Quiet();
  evidence.forced_switches = 200;
  evidence.samples = 100;
  EXPECT_EQ(JudgeTiming(evidence).trust(), v1::Timing::TRUST_HIGH);
  evidence.forced_switches = 201;
  EXPECT_THAT(JudgeTiming(evidence).reason(), HasSubstr("give up its CPU 101 times"));
}

TEST(TimingTest, AllReasonsAreGiven) {
  TimingEvidence evidence = Quiet();
  for (const Case& row : kCases) row.set(&evidence, row.most_trusted + 1);
  *evidence.pressure_us += *evidence.throttled_us;
  for (const Case& row : kCases) EXPECT_THAT(JudgeTiming(evidence).reason(), HasSubstr(row.reason));
}

TEST(TimingTest, ProcStatGivesTheEighthColumnOfTheFirstLine) {
  EXPECT_EQ(ParseStolenUs("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 99 9 10\n", 100), 80'000);
  for (const char* text :
       {"", "cpu", "cpu  1 2 3 4 5 6 7\ncpu0 1", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7 x"}) {
    EXPECT_EQ(ParseStolenUs(text, 100), std::nullopt) << text;
  }
}

TEST(TimingTest, PressureGivesTheTotalOfSome) {
  EXPECT_EQ(ParsePressureUs("some avg10=89.94 avg60=71.27 avg300=86.79 total=9086\nfull avg10=0 total=7\n"),
            9086);
  for (const char* text :
       {"", "full avg10=0.00 total=7\n", "some avg10=0.00\nfull total=7\n", "some total=x\n"}) {
    EXPECT_EQ(ParsePressureUs(text), std::nullopt) << text;
  }
}

TEST(TimingTest, ThisHostsFiguresOnlyGrow) {
  const HostTimes before = ReadHostTimes();
  const HostTimes after = ReadHostTimes();
  ASSERT_EQ(before.stolen_us.has_value(), after.stolen_us.has_value());
  ASSERT_EQ(before.pressure_us.has_value(), after.pressure_us.has_value());
  EXPECT_GE(after.stolen_us.value_or(0), before.stolen_us.value_or(0));
  EXPECT_GE(after.pressure_us.value_or(0), before.pressure_us.value_or(0));
}

}  // namespace
}  // namespace jail::watch
