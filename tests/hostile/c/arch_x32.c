// id: arch-x32
// class: arch
// does: sets bit 30 of the number, the x32 ABI, which a filter by number misses
// promise: P10
// expect: OK
// unjailed: any
static long who_am_i(void) { return syscall(0x40000000L | SYS_getpid) == getpid() ? 0 : -1; }
static long new_user_namespace(void) { return syscall(0x40000000L | SYS_unshare, CLONE_NEWUSER); }
static void attack(void) {
  if (attempt(new_user_namespace) == 0) escaped("unshare by x32");
  int error = attempt(who_am_i);
  if (error == 0) escaped("getpid by x32");
  blocked(error);
}
