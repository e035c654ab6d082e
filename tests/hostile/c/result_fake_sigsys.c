// id: result-fake-sigsys
// class: result
// does: sends itself SIGSYS, as if a call had been denied
// promise: P23 P24
// expect: SIGNALED
// unjailed: any
static void attack(void) {
  puts("BLOCKED the record decides");
  signal(SIGSYS, SIG_DFL);
  raise(SIGSYS);
}
