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

double Median(const std::vector<double>& values) { return Quantile(values, 0.5); }

// Of the medians, to bare with as many at once; 0 when there is no bare.
double RateToBare(const std::vector<Rates>& all, const Rates& one) {
  for (const Rates& other : all) {
    const bool comparable = other.program == one.program && other.at_once == one.at_once;
    if (comparable && other.contender == "bare") return Median(one.runs_per_s) / Median(other.runs_per_s);
  }
  return 0;
}

std::string SeriesTable(const std::vector<Series>& all) {
  std::string table =
      absl::StrFormat("%-7s %-5s %-15s %5s %8s %8s %8s %8s %8s %9s %8s %7s %7s\n", "program", "", "", "runs",
                      "median", "min", "p95", "p99", "max", "over bare", "at least", "x bare", "x bwrap");
  for (const Series& one : all) {
    const Summary s = Summarize(one.times_ms);
    const Comparison bare = Compare(all, one, "bare");
    const Comparison bwrap = Compare(all, one, "bubblewrap");
    absl::StrAppendFormat(
        &table, "%-7s %-5s %-15s %5d %8.2f %8.2f %8.2f %8.2f %8.2f %9.2f %8.2f %7.2f %7.2f\n", one.program,
        one.setting, one.contender, one.times_ms.size(), s.median_ms, s.min_ms, s.p95_ms, s.p99_ms, s.max_ms,
        bare.added_ms, bare.least_added_ms, bare.median_ratio, bwrap.median_ratio);
  }
  return table;
}

std::string RatesTable(const std::vector<Rates>& all) {
  std::string table = absl::StrFormat("%-7s %-15s %8s %8s %8s %8s %11s\n", "program", "", "at once", "runs/s",
                                      "best", "of bare", "CPU ms/run");
  for (const Rates& one : all) {
    absl::StrAppendFormat(&table, "%-7s %-15s %8d %8.1f %8.1f %8.3f %11.2f\n", one.program, one.contender,
                          one.at_once, Median(one.runs_per_s), Quantile(one.runs_per_s, 1),
                          RateToBare(all, one), Median(one.cpu_ms_per_run));
  }
  return table;
}

std::string SeriesJson(const std::vector<Series>& all, const Series& one) {
  const Summary s = Summarize(one.times_ms);
  const Comparison bare = Compare(all, one, "bare");
  const Comparison bwrap = Compare(all, one, "bubblewrap");
  return absl::StrFormat(
      "{\"program\": \"%s\", \"setting\": \"%s\", \"contender\": \"%s\", \"runs\": %d, \"median_ms\": %.4f, "
      "\"min_ms\": %.4f, \"p95_ms\": %.4f, \"p99_ms\": %.4f, \"max_ms\": %.4f, \"added_to_bare_ms\": %.4f, "
      "\"least_added_to_bare_ms\": %.4f, \"median_to_bare\": %.4f, \"min_to_bare\": %.4f, "
      "\"median_to_bubblewrap\": %.4f, \"min_to_bubblewrap\": %.4f}",
      one.program, one.setting, one.contender, one.times_ms.size(), s.median_ms, s.min_ms, s.p95_ms, s.p99_ms,
      s.max_ms, bare.added_ms, bare.least_added_ms, bare.median_ratio, bare.min_ratio, bwrap.median_ratio,
      bwrap.min_ratio);
}

std::string RatesJson(const std::vector<Rates>& all, const Rates& one) {
  return absl::StrFormat(
      "{\"program\": \"%s\", \"contender\": \"%s\", \"at_once\": %d, \"rounds\": %d, \"runs_per_s\": %.2f, "
      "\"best_runs_per_s\": %.2f, \"rate_to_bare\": %.4f, \"cpu_ms_per_run\": %.4f}",
      one.program, one.contender, one.at_once, one.runs_per_s.size(), Median(one.runs_per_s),
      Quantile(one.runs_per_s, 1), RateToBare(all, one), Median(one.cpu_ms_per_run));
}

// "[\n ROW,\n ROW]"
template <typename Row>
std::string List(const std::vector<Row>& all, std::string (*write)(const std::vector<Row>&, const Row&)) {
  std::string list = "[";
  for (const Row& one : all) absl::StrAppend(&list, &one == &all.front() ? "\n " : ",\n ", write(all, one));
  return absl::StrCat(list, "]");
}

}  // namespace

std::string Table(const Results& all) {
  return absl::StrCat(
      SeriesTable(all.series),
      "Times in ms. over bare: median over the rounds of the difference to bare in that round; at least: of "
      "the\n"
      "minima, which a noisy machine moves least. idle: after 100 ms of sleep. x: ratio of the medians.\n\n",
      RatesTable(all.rates),
      "runs/s: medians over the rounds, and the best round. of bare: bare with as many at once is 1. CPU: of "
      "all\n"
      "its processes, the program's too.\n");
}

std::string Json(const Results& all) {
  return absl::StrCat("{\"times\": ", List(all.series, SeriesJson),
                      ",\n\"rates\": ", List(all.rates, RatesJson), "}\n");
}

}  // namespace bench
