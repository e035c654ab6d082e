// id: stack-endless
// class: memory
// does: recursion without end
// promise: P14 P23
// expect: SIGNALED|MEMORY_LIMIT
// unjailed: any
static volatile char sink;
static int dive(int n) {
  volatile char frame[4096];
  frame[n & 4095] = (char)n;
  sink = frame[(n * 7) & 4095];
  return dive(n + 1) + sink;
}
static void attack(void) {
  puts("BLOCKED the stack is limited");
  exit(dive(1));
}
