#include "tests/bench/stats.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace bench {

double Quantile(std::vector<double> samples, double quantile) {
  const double rank = std::ceil(quantile * static_cast<double>(samples.size()));
  const size_t index = std::min(samples.size(), static_cast<size_t>(std::max(rank, 1.0))) - 1;
  std::nth_element(samples.begin(), samples.begin() + static_cast<ptrdiff_t>(index), samples.end());
  return samples[index];
}

Summary Summarize(const std::vector<double>& samples_ms) {
  return {Quantile(samples_ms, 0),    Quantile(samples_ms, 0.5),  Quantile(samples_ms, 0.9),
          Quantile(samples_ms, 0.95), Quantile(samples_ms, 0.99), Quantile(samples_ms, 1)};
}

double MedianDifference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(),
                 [](double x, double y) { return x - y; });
  return Quantile(std::move(differences), 0.5);
}

}  // namespace bench
