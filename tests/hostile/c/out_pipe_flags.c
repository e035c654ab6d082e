// id: out-pipe-flags
// class: output
// does: makes the pipes it was given non-blocking, small and asynchronous, to upset the reader
// promise: P25
// expect: OK
// unjailed: host
static void attack(void) {
  for (int fd = 0; fd < 3; fd++) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETPIPE_SZ, 4096);
  }
  blocked(0);
}
