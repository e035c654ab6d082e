// Starts a command, waits for it, and says how long that took.
#ifndef TESTS_BENCH_SPAWN_H_
#define TESTS_BENCH_SPAWN_H_

#include <string>
#include <vector>

namespace bench {

using Command = std::vector<std::string>;

// "{id}" in a command is another number at each start: some contenders want a name for each run.
struct Start {
  Command command;
  std::string opened;  // A file to be opened as kOpenedFd; empty: none.
  int server = 0;      // A process that works for it, with its children: their CPU time counts too.
};
inline constexpr int kOpenedFd = 10;

// From before posix_spawn to after waitid, output to /dev/null. Negative when the command could not
// be started or did not exit with 0.
double TimeOnceMs(const Start& start);

// `runs` starts, never more than `at_once` at a time. All 0 when one of them fails.
struct Batch {
  double seconds = 0;
  double cpu_ms = 0;
};
// Before TimeBatch: what a contender starts and does not wait for (bubblewrap's init) becomes our child then,
// so that its CPU time counts.
void AdoptOrphans();
Batch TimeBatch(const Start& start, int runs, int at_once);

// A command's record (`--record fd:20`; empty: it wrote none) and the CPU time of all that it waited for.
inline constexpr int kRecordFd = 20;
struct Recorded {
  std::string record;
  double cpu_ms = 0;
};
Recorded RunForRecord(const Command& command);

// What the command writes to stdout; what it says on stderr passes through.
std::string OutputOf(const Start& start);

}  // namespace bench

#endif  // TESTS_BENCH_SPAWN_H_
