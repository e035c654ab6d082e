// id: ipc-mqueue
// class: ipc
// does: opens the host's message queue
// promise: P4 P12
// expect: OK|SYSCALL_DENIED
// unjailed: escape
static void attack(void) {
  if (syscall(SYS_mq_open, "jailrun-canary", O_RDONLY, 0, 0) >= 0) escaped("the host's queue");
  blocked(errno);
}
