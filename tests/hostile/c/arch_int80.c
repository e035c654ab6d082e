// id: arch-int80
// class: arch
// does: calls the kernel by the 32-bit door, where the numbers mean other things
// promise: P10
// after: DMOJ 2021
// expect: OK
// unjailed: escape
static long enter(long number, long argument) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument) : "memory", "r8", "r9", "r10", "r11");
  if (result >= 0) return result;
  errno = (int)-result;
  return -1;
}
static long who_am_i(void) { return enter(20, 0) == getpid() ? 0 : -1; }
static long new_user_namespace(void) { return enter(310, CLONE_NEWUSER); }
static void attack(void) {
  if (attempt(new_user_namespace) == 0) escaped("unshare by int 0x80");
  int error = attempt(who_am_i);
  if (error == 0) escaped("getpid by int 0x80");
  blocked(error);
}
