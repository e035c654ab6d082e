// id: result-exit-codes
// class: result
// does: leaves with 137, the status of a kill for memory
// promise: P22 P23
// expect: NONZERO_EXIT exit=137
// unjailed: any
static void attack(void) {
  puts("BLOCKED the record decides");
  exit(137);
}
