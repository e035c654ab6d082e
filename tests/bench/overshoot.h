// How exactly time limits hold, and what watching a run costs: by the records of real runs.
#ifndef TESTS_BENCH_OVERSHOOT_H_
#define TESTS_BENCH_OVERSHOOT_H_

#include <string>
#include <vector>

namespace bench {

// What one kind of program showed.
struct Overshoot {
  const char* limit;  // "wall", "CPU"
  const char* program;
  std::vector<double> past_limit_ms;  // One a kill.
};

// CPU time of jailrun and its helper for each second that the program runs.
struct Supervision {
  const char* program;
  double cpu_ms_per_second = 0;
};

struct Exactness {
  std::vector<Overshoot> overshoots;
  std::vector<Supervision> supervisions;
};

// `kills` runs of `load` (see load.c) into each limit, one after the other in every round. Empty when a run
// did not end for its limit: that is said on stderr.
Exactness MeasureExactness(const std::string& jailrun, const std::string& load, int kills);

std::string Table(const Exactness& measured);
std::string Json(const Exactness& measured);

}  // namespace bench

#endif  // TESTS_BENCH_OVERSHOOT_H_
