// id: surface-own-filter
// class: surface
// does: installs a filter of its own with a listener, to answer calls in the supervisor's place
// promise: P12 P24
// expect: OK|SYSCALL_DENIED
// unjailed: escape
#include <linux/filter.h>
#include <linux/seccomp.h>
static long listen_in(void) {
  struct sock_filter allow[] = {{6, 0, 0, 0x7fff0000u}};
  struct sock_fprog program = {1, allow};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return syscall(SYS_seccomp, 1, 1u << 3, &program);
}
static void attack(void) {
  int error = attempt(listen_in);
  if (error == 0) escaped("a listener of its own");
  blocked(error);
}
