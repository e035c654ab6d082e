#include "jail/cgroup/samples.h"

#include <gtest/gtest.h>

#include <memory>

namespace jail::cgroup {
namespace {

using plan::CgroupKind;
using plan::KillReason;

constexpr int64_t kMillisecond = 1'000'000;

class SamplesTest : public testing::Test {
 protected:
  SamplesTest() : report_(std::make_unique<plan::RawReport>()) {
    report_->usage.anon_peak_bytes = report_->usage.file_peak_bytes = -1;
    report_->sample_interval_ns = kFirstIntervalNs;
    report_->cpu_cgroup = report_->memory_cgroup = CgroupKind::kV2;
    report_->exec_ns = 1;
  }
  static plan::ResourceSample At(int64_t ms, int64_t cpu_ms = 0) {
    return {1 + ms * kMillisecond, cpu_ms * kMillisecond, 300, 200, 100, 1};
  }

  std::unique_ptr<plan::RawReport> report_;
  plan::Limits limits_ = {};
};

TEST_F(SamplesTest, PeaksAreKeptApart) {
  plan::ResourceSample sample = At(10);
  sample.anon_bytes = 500;
  AddSample(sample, report_.get());
  sample = At(20);
  sample.file_bytes = 700;
  AddSample(sample, report_.get());
  EXPECT_EQ(report_->usage.anon_peak_bytes, 500);
  EXPECT_EQ(report_->usage.file_peak_bytes, 700);
  EXPECT_EQ(report_->sample_count, 2);
}

TEST_F(SamplesTest, HoweverLongTheRunTheCurveFitsAndStaysInOrder) {
  for (int64_t ms = 10; ms <= 100'000; ms += 10) AddSample(At(ms), report_.get());
  EXPECT_LE(report_->sample_count, plan::kMaxSamples);
  EXPECT_GT(report_->sample_count, plan::kMaxSamples / 3);
  for (int i = 1; i < report_->sample_count; ++i) {
    EXPECT_GT(report_->samples[i].at_ns, report_->samples[i - 1].at_ns);
  }
  EXPECT_EQ(report_->samples[0].at_ns, At(10).at_ns);
}

TEST_F(SamplesTest, IdleIsWithoutAMillisecondOfCpuForSoLong) {
  limits_.idle_time_ms = 100;
  EXPECT_EQ(EnforceSampled(At(90), limits_, report_.get()), KillReason::kNone);
  EXPECT_EQ(EnforceSampled(At(99, 5), limits_, report_.get()), KillReason::kNone);
  EXPECT_EQ(EnforceSampled(At(190, 5), limits_, report_.get()), KillReason::kNone);
  EXPECT_EQ(EnforceSampled(At(199, 5), limits_, report_.get()), KillReason::kIdleTime);
}

TEST_F(SamplesTest, NobodyIsIdleWhoMayBe) {
  EXPECT_EQ(EnforceSampled(At(3'600'000), limits_, report_.get()), KillReason::kNone);
}

TEST_F(SamplesTest, GroupsNeedNoStandIn) {
  limits_.memory_bytes = 299;
  limits_.cpu_time_us = 1;
  EXPECT_EQ(EnforceSampled(At(10, 10), limits_, report_.get()), KillReason::kNone);
  report_->memory_sampler = 1;
  EXPECT_EQ(EnforceSampled(At(10, 10), limits_, report_.get()), KillReason::kMemory);
  report_->memory_sampler = 0;
  report_->cpu_cgroup = CgroupKind::kNone;
  EXPECT_EQ(EnforceSampled(At(10, 10), limits_, report_.get()), KillReason::kCpuTime);
}

TEST_F(SamplesTest, TheNextOneComesSoonEnoughForIdleness) {
  EXPECT_EQ(NextSampleNs(limits_, *report_), kFirstIntervalNs);
  limits_.idle_time_ms = 50;
  EXPECT_EQ(NextSampleNs(limits_, *report_), 5 * kMillisecond);
}

}  // namespace
}  // namespace jail::cgroup
