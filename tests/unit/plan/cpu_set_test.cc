#include "jail/plan/cpu_set.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::plan {
namespace {

using ::testing::HasSubstr;

std::string Normal(const std::string& text) {
  const absl::StatusOr<CpuSet> cpus = ParseCpuSet(text);
  EXPECT_TRUE(cpus.ok()) << cpus.status();
  return cpus.ok() ? FormatCpuSet(*cpus) : "";
}

TEST(CpuSetTest, ListsAndRangesHaveOneShortestForm) {
  EXPECT_EQ(Normal("0"), "0");
  EXPECT_EQ(Normal("0-1,3"), "0-1,3");
  EXPECT_EQ(Normal("3,1,0"), "0-1,3");
  EXPECT_EQ(Normal("5, 7-7"), "5,7");
  EXPECT_EQ(Normal("62-65,1023"), "62-65,1023");
  EXPECT_EQ(Normal("0-1023"), "0-1023");
}

TEST(CpuSetTest, WhatIsNoListIsRefused) {
  for (const char* text : {"", ",", "0,", "-1", "1-", "a", "0x1", "1 2", "0-1-2", "+1"}) {
    EXPECT_THAT(ParseCpuSet(text).status().message(), HasSubstr("not a list of CPUs")) << text;
  }
  EXPECT_THAT(ParseCpuSet("1024").status().message(), HasSubstr("above 1023"));
  EXPECT_THAT(ParseCpuSet("99999999999").status().message(), HasSubstr("above 1023"));
  EXPECT_THAT(ParseCpuSet("3-1").status().message(), HasSubstr("ends before it begins"));
}

TEST(CpuSetTest, CpusThatAreNotAllowedAreNamedWithThoseThatAre) {
  const CpuSet allowed = *ParseCpuSet("0-1,4");
  EXPECT_TRUE(CheckCpusAllowed(*ParseCpuSet("1,4"), allowed).ok());
  const absl::Status status = CheckCpusAllowed(*ParseCpuSet("1-3"), allowed);
  EXPECT_EQ(status.message(), "CPU 2-3 cannot be had here; this process may use 0-1,4");
}

TEST(CpuSetTest, ThisProcessHasSome) {
  EXPECT_GT(CountCpus(OwnCpus()), 0);
  EXPECT_TRUE(CheckCpusAllowed(OwnCpus(), OwnCpus()).ok());
}

}  // namespace
}  // namespace jail::plan
