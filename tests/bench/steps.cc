// jail_steps NAME COMMAND...: how many instructions of their own the processes execute that run the program
// NAME, from its exec to the next exec or their end, counted one by one (ptrace). A line for each generation:
// NAME's own process, its children, theirs. For the helper, which no simulator can run: its children are born
// into other namespaces, and virtual machines often have no counters of instructions.
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace bench {
namespace {

constexpr long kFollow =
    PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

struct Process {
  bool counted = false;
  int generation = 0;  // 0: was executed as NAME; 1: its child.
};

class Stepper {
 public:
  explicit Stepper(std::string name) : name_(std::move(name)) {}

  // The exit status of the command, as wait(2) has it. All on one CPU: each step is two switches, and to wake
  // another CPU for each costs a virtual machine a hundred times that.
  int Run(char** command) {
    StayOnOneCpu();
    const pid_t first = fork();
    if (first == 0) {
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      raise(SIGSTOP);
      execv(command[0], command);
      _exit(127);
    }
    int status = 0;
    waitpid(first, &status, 0);
    ptrace(PTRACE_SETOPTIONS, first, nullptr, kFollow);
    processes_[first] = {};
    Continue(first, 0);
    int result = -1;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, __WALL)) > 0;) {
      if (WIFSTOPPED(status)) {
        Stopped(pid, status);
      } else if (pid == first) {
        result = status;
      }
    }
    return result;
  }

  void Print() const {
    for (const auto& [generation, steps] : steps_) std::printf("%d %ld\n", generation, steps);
  }

 private:
  static void StayOnOneCpu() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<size_t>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof one, &one);
  }

  void Stopped(pid_t pid, int status) {
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    const auto process = processes_.find(pid);
    if (process == processes_.end()) {
      unborn_.insert(pid);  // Stops at once, perhaps before its parent's event says whose child it is.
      return;
    }
    if (event == PTRACE_EVENT_EXEC) {
      process->second = {RunsName(pid), 0};
    } else if (event != 0) {
      unsigned long child = 0;
      ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &child);
      Born(static_cast<pid_t>(child), process->second);
    } else if (signal == SIGTRAP) {
      ++steps_[process->second.generation];
    }
    Continue(pid, event != 0 || signal == SIGTRAP ? 0 : signal);
  }

  void Born(pid_t pid, const Process& parent) {
    processes_[pid] = {parent.counted, parent.generation + (parent.counted ? 1 : 0)};
    int status = 0;
    if (unborn_.erase(pid) == 0) waitpid(pid, &status, __WALL);
    Continue(pid, 0);
  }

  void Continue(pid_t pid, int signal) {
    const auto how = processes_[pid].counted ? PTRACE_SINGLESTEP : PTRACE_CONT;
    ptrace(how, pid, nullptr, reinterpret_cast<void*>(static_cast<intptr_t>(signal)));
  }

  bool RunsName(pid_t pid) const {
    char target[PATH_MAX];
    const ssize_t length = readlink(absl::StrCat("/proc/", pid, "/exe").c_str(), target, sizeof target);
    return length > 0 && absl::EndsWith(absl::string_view(target, static_cast<size_t>(length)), "/" + name_);
  }

  std::string name_;
  std::map<pid_t, Process> processes_;
  std::set<pid_t> unborn_;
  std::map<int, long> steps_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: jail_steps NAME COMMAND...\n", stderr);
    return 2;
  }
  bench::Stepper stepper(argv[1]);
  const int status = stepper.Run(argv + 2);
  stepper.Print();
  return status == 0 ? 0 : 1;
}
