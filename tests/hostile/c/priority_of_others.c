// id: priority-of-others
// class: pid
// does: re-limits, re-schedules and pins every process it can name
// promise: P5 P32
// expect: OK|SYSCALL_DENIED
// unjailed: escape
static pid_t target;
static long limits(void) {
  struct rlimit limit;
  return syscall(SYS_prlimit64, target, RLIMIT_CORE, NULL, &limit) < 0 ? -1 : syscall(SYS_prlimit64, target, RLIMIT_CORE, &limit, NULL);
}
static long pin(void) { cpu_set_t set; return sched_getaffinity(target, sizeof set, &set) < 0 ? -1 : sched_setaffinity(target, sizeof set, &set); }
static void attack(void) {
  int error = ESRCH;
  for (target = 1; target < 40000; target++) {
    if (target == getpid() || (kill(target, 0) < 0 && errno == ESRCH)) continue;
    if ((error = attempt(limits)) == 0) escaped("limits of %d", target);
    if (attempt(pin) == 0) escaped("processors of %d", target);
  }
  if (setpriority(PRIO_PROCESS, 0, -5) == 0) escaped("raised its own priority");
  blocked(error);
}
