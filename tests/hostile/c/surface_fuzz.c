// id: surface-fuzz
// class: surface
// does: random calls over the whole table, with arguments that mean something to the kernel, for two seconds
// promise: P1 P8 P9 P12
// expect: OK|SYSCALL_DENIED|MEMORY_LIMIT|CPU_TIME_LIMIT within=8
// unjailed: escape
#include <poll.h>
#include <time.h>
#define NUMBERS 470
#define BATCH 500
static char buffer[1 << 16];
// By number, shared by all batches: what was refused twice is not asked again, or the run ends for its denied calls.
static unsigned char* refusals;
static uint64_t state;
static uint64_t next(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}
static uint64_t argument(void) {
  static const char* const paths[] = {"/", ".", "..", "/tmp/x", "/proc/self/exe", "/proc/1/mem", "/dev/null", "/dev/shm/x", "/usr", CANARY, "/etc/passwd", ""};
  static const uint64_t words[] = {0, 1, 2, 3, 4, 8, 16, 0x1000, 0x10000, 0x80000, 0x10000000, 0x20000000, 0x7fffffff, 0x80000000, 0xffffffff, 1UL << 32, 1UL << 63,
                                   (uint64_t)-1, (uint64_t)-100, 0x5412, 0x5401, 0x541b, 0x4008ae00};
  switch (next() % 6) {
    case 0: return (uint64_t)(uintptr_t)paths[next() % (sizeof paths / sizeof *paths)];
    case 1: return words[next() % (sizeof words / sizeof *words)];
    case 2: return next() % 24;  // A descriptor, a signal, a small size.
    case 3: return (uint64_t)(uintptr_t)(buffer + next() % (sizeof buffer - 4096));
    case 4: return 1UL << (next() % 64);
    default: return next();
  }
}
static int skipped(long number) {
  long list[] = {SYS_rt_sigreturn, SYS_pause, SYS_exit, SYS_exit_group, SYS_reboot, SYS_fork, SYS_vfork, SYS_clone, 435, SYS_execve, SYS_restart_syscall};
  for (unsigned i = 0; i < sizeof list / sizeof *list; i++) if (list[i] == number) return 1;
  // No such numbers on this architecture; and by pidfd_send_signal() it would end its own parent.
  return number >= 335 && number <= 424;
}
static int kills(long number) {
  return number == SYS_kill || number == SYS_tkill || number == SYS_tgkill || number == SYS_rt_sigqueueinfo || number == SYS_rt_tgsigqueueinfo;
}
// What no call may have given: another user, a capability, the host's file.
static int gained(void) {
  char status[4096] = "";
  if (syscall(SYS_geteuid) == 0) return 1;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, CANARY "/open", O_RDONLY, 0);  // Not its folder: a call may have made that.
  if (fd >= 0) return 1;
  fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/status", O_RDONLY, 0);
  if (fd < 0 || syscall(SYS_read, fd, status, sizeof status - 1) <= 0) return 0;  // Descriptors used up.
  return strstr(status, "CapEff:\t0000000000000000") == NULL || strstr(status, "Seccomp:\t2") == NULL;
}
static void batch(void) {
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  for (int i = 0; i < BATCH; i++) {
    long number = (long)(next() % NUMBERS);
    if (skipped(number) || refusals[number] > 1) continue;
    uint64_t a[6];
    for (int k = 0; k < 6; k++) a[k] = argument();
    if (kills(number)) a[0] = (uint64_t)syscall(SYS_getpid);  // The runner is of the same user.
    refusals[number]++;
    errno = 0;
    long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result >= 0 || !refused(errno)) refusals[number] = 0;
  }
  _exit(gained() ? 42 : 0);
}
static void attack(void) {
  if (gained()) escaped("before the first call");
  getentropy(&state, sizeof state);
  state |= 1;
  printf("INFO seed %#lx\n", state);
  refusals = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  int batches = 0;
  do {
    next();
    pid_t pid = fork();
    if (pid == 0) batch();
    if (pid < 0) break;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    if (poll(&ended, 1, 100) == 0) kill(pid, SIGKILL);  // In a call that waits.
    waitpid(pid, &status, 0);
    close(pidfd);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 42) escaped("in batch %d", batches);
    batches++;
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec < 2);
  printf("INFO %d batches\n", batches);
  blocked(EPERM);
}
