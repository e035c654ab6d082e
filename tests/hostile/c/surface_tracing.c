// id: surface-tracing
// class: surface
// does: bpf programs and maps, perf events, userfaultfd: the kernel's own laboratories
// promise: P12
// expect: OK|SYSCALL_DENIED
// unjailed: any
static long map(void) { uint32_t a[32] = {1, 4, 4, 1}; return syscall(SYS_bpf, 0, a, sizeof a); }
static long program(void) {
  uint64_t code[2] = {0xb7, 0x95}, a[16] = {1 | (2UL << 32), (uint64_t)(uintptr_t)code, (uint64_t)(uintptr_t) "GPL"};
  return syscall(SYS_bpf, 5, a, sizeof a);
}
static long perf(void) { uint32_t a[32] = {1, 128}; a[10] = 0x61; return syscall(SYS_perf_event_open, a, 0, -1, -1, 0); }
static long faults(void) { return syscall(SYS_userfaultfd, O_CLOEXEC | 1); }
static void attack(void) {
  struct { const char* what; long (*action)(void); } ways[] = {{"bpf map", map}, {"bpf program", program}, {"perf event", perf}, {"userfaultfd", faults}};
  int error = 0;
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (!refused(error = attempt(ways[i].action))) escaped("%s reached, errno %d", ways[i].what, error);
  }
  blocked(error);
}
