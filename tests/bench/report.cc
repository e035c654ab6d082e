#include "tests/bench/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "tests/bench/stats.h"

namespace bench {
namespace {

const Series* Peer(const std::vector<Series>& all, const Series& one, absl::string_view contender) {
  for (const Series& other : all) {
    const bool comparable = other.program == one.program && other.setting == one.setting;
    if (comparable && other.contender == contender) return &other;
  }
  return nullptr;
}

// One contender beside a peer of the same rounds; all 0 when there is no such peer.
struct Comparison {
  double median_ratio = 0;
  double min_ratio = 0;
  double added_ms = 0;
  double least_added_ms = 0;
};

Comparison Compare(const std::vector<Series>& all, const Series& one, absl::string_view contender) {
  const Series* peer = Peer(all, one, contender);
  if (peer == nullptr) return {};
  const Summary mine = Summarize(one.times_ms);
  const Summary theirs = Summarize(peer->times_ms);
  return {mine.median_ms / theirs.median_ms, mine.min_ms / theirs.min_ms,
          MedianDifference(one.times_ms, peer->times_ms), mine.min_ms - theirs.min_ms};
}

}  // namespace

std::string Table(const std::vector<Series>& all) {
  std::string table =
      absl::StrFormat("%-7s %-5s %-11s %6s %9s %9s %9s %9s %10s %10s %9s %9s\n", "program", "", "", "runs",
                      "median", "min", "p99", "max", "over bare", "at least", "x bare", "x bwrap");
  for (const Series& one : all) {
    const Summary s = Summarize(one.times_ms);
    const Comparison bare = Compare(all, one, "bare");
    const Comparison bwrap = Compare(all, one, "bubblewrap");
    absl::StrAppendFormat(&table, "%-7s %-5s %-11s %6d %9.2f %9.2f %9.2f %9.2f %10.2f %10.2f %9.2f %9.2f\n",
                          one.program, one.setting, one.contender, one.times_ms.size(), s.median_ms, s.min_ms,
                          s.p99_ms, s.max_ms, bare.added_ms, bare.least_added_ms, bare.median_ratio,
                          bwrap.median_ratio);
  }
  return absl::StrCat(
      table,
      "Times in ms. over bare: median over the rounds of the difference to bare in that round; at least: of "
      "the\n"
      "minima, which a noisy machine moves least.\n"
      "idle: after 100 ms of sleep. x: ratio of the medians. bubblewrap has no limits, no uid range "
      "and no filter here.\n");
}

std::string Json(const std::vector<Series>& all) {
  std::string json = "[";
  for (const Series& one : all) {
    const Summary s = Summarize(one.times_ms);
    const Comparison bare = Compare(all, one, "bare");
    const Comparison bwrap = Compare(all, one, "bubblewrap");
    absl::StrAppendFormat(&json,
                          "%s\n {\"program\": \"%s\", \"setting\": \"%s\", \"contender\": \"%s\", \"runs\": "
                          "%d, \"median_ms\": %.4f, "
                          "\"min_ms\": %.4f, \"p99_ms\": %.4f, \"max_ms\": %.4f, \"added_to_bare_ms\": %.4f, "
                          "\"least_added_to_bare_ms\": %.4f, \"median_to_bare\": %.4f, \"min_to_bare\": "
                          "%.4f, \"median_to_bubblewrap\": %.4f, "
                          "\"min_to_bubblewrap\": %.4f}",
                          &one == &all.front() ? "" : ",", one.program, one.setting, one.contender,
                          one.times_ms.size(), s.median_ms, s.min_ms, s.p99_ms, s.max_ms, bare.added_ms,
                          bare.least_added_ms, bare.median_ratio, bare.min_ratio, bwrap.median_ratio,
                          bwrap.min_ratio);
  }
  return absl::StrCat(json, "\n]\n");
}

}  // namespace bench
