// id: cc-include-host
// class: compile
// phase: compile
// does: includes a host file, whose text the compiler then quotes
// promise: P1 P28 P29
// expect: COMPILE_ERROR
// unjailed: host
#include "/var/tmp/jailrun-canary/open"
int main(void) { return 0; }
