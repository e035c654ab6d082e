#include "jail/serve/summary.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "jail/serve/execute.h"

namespace jail::serve {
namespace {

constexpr int64_t kBins = 10;

// The smallest that at least `share` of them do not exceed.
double Quantile(std::vector<double> values, double share) {
  const size_t index = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(index), values.end());
  return values[index];
}

Json Rounded(double ms) { return std::round(ms * 1000) / 1000; }

Json MemoryBins(const std::vector<int64_t>& peaks) {
  Json bins = Json::array();
  if (peaks.empty()) return bins;
  const int64_t largest = std::max<int64_t>(kBins, *std::max_element(peaks.begin(), peaks.end()));
  const int64_t width = (largest + kBins - 1) / kBins;
  std::vector<int64_t> counts(kBins);
  for (const int64_t peak : peaks) ++counts[static_cast<size_t>(std::max<int64_t>(0, peak - 1) / width)];
  for (int64_t i = 0; i < kBins; ++i)
    bins.push_back({{"upToBytes", (i + 1) * width}, {"runs", counts[static_cast<size_t>(i)]}});
  return bins;
}

}  // namespace

void Summary::Note(const v1::ResultRecord& record) {
  const v1::PhaseResult* phase = LastPhase(record);
  const std::lock_guard lock(mutex_);
  ++total_;
  if (record.verdict() == v1::VERDICT_OK) {
    ++successful_;
  } else {
    ++errors_[absl::AsciiStrToLower(absl::StripPrefix(v1::Verdict_Name(record.verdict()), "VERDICT_"))];
  }
  if (phase == nullptr) return;
  last_.push_back({ExecutionMs(record), phase->usage().memory_peak_bytes()});
  if (last_.size() > kKept) last_.pop_front();
}

Json Summary::ToJson() const {
  const std::lock_guard lock(mutex_);
  std::vector<double> times;
  std::vector<int64_t> peaks;
  double sum = 0;
  for (const Kept& kept : last_) {
    times.push_back(kept.ms);
    peaks.push_back(kept.memory_bytes);
    sum += kept.ms;
  }
  Json errors = Json::object();
  for (const auto& [name, count] : errors_) errors[name] = count;
  return {{"total", total_},
          {"successful", successful_},
          {"failed", total_ - successful_},
          {"averageTime", times.empty() ? Json() : Rounded(sum / static_cast<double>(times.size()))},
          {"p95Time", times.empty() ? Json() : Rounded(Quantile(times, 0.95))},
          {"memory", MemoryBins(peaks)},
          {"errors", std::move(errors)}};
}

}  // namespace jail::serve
