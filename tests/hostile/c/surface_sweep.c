// id: surface-sweep
// class: surface
// does: calls every number from 0 to 469 with rubbish and counts those the kernel's code answers
// promise: P11
// expect: OK|SYSCALL_DENIED within=14
// unjailed: escape
// Not called: those that end, stop or replace the caller, or wait for ever.
static int skipped(int number) {
  int list[] = {SYS_rt_sigreturn, SYS_pause, SYS_fork, SYS_vfork, SYS_exit, SYS_exit_group, SYS_vhangup, SYS_sync, SYS_reboot,
                SYS_ptrace, SYS_clone, 435, SYS_setsid, SYS_restart_syscall, SYS_msgget, SYS_semget, SYS_shmget};
  for (unsigned i = 0; i < sizeof list / sizeof *list; i++) if (list[i] == number) return 1;
  return number >= 335 && number <= 423;  // No such numbers on this architecture.
}
static long call_one(long number) {
  long rubbish = -1;
  if (number == SYS_kill || number == SYS_tkill || number == SYS_tgkill || number == SYS_rt_sigqueueinfo || number == SYS_rt_tgsigqueueinfo) {
    return syscall(number, 0x7ffffff0, 0x7ffffff0, 0);
  }
  return syscall(number, rubbish, rubbish, rubbish, rubbish, rubbish, rubbish);
}
static void attack(void) {
  int reached = 0, calls = 0;
  for (int number = 0; number < 470; number++) {
    if (skipped(number)) continue;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
      alarm(1);
      errno = 0;
      _exit(call_one(number) < 0 && refused(errno) ? 1 : 0);
    }
    waitpid(pid, &status, 0);
    calls++;
    int stopped = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    reached += !stopped && !(WIFEXITED(status) && WEXITSTATUS(status) == 1);
  }
  printf("INFO %d of %d reached\n", reached, calls);
  if (reached > 215) escaped("%d calls reached", reached);
  blocked(EPERM);
}
