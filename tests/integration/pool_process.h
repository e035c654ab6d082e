// A `jailrun pool` of a test's own.
#ifndef JAIL_TESTS_INTEGRATION_POOL_PROCESS_H_
#define JAIL_TESTS_INTEGRATION_POOL_PROCESS_H_

#include <signal.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/integration/await.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process.h"

namespace jailtest {

inline std::string PoolStatus(const std::string& socket) {
  Process status(Command{.argv = {JailrunPath(), "pool", "status", "--pool", socket}});
  return status.Finish().out;
}

inline std::unique_ptr<Process> StartPoolAt(const std::string& socket, std::vector<std::string> more = {},
                                            absl::Duration timeout = absl::Seconds(60)) {
  std::vector<std::string> argv = {JailrunPath(), "pool", "--pool", socket};
  argv.insert(argv.end(), more.begin(), more.end());
  Command command{.argv = argv};
  command.timeout = timeout;
  auto process = std::make_unique<Process>(std::move(command));
  EXPECT_TRUE(Await([&] { return PoolStatus(socket).find("Ready:") != std::string::npos; }));
  return process;
}

inline bool AwaitPoolReady(const std::string& socket, int ready) {
  return Await(
      [&] { return PoolStatus(socket).find(absl::StrCat("Ready: ", ready, " ")) != std::string::npos; });
}

inline void StopPool(Process& pool) {
  pool.Signal(SIGTERM);
  const Outcome outcome = pool.Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_POOL_PROCESS_H_
