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
  std::string contender;  // "bare", "jailrun", "bubblewrap", ...
  std::vector<double> times_ms;
};

// A contender with so many runs at once: a rate for each round.
struct Rates {
  std::string program;
  std::string contender;
  int at_once = 0;
  std::vector<double> runs_per_s;
  std::vector<double> cpu_ms_per_run;
};

struct Results {
  std::vector<Series> series;
  std::vector<Rates> rates;
};

// A row each, with the ratios to bare of the same program and setting, and to bubblewrap.
std::string Table(const Results& all);
std::string Json(const Results& all);

}  // namespace bench

#endif  // TESTS_BENCH_REPORT_H_
