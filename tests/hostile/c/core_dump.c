// id: core-dump
// class: core
// does: asks for a core dump and crashes: no file may be left, no helper of the host may run
// promise: P31
// expect: OK
// unjailed: escape
static void attack(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_CORE, &limit);
  int status = 0;
  pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    abort();
  }
  waitpid(pid, &status, 0);
  unlink("core");
  if (WIFSIGNALED(status) && WCOREDUMP(status)) escaped("dumped, limit %ld", (long)limit.rlim_max);
  blocked(EPERM);
}
