// Starts one program under a test's control: every descriptor, the environment and the moment of
// each signal are the test's choice, and nothing outlives its time limit.
//
//   Process child(Command{.argv = {path, "--lang", "python", "-"}, .stdin_bytes = "print(1)"});
//   const Outcome outcome = child.Finish();
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_PROCESS_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "jail/base/fd.h"

namespace jailtest {

struct Command {
  std::vector<std::string> argv;  // argv[0] is the file that is executed.
  std::string stdin_bytes = {};
  bool keep_stdin_open = false;  // No end of file before the program has ended.
  std::vector<std::string> env = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
  std::string cwd = "/";
  // Write ends that the program finds under these numbers; what it writes comes back in
  // Outcome::captured.
  std::vector<int> capture = {};
  // Descriptors of the test's (key: the number in the program). They stay the test's.
  std::map<int, int> give = {};
  // Called in the forked child just before exec, to make a hostile situation.
  std::function<void()> before_exec = nullptr;
  absl::Duration timeout = absl::Seconds(30);
};

struct Outcome {
  std::optional<int> exit_code;
  std::optional<int> term_signal;
  bool timed_out = false;         // We killed it.
  bool pipes_held = false;        // It ended, yet something kept its stdout or stderr open (promise P21).
  bool made_nonblocking = false;  // O_NONBLOCK was set on the pipe we gave it (promise P25).
  std::string out, err;
  std::map<int, std::string> captured;
  absl::Duration wall;
  std::vector<std::string> orphans = {};  // What it left running at the moment it had ended (P19).
};

class Process {
 public:
  explicit Process(Command command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  // Pumps until stdout holds `text`. False when the program ended or time was up before.
  bool AwaitOutput(const std::string& text, absl::Duration timeout);
  const std::string& out() const { return outcome_.out; }

  // Pumps until the program has ended and its pipes are closed.
  Outcome Finish();

 private:
  void Start();
  [[noreturn]] void BecomeTheProgram(const std::map<int, int>& descriptors) const;
  // Waits for the next event. False when nothing is left to wait for, or time is up.
  bool PumpOnce(absl::Time deadline);
  void FeedStdin();
  void Drain(int number);
  void NoteExit();

  Command command_;
  Outcome outcome_;
  absl::Time started_;
  absl::Time exited_ = absl::InfiniteFuture();
  pid_t pid_ = -1;
  bool reaped_ = false;
  jail::Fd pidfd_;
  jail::Fd stdin_;
  size_t stdin_sent_ = 0;
  // By the number in the program: 1, 2 and Command::capture.
  std::map<int, jail::Fd> sinks_;
  // Our copies of stdout's and stderr's write ends: what did the program do to their flags?
  std::vector<jail::Fd> watched_;
};

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_PROCESS_H_
