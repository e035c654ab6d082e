#include "tests/bench/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "jail/base/fd.h"

extern char** environ;

namespace bench {
namespace {

double NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// posix_spawn's file actions: stdin from /dev/null, stdout to `out_fd`, or to /dev/null when it is -1.
class Streams {
 public:
  explicit Streams(int out_fd) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    if (out_fd >= 0) {
      posix_spawn_file_actions_adddup2(&actions_, out_fd, 1);
    } else {
      posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    }
  }
  ~Streams() { posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  void Open(const std::string& path) {
    if (!path.empty()) posix_spawn_file_actions_addopen(&actions_, kOpenedFd, path.c_str(), O_RDONLY, 0);
  }
  void Give(int fd, int number) { posix_spawn_file_actions_adddup2(&actions_, fd, number); }

  // The new process's id, or -1.
  pid_t Spawn(const std::vector<char*>& argv) const {
    pid_t pid = -1;
    return posix_spawn(&pid, argv[0], &actions_, nullptr, argv.data(), environ) == 0 ? pid : -1;
  }

 private:
  posix_spawn_file_actions_t actions_;
};

double InMs(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

// Of a process and the children that it has waited for: fields 14 to 17 of its stat, in ticks.
double CpuOfServerMs(int pid) {
  std::string line;
  std::getline(std::ifstream(absl::StrCat("/proc/", pid, "/stat")), line);
  std::istringstream after_name(line.substr(line.find(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) after_name >> skipped;
  double sum = 0;
  double ticks = 0;
  for (int field = 14; field <= 17 && after_name >> ticks; ++field) sum += ticks;
  return sum * 1e3 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double CpuMs(const Start& start) {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const double children_ms = InMs(usage.ru_utime) + InMs(usage.ru_stime);
  return children_ms + (start.server > 0 ? CpuOfServerMs(start.server) : 0);
}

Command Named(Command command) {
  static int starts = 0;
  ++starts;
  for (std::string& word : command) {
    absl::StrReplaceAll({{"{id}", absl::StrCat("jailrun-bench-", getpid(), "-", starts)}}, &word);
  }
  return command;
}

std::vector<char*> Argv(const Command& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  return argv;
}

bool ExitedWithZero(pid_t pid) {
  siginfo_t info{};
  return pid > 0 && waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) == 0 &&
         info.si_code == CLD_EXITED && info.si_status == 0;
}

// What was left to us ends by itself, soon; who works for us does not.
void AwaitOrphans() {
  constexpr int kTries = 20;
  constexpr timespec kPause = {0, 1'000'000};
  for (int i = 0; i < kTries; ++i) {
    pid_t ended = 0;
    while ((ended = waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (ended < 0) return;
    nanosleep(&kPause, nullptr);
  }
}

}  // namespace

double TimeOnceMs(const Start& start) {
  const Command command = Named(start.command);
  const std::vector<char*> argv = Argv(command);
  Streams streams(-1);
  streams.Open(start.opened);
  const double begun_ms = NowMs();
  const bool done = ExitedWithZero(streams.Spawn(argv));
  const double ended_ms = NowMs();
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  return done ? ended_ms - begun_ms : -1;
}

Batch TimeBatch(const Start& start, int runs, int at_once) {
  Streams streams(-1);
  streams.Open(start.opened);
  const double cpu_before_ms = CpuMs(start);
  const double begun_ms = NowMs();
  std::set<pid_t> running;
  bool good = true;
  for (int started = 0; good && (started < runs || !running.empty());) {
    if (started < runs && running.size() < static_cast<size_t>(at_once)) {
      const Command command = Named(start.command);
      good = running.insert(streams.Spawn(Argv(command))).second && running.count(-1) == 0;
      ++started;
      continue;
    }
    int status = 0;
    const bool ours = running.erase(wait(&status)) != 0;
    good = !ours || status == 0;
  }
  const double seconds = (NowMs() - begun_ms) / 1e3;
  AwaitOrphans();
  if (!good) return {};
  return {seconds, CpuMs(start) - cpu_before_ms};
}

void AdoptOrphans() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

Recorded RunForRecord(const Command& command) {
  const jail::Fd file(memfd_create("record", MFD_CLOEXEC));
  Streams streams(-1);
  streams.Give(file.get(), kRecordFd);
  rusage usage{};
  if (wait4(streams.Spawn(Argv(command)), nullptr, 0, &usage) < 0) return {};
  Recorded recorded;
  recorded.cpu_ms = InMs(usage.ru_utime) + InMs(usage.ru_stime);
  char buffer[4096];
  for (ssize_t n = 0, at = 0; (n = pread(file.get(), buffer, sizeof buffer, at)) > 0; at += n)
    recorded.record.append(buffer, static_cast<size_t>(n));
  return recorded;
}

std::string OutputOf(const Start& start) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return "";
  const jail::Fd read_end(ends[0]);
  jail::Fd write_end(ends[1]);
  const Command command = Named(start.command);
  Streams streams(write_end.get());
  streams.Open(start.opened);
  const pid_t pid = streams.Spawn(Argv(command));
  write_end.Reset();
  std::string output;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(read_end.get(), buffer, sizeof buffer)) > 0;)
    output.append(buffer, static_cast<size_t>(n));
  return ExitedWithZero(pid) ? output : "";
}

}  // namespace bench
