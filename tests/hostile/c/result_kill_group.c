// id: result-kill-group
// class: result
// does: kills its whole group and everyone it may signal
// promise: P5 P23
// expect: SIGNALED within=5
// unjailed: any
static void attack(void) {
  puts("BLOCKED the record decides");
  kill(0, SIGKILL);
}
