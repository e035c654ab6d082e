// id: cross-run-locks
// class: cross-run
// does: locks and leases files that all jails share, a channel from one to another
// promise: P4
// after: isolate 2.4
// expect: OK|SYSCALL_DENIED
// unjailed: any
#include <sys/file.h>
static void attack(void) {
  const char* shared[] = {"/usr/bin/env", "/etc/passwd", "/usr/lib/os-release"};
  int error = 0;
  for (int i = 0; i < 3; i++) {
    int fd = open(shared[i], O_RDONLY);
    if (fd < 0) continue;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) escaped("a lease on %s", shared[i]);
    error = errno;
    if (fcntl(fd, F_NOTIFY, 1) == 0) escaped("a notice on %s", shared[i]);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) printf("INFO an exclusive lock on %s can be had: a covert channel\n", shared[i]);
  }
  blocked(error);
}
