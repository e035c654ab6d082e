// jailrun by the thousand: started without a pipe or a thread of ours, its record in a memory file.
// What the program writes goes nowhere.
//
//   QuickRun run({"exec", "--", "/usr/bin/true"});
//   EXPECT_EQ(run.Finish(absl::Seconds(10)).verdict(), jail::v1::VERDICT_OK);
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_QUICK_RUN_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_QUICK_RUN_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "jail/base/fd.h"
#include "jail/v1/result.pb.h"

namespace jailtest {

class QuickRun {
 public:
  // The arguments of jailrun, the command first; `--record` is added behind it.
  explicit QuickRun(const std::vector<std::string>& args);
  ~QuickRun();
  QuickRun(QuickRun&& other) noexcept;
  QuickRun& operator=(QuickRun&&) = delete;

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }

  // Waits for its end, by death if need be. The record is empty when there is none: it was killed.
  jail::v1::ResultRecord Finish(absl::Duration timeout);
  // After Finish: it had to be killed because its time was up.
  bool timed_out() const { return timed_out_; }

 private:
  pid_t pid_ = -1;
  bool timed_out_ = false;
  jail::Fd pidfd_;
  jail::Fd record_;
};

// Waits until one of them has ended, and says which; -1: none has in that time.
int AwaitAny(const std::vector<QuickRun>& runs, absl::Duration timeout);

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_QUICK_RUN_H_
