// id: arch-high-bits
// class: arch
// does: rubbish in the upper half of int arguments, which the kernel cuts off and a filter compares
// promise: P9 P12
// after: CVE-2019-10063
// needs: tty
// expect: OK|SYSCALL_DENIED
// unjailed: escape
#define HIGH (1UL << 32)
static long netlink(void) { return syscall(SYS_socket, HIGH | AF_NETLINK, SOCK_RAW, 0); }
static long algorithm(void) { return syscall(SYS_socket, HIGH | 38, SOCK_SEQPACKET, 0); }
static long vsock(void) { return syscall(SYS_socket, HIGH | 40, SOCK_STREAM, 0); }
static long typed(void) { char c = '#'; return syscall(SYS_ioctl, 0, HIGH | 0x5412, &c); }
static long cloned(void) {
  long pid = syscall(SYS_clone, HIGH | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  return pid;
}
static void attack(void) {
  struct { const char* what; long (*action)(void); } ways[] = {
      {"a netlink socket", netlink}, {"a crypto socket", algorithm}, {"a vsock", vsock}, {"TIOCSTI", typed}, {"a user namespace", cloned}};
  int error = 0;
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    if ((error = attempt(ways[i].action)) == 0) escaped("%s", ways[i].what);
  }
  blocked(error);
}
