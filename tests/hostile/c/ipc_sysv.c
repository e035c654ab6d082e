// id: ipc-sysv
// class: ipc
// does: attaches the host's System V segment, or leaves one behind
// promise: P4 P12
// expect: OK|SYSCALL_DENIED
// unjailed: escape
static void attack(void) {
  long segment = syscall(SYS_shmget, 0x6a61696c, 4096, 0);
  if (segment >= 0) escaped("the host's segment %ld", segment);
  syscall(SYS_shmget, 0x6a61696d, 4096, 01666);
  syscall(SYS_semget, 0x6a61696d, 1, 01666);
  syscall(SYS_msgget, 0x6a61696d, 01666);
  blocked(errno);
}
