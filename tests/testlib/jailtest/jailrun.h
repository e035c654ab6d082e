// Runs the real `jailrun` and reads back its record; and the fixture that ends every integration
// test with the leak check.
//
//   const JailRun run = Jailrun({"--lang", "python", "hello.py"});
//   EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_JAILRUN_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_JAILRUN_H_

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "jail/v1/result.pb.h"
#include "tests/testlib/jailtest/process.h"
#include "tests/testlib/jailtest/snapshot.h"

namespace jailtest {

inline constexpr int kRecordFd = 20;

struct JailRun {
  Outcome outcome;
  jail::v1::ResultRecord record = {};
  bool has_record = false;  // A whole record came through `--record fd:N`.

  // The run phase, or an empty one.
  const jail::v1::PhaseResult& phase() const;
  const jail::v1::PhaseResult* compile_phase() const;
  // All there is to say when an expectation fails.
  std::string Describe() const;
};

// Where the build put the binary under test.
std::string JailrunPath();

// `jailrun --record fd:20 ARGS...`, not yet started: change what the test needs changed.
Command JailrunCommand(const std::vector<std::string>& args);
JailRun Finish(Process* process);
JailRun Jailrun(const std::vector<std::string>& args, const std::string& stdin_bytes = "");
JailRun Jailrun(Command command);

// A hit of that resource in the run phase; null when there is none.
const jail::v1::LimitHit* FindHit(const JailRun& run, jail::v1::Resource resource);
const jail::v1::LimitReport* FindLimit(const JailRun& run, jail::v1::Resource resource);
const jail::v1::Isolation::Layer* FindLayer(const JailRun& run, jail::v1::Protection protection);

// Every integration test's fixture.
class JailTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // For tests that kill the supervisors: how long the rest may take to disappear. Otherwise nothing
  // may be left at the moment jailrun returns.
  absl::Duration settle_ = absl::ZeroDuration();

 private:
  Snapshot before_;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_JAILRUN_H_
