// id: surface-io-uring
// class: surface
// does: sets up io_uring, whose requests no filter sees
// promise: P12
// expect: OK
// unjailed: escape
static long ring(void) { char parameters[120] = {0}; return syscall(425, 4, parameters); }
static void attack(void) {
  int error = attempt(ring);
  if (!refused(error)) escaped("io_uring_setup reached, errno %d", error);
  blocked(error);
}
