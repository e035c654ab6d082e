// Attacks on processes: the host's, jailrun itself, the jail's init, each other; and staying alive.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

#include "tools/jailrun/doctor/attack/attack.h"

namespace jail::attack {
namespace {

// The jail's own are init, the attack and its tries.
int SeeOthers() {
  constexpr int kOwn = 5;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return errno;
  int count = 0;
  while (const dirent* entry = readdir(proc)) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') ++count;
  }
  return count > kOwn ? 0 : ESRCH;
}

int SeeVictim() {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/status", ToldNumber("victim"));
  return CanOpen(path, O_RDONLY);
}

// Signals that may also be taken by processes of our own; doctor looks whether any arrived outside.
int Sent(long result) { return result == 0 ? kJudgedOutside : errno; }

int PidfdKill() {
  const long fd = syscall(SYS_pidfd_open, ToldNumber("victim"), 0);
  if (fd < 0) return errno;
  return Result(syscall(SYS_pidfd_send_signal, fd, SIGKILL, nullptr, 0));
}

constexpr Try kOutside[] = {
    {"seeing the host's processes", SeeOthers},
    {"seeing a process of doctor's", SeeVictim},
    {"kill of it", [] { return Result(kill(ToldNumber("victim"), SIGKILL)); }},
    {"by pidfd", PidfdKill},
    {"kill of its group", [] { return Result(kill(-ToldNumber("victim"), SIGKILL)); }},
    {},
};

constexpr Try kCaller[] = {
    {"its pid", [] { return Result(kill(ToldNumber("caller"), SIGUSR1)); }},
    {"the parent", [] { return Sent(kill(getppid(), SIGUSR1)); }},
    {"the own group", [] { return Sent(kill(0, SIGUSR1)); }},
    {"everybody", [] { return Sent(kill(-1, SIGUSR1)); }},
    {"a group of that number", [] { return Result(kill(-ToldNumber("caller"), SIGUSR1)); }},
    {},
};

int ReadMemoryOf(int pid) {
  char byte = 0;
  iovec local = {&byte, 1};
  iovec remote = {&byte, 1};
  return Result(syscall(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0));
}

constexpr Try kInit[] = {
    {"kill(1, SIGTERM)", [] { return Result(kill(1, SIGTERM)); }},
    {"kill(1, SIGSTOP)", [] { return Result(kill(1, SIGSTOP)); }},
    {"ptrace", [] { return Result(ptrace(PTRACE_SEIZE, 1, nullptr, nullptr)); }},
    {"process_vm_readv", [] { return ReadMemoryOf(1); }},
    {"its limits", [] { return Result(syscall(SYS_prlimit64, 1, 7 /* NOFILE */, nullptr, nullptr)); }},
    {},
};

// Runs `action` on a process of our own that would allow it.
int WithVictim(int (*action)(int pid)) {
  const pid_t pid = fork();
  if (pid < 0) return errno;
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
  const int result = action(pid);
  kill(pid, SIGKILL);
  return result;
}

int Attach(int pid) { return Result(ptrace(PTRACE_ATTACH, pid, nullptr, nullptr)); }
int Seize(int pid) { return Result(ptrace(PTRACE_SEIZE, pid, nullptr, nullptr)); }

constexpr Try kTracing[] = {
    {"PTRACE_ATTACH", [] { return WithVictim(Attach); }},
    {"PTRACE_SEIZE", [] { return WithVictim(Seize); }},
    {"PTRACE_TRACEME", [] { return Result(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
    {"process_vm_readv", [] { return WithVictim(ReadMemoryOf); }},
    {},
};

// A daemon: a session of its own, its parent gone, deaf to signals. doctor looks for its name.
void BecomeDaemon() {
  for (int i = 0; i < 2; ++i) {
    const pid_t pid = fork();
    if (pid < 0) return SayCount(0, errno);
    if (pid > 0) {
      if (i > 0) _exit(0);  // The daemon's parent.
      waitpid(pid, nullptr, 0);
      return SayCount(1, 0);
    }
    setsid();
  }
  for (const int signal_number : {SIGHUP, SIGTERM, SIGINT, SIGQUIT}) signal(signal_number, SIG_IGN);
  prctl(PR_SET_NAME, Told("marker"));
  for (;;) pause();
}

}  // namespace

const Attack kProcessAttacks[] = {
    {"processes-outside", kOutside, nullptr},
    {"signals-to-caller", kCaller, nullptr},
    {"init", kInit, nullptr},
    {"tracing", kTracing, nullptr},
    {"daemon", nullptr, BecomeDaemon},
    {},
};

}  // namespace jail::attack
