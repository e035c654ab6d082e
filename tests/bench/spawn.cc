#include "tests/bench/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

  void Give(int fd, int number) { posix_spawn_file_actions_adddup2(&actions_, fd, number); }

  // The new process's id, or -1.
  pid_t Spawn(const std::vector<char*>& argv) const {
    pid_t pid = -1;
    return posix_spawn(&pid, argv[0], &actions_, nullptr, argv.data(), environ) == 0 ? pid : -1;
  }

 private:
  posix_spawn_file_actions_t actions_;
};

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

}  // namespace

double TimeOnceMs(const Command& command) {
  const std::vector<char*> argv = Argv(command);
  const Streams streams(-1);
  const double start = NowMs();
  const bool done = ExitedWithZero(streams.Spawn(argv));
  const double end = NowMs();
  return done ? end - start : -1;
}

Recorded RunForRecord(const Command& command) {
  const jail::Fd file(memfd_create("record", MFD_CLOEXEC));
  Streams streams(-1);
  streams.Give(file.get(), kRecordFd);
  rusage usage{};
  if (wait4(streams.Spawn(Argv(command)), nullptr, 0, &usage) < 0) return {};
  Recorded recorded;
  const auto in_ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  recorded.cpu_ms = in_ms(usage.ru_utime) + in_ms(usage.ru_stime);
  char buffer[4096];
  for (ssize_t n = 0, at = 0; (n = pread(file.get(), buffer, sizeof buffer, at)) > 0; at += n)
    recorded.record.append(buffer, static_cast<size_t>(n));
  return recorded;
}

std::string OutputOf(const Command& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return "";
  const jail::Fd read_end(ends[0]);
  jail::Fd write_end(ends[1]);
  const pid_t pid = Streams(write_end.get()).Spawn(Argv(command));
  write_end.Reset();
  std::string output;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(read_end.get(), buffer, sizeof buffer)) > 0;)
    output.append(buffer, static_cast<size_t>(n));
  return ExitedWithZero(pid) ? output : "";
}

}  // namespace bench
