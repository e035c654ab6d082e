// The site file as the helper reads it, and the ceilings it sets.
#include "jail/plan/ceilings.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace jail::plan {
namespace {

struct SiteCase {
  const char* text;
  int error;
  int32_t bad_line;
};

TEST(ParseSiteTest, TakesScalarLinesAndRefusesTheRest) {
  const SiteCase cases[] = {
      {"", 0, 0},
      {"# a comment\n\n", 0, 0},
      {"uid_first: 2000000\nuid_count: 64\n", 0, 0},
      {"  max_processes :  7", EBADMSG, 1},
      {"max_processes: 7 # of them", 0, 0},
      {"max_processes: 7\nmax_memory: 1\n", EBADMSG, 2},
      {"max_processes: seven", EBADMSG, 1},
      {"max_processes:", EBADMSG, 1},
      {"max_processes:\n7", EBADMSG, 1},
      {"max_processes: 7 8", EBADMSG, 1},
      {"max_processes: -7", EBADMSG, 1},
      {"max_processes: 9999999999999999999999", EBADMSG, 1},
      {"limits { max_processes: 7 }", EBADMSG, 1},
      {"rootfs: \"small\"", 0, 0},
      {"rootfs: \"small\" # ours\nmax_processes: 7\n", 0, 0},
      {"rootfs: small", EBADMSG, 1},
      {"rootfs: \"../x\"", EBADMSG, 1},
      {"rootfs: \"", EBADMSG, 1},
      {"uid_first: 0", ERANGE, 0},
      {"uid_first: 999", ERANGE, 0},
      {"uid_count: 1", ERANGE, 0},
      {"uid_first: 4294967290\nuid_count: 64", ERANGE, 0},
  };
  for (const SiteCase& c : cases) {
    SiteLimits site;
    int32_t bad_line = 0;
    EXPECT_EQ(ParseSite(c.text, &site, &bad_line), c.error) << c.text;
    EXPECT_EQ(bad_line, c.bad_line) << c.text;
  }
}

TEST(ParseSiteTest, SetsWhatItReads) {
  SiteLimits site;
  int32_t bad_line = 0;
  ASSERT_EQ(ParseSite("uid_first: 2000000\nuid_count: 64\nmax_memory_bytes: 1048576\n", &site, &bad_line), 0);
  EXPECT_EQ(site.uid_first, 2000000);
  EXPECT_EQ(site.uid_count, 64);
  EXPECT_EQ(site.max_memory_bytes, 1048576);
}

constexpr Limits kGood = {.wall_time_us = 5'000'000,
                          .cpu_time_us = 5'000'000,
                          .memory_bytes = 256 << 20,
                          .stack_bytes = 8 << 20,
                          .file_bytes = 64 << 20,
                          .disk_bytes = 64 << 20,
                          .disk_inodes = 4096,
                          .processes = 50,
                          .open_files = 256,
                          .cpu_millicores = 0,
                          .idle_time_ms = 0,
                          .grace_ms = 0,
                          .reserved = 0,
                          .io_read_bytes_per_second = 0,
                          .io_write_bytes_per_second = 0,
                          .cpus = {}};

TEST(AdmitLimitsTest, TakesTheDefaults) {
  Trace trace = {};
  EXPECT_EQ(AdmitLimits(kGood, SiteLimits{}, trace), 0);
}

template <typename Number>
void ExpectRefused(Number Limits::*field, Number value, int error, const char* name) {
  Limits limits = kGood;
  limits.*field = value;
  Trace trace = {};
  EXPECT_EQ(AdmitLimits(limits, SiteLimits{}, trace), error) << name << " " << value;
  EXPECT_STREQ(trace.subject, name);
}

TEST(AdmitLimitsTest, NamesWhatIsOverACeilingOrSenseless) {
  ExpectRefused(&Limits::wall_time_us, int64_t{3601} * 1'000'000, E2BIG, "wall_time_us");
  ExpectRefused(&Limits::wall_time_us, int64_t{0}, EINVAL, "wall_time_us");
  ExpectRefused(&Limits::cpu_time_us, int64_t{-1}, EINVAL, "cpu_time_us");
  ExpectRefused(&Limits::memory_bytes, int64_t{1} << 40, E2BIG, "memory_bytes");
  ExpectRefused(&Limits::memory_bytes, INT64_MIN, EINVAL, "memory_bytes");
  ExpectRefused(&Limits::disk_bytes, int64_t{-1}, EINVAL, "disk_bytes");
  ExpectRefused(&Limits::processes, 0, EINVAL, "processes");
  ExpectRefused(&Limits::processes, 1 << 20, E2BIG, "processes");
  ExpectRefused(&Limits::open_files, 3, EINVAL, "open_files");
  ExpectRefused(&Limits::cpu_millicores, -5, EINVAL, "cpu_millicores");
  ExpectRefused(&Limits::grace_ms, 10'001, E2BIG, "grace_ms");
  ExpectRefused(&Limits::grace_ms, -1, EINVAL, "grace_ms");
  ExpectRefused(&Limits::io_read_bytes_per_second, int64_t{-1}, EINVAL, "io_read_bytes_per_second");
}

}  // namespace
}  // namespace jail::plan
