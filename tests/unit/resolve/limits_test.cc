#include "jail/resolve/limits.h"

#include <google/protobuf/descriptor.h>

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/plan/ceilings.h"

namespace jail::resolve {
namespace {

constexpr auto kRun = v1::PhasePlan::KIND_RUN;
constexpr auto kCompile = v1::PhasePlan::KIND_COMPILE;

v1::Limits Resolved(const v1::Limits& runtime, const v1::Limits& job, const v1::Site& site = {}) {
  const absl::StatusOr<v1::Limits> limits = ResolveLimits(kRun, runtime, job, site);
  EXPECT_TRUE(limits.ok()) << limits.status();
  return limits.value_or(v1::Limits());
}

TEST(LimitsTest, EveryFieldOfTheProtoHasARow) {
  // All but the CPU set, which is no number.
  EXPECT_EQ(LimitRows().size() + 1, static_cast<size_t>(v1::Limits::descriptor()->field_count()));
  for (const LimitRow& row : LimitRows()) {
    EXPECT_NE(v1::Limits::descriptor()->FindFieldByName(row.name), nullptr) << row.name;
    // The accessors are those of the field that the row names.
    v1::Limits limits;
    row.access.set(7, &limits);
    EXPECT_EQ(limits.ShortDebugString(), absl::StrCat(row.name, ": 7"));
    EXPECT_EQ(row.access.get(limits), 7);
  }
}

TEST(LimitsTest, NoDefaultIsBelowTheLeastOrAboveTheCeiling) {
  for (const LimitRow& row : LimitRows()) {
    for (const int64_t value : {row.run_default, row.compile_default}) {
      if (value < 0) continue;
      EXPECT_GE(value, row.least) << row.name;
      EXPECT_LE(value, row.default_ceiling) << row.name;
    }
  }
}

TEST(LimitsTest, TheDefaultsAreThePromisedOnes) {
  const v1::Limits limits = Resolved({}, {});
  EXPECT_EQ(limits.wall_time_ms(), 5000);
  EXPECT_EQ(limits.cpu_time_ms(), 5000);
  EXPECT_EQ(limits.memory_bytes(), 256 << 20);
  EXPECT_EQ(limits.processes(), 50);
  EXPECT_EQ(limits.output_bytes(), 1 << 20);
  EXPECT_EQ(limits.disk_bytes(), 64 << 20);
  EXPECT_EQ(limits.disk_inodes(), 4096);
  EXPECT_EQ(limits.source_bytes(), 50000);
  EXPECT_FALSE(limits.has_cpu_millicores());
}

TEST(LimitsTest, EveryLimitIsSetButThoseForWhoAsksForThem) {
  for (const auto kind : {kRun, kCompile}) {
    const absl::StatusOr<v1::Limits> limits = ResolveLimits(kind, {}, {}, {});
    ASSERT_TRUE(limits.ok()) << limits.status();
    for (const LimitRow& row : LimitRows()) {
      EXPECT_EQ(GetLimit(*limits, row).has_value(), row.run_default != kUnset) << row.name;
    }
    EXPECT_FALSE(limits->has_cpu_set());
  }
}

TEST(LimitsTest, ACompilersWishesAreRefusedByTheirOwnField) {
  v1::Limits wishes;
  wishes.set_memory_bytes(int64_t{65} << 30);
  EXPECT_EQ(ResolveLimits(kCompile, {}, wishes, {}).status().message(),
            "compile_limits.memory_bytes: 65 GiB is over this site's ceiling of 64 GiB");
  wishes.set_memory_bytes(int64_t{1} << 30);
  wishes.set_cpu_time_ms(30'000);
  const absl::StatusOr<v1::Limits> limits = ResolveLimits(kCompile, {}, wishes, {});
  ASSERT_TRUE(limits.ok()) << limits.status();
  EXPECT_EQ(limits->memory_bytes(), int64_t{1} << 30);
  EXPECT_EQ(limits->wall_time_ms(), 60'000) << "time on the clock for so much CPU time";
  EXPECT_EQ(ResolveLimits(kCompile, {}, {}, {})->wall_time_ms(), 12'000);
}

TEST(LimitsTest, GraceIsForSitesToBound) {
  v1::Limits job;
  job.set_grace_ms(11'000);
  EXPECT_EQ(ResolveLimits(kRun, {}, job, {}).status().message(),
            "limits.grace_ms: 11 s is over this site's ceiling of 10 s");
  v1::Site site;
  site.set_max_grace_ms(20'000);
  EXPECT_EQ(Resolved({}, job, site).grace_ms(), 11'000);
  job.set_grace_ms(0);
  EXPECT_EQ(Resolved({}, job).grace_ms(), 0);
}

TEST(LimitsTest, ACpuSetIsBroughtIntoItsShortestForm) {
  v1::Limits job;
  job.set_cpu_set("3,0,1");
  EXPECT_EQ(Resolved({}, job).cpu_set(), "0-1,3");
  job.set_cpu_set("all");
  EXPECT_EQ(ResolveLimits(kRun, {}, job, {}).status().message(),
            "limits.cpu_set: \"all\" is not a list of CPUs like 0-1,3");
}

TEST(LimitsTest, TheJobWinsOverTheRuntimeWinsOverTheDefault) {
  v1::Limits runtime;
  runtime.set_processes(64);
  runtime.set_open_files(128);
  v1::Limits job;
  job.set_processes(7);
  const v1::Limits limits = Resolved(runtime, job);
  EXPECT_EQ(limits.processes(), 7);
  EXPECT_EQ(limits.open_files(), 128);
  EXPECT_EQ(limits.disk_inodes(), 4096);
}

TEST(LimitsTest, ZeroIsZeroWhereZeroMakesSense) {
  v1::Limits job;
  job.set_output_bytes(0);
  job.set_file_bytes(0);
  job.set_disk_bytes(0);
  const v1::Limits limits = Resolved({}, job);
  EXPECT_TRUE(limits.has_output_bytes() && limits.has_file_bytes() && limits.has_disk_bytes());
  EXPECT_EQ(limits.output_bytes() + limits.file_bytes() + limits.disk_bytes(), 0);
}

TEST(LimitsTest, AFileMayFillTheDiskUnlessToldOtherwise) {
  v1::Limits job;
  job.set_disk_bytes(1 << 20);
  EXPECT_EQ(Resolved({}, job).file_bytes(), 1 << 20);
  job.set_file_bytes(5);
  EXPECT_EQ(Resolved({}, job).file_bytes(), 5);
}

TEST(LimitsTest, WallTimeFollowsALongCpuTimeOnly) {
  v1::Limits job;
  job.set_cpu_time_ms(1000);
  EXPECT_EQ(Resolved({}, job).wall_time_ms(), 5000);
  job.set_cpu_time_ms(8000);
  EXPECT_EQ(Resolved({}, job).wall_time_ms(), 16000);
  job.set_wall_time_ms(100);
  EXPECT_EQ(Resolved({}, job).wall_time_ms(), 100);
}

TEST(LimitsTest, ADefaultIsLoweredToTheSitesCeiling) {
  v1::Site site;
  site.set_max_memory_bytes(32 << 20);
  site.set_max_wall_time_ms(1000);
  v1::Limits runtime;
  runtime.set_memory_bytes(1 << 30);
  const v1::Limits limits = Resolved(runtime, {}, site);
  EXPECT_EQ(limits.memory_bytes(), 32 << 20);
  EXPECT_EQ(limits.stack_bytes(), 32 << 20);
  EXPECT_EQ(limits.wall_time_ms(), 1000);
}

struct Refusal {
  const char* message;
  void (*ask)(v1::Limits*);
};

TEST(LimitsTest, AWishOutOfRangeIsRefusedByName) {
  v1::Site site;
  site.set_max_memory_bytes(int64_t{4} << 30);
  site.set_max_wall_time_ms(60000);
  const Refusal kCases[] = {
      {"limits.memory_bytes: 8 GiB is over this site's ceiling of 4 GiB",
       [](v1::Limits* limits) { limits->set_memory_bytes(int64_t{8} << 30); }},
      {"limits.stack_bytes: 5 GiB is over this site's ceiling of 4 GiB",
       [](v1::Limits* limits) { limits->set_stack_bytes(int64_t{5} << 30); }},
      {"limits.wall_time_ms: 60.001 s is over this site's ceiling of 60 s",
       [](v1::Limits* limits) { limits->set_wall_time_ms(60001); }},
      {"limits.cpu_time_ms: 3600.001 s is over this site's ceiling of 3600 s",
       [](v1::Limits* limits) { limits->set_cpu_time_ms(3'600'001); }},
      {"limits.disk_bytes: 8 EiB is over this site's ceiling of 64 GiB",
       [](v1::Limits* limits) { limits->set_disk_bytes(std::numeric_limits<int64_t>::max()); }},
      {"limits.wall_time_ms: 0 s is too little to run anything, the least is 1 ms",
       [](v1::Limits* limits) { limits->set_wall_time_ms(0); }},
      {"limits.memory_bytes: 0 bytes is too little to run anything, the least is 1 MiB",
       [](v1::Limits* limits) { limits->set_memory_bytes(0); }},
      {"limits.cpu_millicores: 0 cores is too little to run anything, the least is 0.01 cores",
       [](v1::Limits* limits) { limits->set_cpu_millicores(0); }},
      {"limits.processes: -1 is negative", [](v1::Limits* limits) { limits->set_processes(-1); }},
      {"limits.output_bytes: -5 is negative", [](v1::Limits* limits) { limits->set_output_bytes(-5); }},
      {"limits.open_files: 100000 is over this site's ceiling of 65536",
       [](v1::Limits* limits) { limits->set_open_files(100000); }},
  };
  for (const Refusal& c : kCases) {
    v1::Limits job;
    c.ask(&job);
    EXPECT_EQ(ResolveLimits(kRun, {}, job, site).status().message(), c.message);
  }
}

// The helper checks the same limits again, by a table of its own: it must refuse nothing that passed here.
plan::Limits ToPlan(const v1::Limits& limits) {
  plan::Limits out = {};
  out.wall_time_us = limits.wall_time_ms() * 1000;
  out.cpu_time_us = limits.cpu_time_ms() * 1000;
  out.memory_bytes = limits.memory_bytes();
  out.stack_bytes = limits.stack_bytes();
  out.file_bytes = limits.file_bytes();
  out.disk_bytes = limits.disk_bytes();
  out.disk_inodes = limits.disk_inodes();
  out.processes = limits.processes();
  out.open_files = limits.open_files();
  out.cpu_millicores = limits.cpu_millicores();
  return out;
}

void SetLimit(const LimitRow& row, int64_t value, v1::Limits* limits) {
  const auto* field = v1::Limits::descriptor()->FindFieldByName(row.name);
  if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT64) {
    limits->GetReflection()->SetInt64(limits, field, value);
  } else {
    limits->GetReflection()->SetInt32(limits, field, static_cast<int32_t>(value));
  }
}

TEST(LimitsTest, TheHelperAdmitsTheLeastAndTheMostOfEveryLimit) {
  for (const LimitRow& row : LimitRows()) {
    for (const int64_t value : {row.least, row.default_ceiling}) {
      v1::Limits job;
      SetLimit(row, value, &job);
      plan::Trace trace = {};
      EXPECT_EQ(plan::AdmitLimits(ToPlan(Resolved({}, job)), plan::SiteLimits(), trace), 0)
          << row.name << " " << value << ": " << trace.subject;
    }
  }
}

}  // namespace
}  // namespace jail::resolve
