// id: ns-join
// class: namespace
// does: enters the namespaces of init, of its parent and of whatever /proc shows
// promise: P5 P9
// expect: OK|SYSCALL_DENIED
// unjailed: blocked
static char path[64];
static pid_t target;
static long by_file(void) { int fd = open(path, O_RDONLY); return fd < 0 ? -1 : setns(fd, 0); }
static long by_pidfd(void) { int fd = (int)syscall(434, target, 0); return fd < 0 ? -1 : setns(fd, CLONE_NEWNS | CLONE_NEWNET); }
static void attack(void) {
  const char* kinds[] = {"user", "mnt", "net", "pid", "ipc", "uts", "cgroup"};
  pid_t targets[] = {1, getppid()};
  int error = ESRCH;
  for (int t = 0; t < 2; t++) {
    target = targets[t];
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
      snprintf(path, sizeof path, "/proc/%d/ns/%s", target, kinds[i]);
      if ((error = attempt(by_file)) == 0) escaped("entered %s", path);
    }
    if (attempt(by_pidfd) == 0) escaped("entered by pidfd of %d", target);
  }
  blocked(error);
}
