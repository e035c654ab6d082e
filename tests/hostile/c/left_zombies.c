// id: left-zombies
// class: leftover
// does: leaves a thousand dead grandchildren for someone else to reap
// promise: P15
// expect: OK within=6
// unjailed: any
static void attack(void) {
  for (int i = 0; i < 1000; i++) {
    pid_t pid = fork();
    if (pid < 0) escaped("nobody reaps: errno %d after %d", errno, i);
    if (pid == 0) {
      if (fork() == 0) _exit(0);
      _exit(0);
    }
    waitpid(pid, NULL, 0);
  }
  blocked(0);
}
