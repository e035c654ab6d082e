// What the bench says about its times: order statistics, and differences round by round.
#include "tests/bench/stats.h"

#include <numeric>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bench/report.h"

namespace bench {
namespace {

using testing::HasSubstr;

TEST(StatsTest, QuantilesAreSamples) {
  std::vector<double> samples(100);
  std::iota(samples.begin(), samples.end(), 1.0);
  EXPECT_EQ(Quantile(samples, 0), 1);
  EXPECT_EQ(Quantile(samples, 0.5), 50);
  EXPECT_EQ(Quantile(samples, 0.99), 99);
  EXPECT_EQ(Quantile(samples, 1), 100);
}

TEST(StatsTest, OneSampleIsEveryQuantile) {
  const Summary summary = Summarize({7});
  EXPECT_EQ(summary.min_ms, 7);
  EXPECT_EQ(summary.median_ms, 7);
  EXPECT_EQ(summary.p99_ms, 7);
  EXPECT_EQ(summary.max_ms, 7);
}

TEST(StatsTest, DifferencesAreTakenRoundByRound) {
  // The medians differ by 1, but in most rounds the first was 5 slower.
  EXPECT_EQ(MedianDifference({6, 7, 8, 2}, {1, 2, 3, 100}), 5);
}

TEST(ReportTest, RatiosAreToTheSameProgramAndSetting) {
  const Results all = {{
                           {"hello", "hot", "bare", {1}},
                           {"hello", "idle", "bare", {100}},
                           {"hello", "hot", "jailrun", {3}},
                           {"hello", "hot", "bubblewrap", {6}},
                       },
                       {}};
  EXPECT_THAT(Json(all), HasSubstr("\"contender\": \"jailrun\", \"runs\": 1, \"median_ms\": 3.0000"));
  EXPECT_THAT(
      Json(all),
      HasSubstr(
          "\"added_to_bare_ms\": 2.0000, \"least_added_to_bare_ms\": 2.0000, \"median_to_bare\": 3.0000"));
  EXPECT_THAT(Json(all), HasSubstr("\"median_to_bubblewrap\": 0.5000"));
}

TEST(ReportTest, RatesAreToAsManyAtOnce) {
  const Results all = {{},
                       {
                           {"hello", "bare", 1, {1000}, {1}},
                           {"hello", "bare", 8, {4000, 3000, 5000}, {1, 1, 1}},
                           {"hello", "jailrun", 8, {1000}, {3}},
                           {"python", "jailrun", 8, {10}, {30}},
                       }};
  EXPECT_THAT(Json(all), HasSubstr("\"at_once\": 8, \"rounds\": 1, \"runs_per_s\": 1000.00, "
                                   "\"best_runs_per_s\": 1000.00, \"rate_to_bare\": 0.2500"));
  EXPECT_THAT(Json(all), HasSubstr("\"rate_to_bare\": 0.0000, \"cpu_ms_per_run\": 30.0000"));
  EXPECT_THAT(Table(all), HasSubstr("4000.0   5000.0"));
}

}  // namespace
}  // namespace bench
