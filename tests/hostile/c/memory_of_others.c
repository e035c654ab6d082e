// id: memory-of-others
// class: pid
// does: reads the memory and takes the descriptors of every process it can name
// promise: P5 P12
// expect: OK|SYSCALL_DENIED
// unjailed: escape
#include <sys/uio.h>
static pid_t target;
static long read_it(void) {
  char here[8];
  struct iovec local = {here, 8}, remote = {(void*)0x1000, 8};
  long n = process_vm_readv(target, &local, 1, &remote, 1, 0);
  return n < 0 && errno == EFAULT ? 0 : n;  // It was allowed to look there.
}
static long take_fd(void) { int fd = (int)syscall(434, target, 0); return fd < 0 ? -1 : syscall(438, fd, 0, 0); }
static void attack(void) {
  int error = ESRCH;
  for (target = 1; target < 40000; target++) {
    if (target == getpid() || (kill(target, 0) < 0 && errno == ESRCH)) continue;
    if ((error = attempt(read_it)) == 0) escaped("memory of %d", target);
    if (attempt(take_fd) == 0) escaped("a descriptor of %d", target);
  }
  blocked(error);
}
