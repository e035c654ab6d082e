// Order statistics of one contender's times.
#ifndef TESTS_BENCH_STATS_H_
#define TESTS_BENCH_STATS_H_

#include <vector>

namespace bench {

struct Summary {
  double min_ms = 0;
  double median_ms = 0;
  double p90_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

// The nearest sample at or above the quantile; the samples must not be empty.
double Quantile(std::vector<double> samples, double quantile);

Summary Summarize(const std::vector<double>& samples_ms);

// Median over the rounds of a[i] - b[i]: what one contender adds to the other, whatever else the
// machine was doing in that round.
double MedianDifference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace bench

#endif  // TESTS_BENCH_STATS_H_
