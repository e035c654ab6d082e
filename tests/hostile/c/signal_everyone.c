// id: signal-everyone
// class: pid
// does: sends SIGCONT to every process it may signal, one by one and all at once
// promise: P5
// expect: OK|SYSCALL_DENIED
// unjailed: host
static void attack(void) {
  signal(SIGCONT, SIG_IGN);
  kill(-1, SIGCONT);
  for (pid_t target = 1; target < 40000; target++) kill(target, SIGCONT);
  blocked(0);
}
