// id: mem-kernel
// class: memory
// does: lets the kernel hold it: 384 MiB in pipes and socket buffers
// promise: P14
// expect: OK|MEMORY_LIMIT
// rootless: what the kernel keeps for a program is counted by control groups alone
// unjailed: any
static void attack(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  static char block[65536];
  long held = 0;
  for (int i = 0; i < 4000 && held < 384 * MIB; i++) {
    int fds[2], size = 8 << 20;
    if (i % 2 ? pipe2(fds, O_NONBLOCK) : socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds)) break;
    fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    for (ssize_t n; (n = write(fds[1], block, sizeof block)) > 0;) held += n;
  }
  int error = errno;
  if (held >= 384 * MIB) escaped("%ld MiB in the kernel", held / MIB);
  printf("INFO %ld MiB\n", held / MIB);
  blocked(error);
}
