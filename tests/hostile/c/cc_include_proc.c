// id: cc-include-proc
// class: compile
// phase: compile
// does: includes the compiler's own environment, where a caller's secrets might be
// promise: P7 P28
// expect: COMPILE_ERROR
// unjailed: host
#include "/proc/self/environ"
int main(void) { return 0; }
