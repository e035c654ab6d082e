// Starts a command, waits for it, and says how long that took.
#ifndef TESTS_BENCH_SPAWN_H_
#define TESTS_BENCH_SPAWN_H_

#include <string>
#include <vector>

namespace bench {

using Command = std::vector<std::string>;

// From before posix_spawn to after waitid, output to /dev/null. Negative when the command could not
// be started or did not exit with 0.
double TimeOnceMs(const Command& command);

// A command's record (`--record fd:20`; empty: it wrote none) and the CPU time of all that it waited for.
inline constexpr int kRecordFd = 20;
struct Recorded {
  std::string record;
  double cpu_ms = 0;
};
Recorded RunForRecord(const Command& command);

// What the command writes to stdout; what it says on stderr passes through.
std::string OutputOf(const Command& command);

}  // namespace bench

#endif  // TESTS_BENCH_SPAWN_H_
