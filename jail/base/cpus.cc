#include "jail/base/cpus.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace jail {

// The system call itself: glibc's wrapper hides how much the kernel wrote.
int ReadOwnCpus(CpuWords& cpus) {
  std::memset(cpus, 0, sizeof cpus);
  return syscall(SYS_sched_getaffinity, 0, sizeof cpus, cpus) < 0 ? errno : 0;
}

namespace {

int64_t Count(const CpuWords& cpus) {
  int64_t count = 0;
  // Bit by bit: a builtin for it would be a call into the compiler's own library.
  for (uint64_t word : cpus) {
    for (; word != 0; word &= word - 1) ++count;
  }
  return count;
}

}  // namespace

int64_t CountOwnCpus() {
  CpuWords cpus;
  if (ReadOwnCpus(cpus) != 0) return int64_t{64} * kCpuWords;
  const int64_t count = Count(cpus);
  return count > 0 ? count : 1;
}

void GoFirst(int pid) {
  const int priority = 1;  // The lowest of the urgent ones; sched_param has no other member for us.
  syscall(SYS_sched_setscheduler, pid, SCHED_RR | SCHED_RESET_ON_FORK, &priority);
}

void StartApart(int pid, const CpuWords& cpus) {
  unsigned own = 0;
  if (Count(cpus) != 2 || syscall(SYS_getcpu, &own, nullptr, nullptr) != 0 || own / 64 >= kCpuWords) return;
  CpuWords other;
  std::memcpy(other, cpus, sizeof other);
  other[own / 64] &= ~(uint64_t{1} << own % 64);
  syscall(SYS_sched_setaffinity, pid, sizeof other, other);
}

int OwnCpu() {
  unsigned own = 0;
  return syscall(SYS_getcpu, &own, nullptr, nullptr) == 0 ? static_cast<int>(own) : -1;
}

void StayOn(int pid, int cpu) {
  if (cpu < 0 || cpu / 64 >= kCpuWords) return;
  CpuWords one = {};
  one[cpu / 64] = uint64_t{1} << cpu % 64;
  FreeCpus(pid, one);
}

void FreeCpus(int pid, const CpuWords& cpus) { syscall(SYS_sched_setaffinity, pid, sizeof cpus, cpus); }

int TakeCpus(const CpuWords& cpus) {
  return syscall(SYS_sched_setaffinity, 0, sizeof cpus, cpus) != 0 ? errno : 0;
}

bool AnyCpus(const CpuWords& cpus) {
  for (const uint64_t word : cpus) {
    if (word != 0) return true;
  }
  return false;
}

// The kernel takes the part that it can give, so only reading back tells.
int RunOnlyOn(const CpuWords& cpus, CpuWords& effective) {
  if (const int error = TakeCpus(cpus)) return error;
  if (const int error = ReadOwnCpus(effective)) return error;
  return std::memcmp(cpus, effective, sizeof effective) == 0 ? 0 : EINVAL;
}

// Other architectures' calls have other numbers: those are the policy's to stop, which kills for them.
int KeepCpus() {
  const sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setaffinity, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {sizeof code / sizeof code[0], const_cast<sock_filter*>(code)};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? errno : 0;
}

}  // namespace jail
