// The results of one bench run, as a table for people and as JSON for programs.
#ifndef TESTS_BENCH_REPORT_H_
#define TESTS_BENCH_REPORT_H_

#include <string>
#include <vector>

namespace bench {

// Times of one contender in one setting, one per round, in the order of the rounds.
struct Series {
  std::string program;    // "hello", "python"
  std::string setting;    // "hot", "idle"
  std::string contender;  // "bare", "jailrun", "bubblewrap"
  std::vector<double> times_ms;
};

// A row each, with the ratios to bare and to bubblewrap of the same program and setting.
std::string Table(const std::vector<Series>& all);
std::string Json(const std::vector<Series>& all);

}  // namespace bench

#endif  // TESTS_BENCH_REPORT_H_
