// id: cxx-asm-directive
// class: compile
// phase: compile
// does: has the assembler read a host file as source, whose text its messages quote
// promise: P1 P28
// expect: COMPILE_ERROR
// unjailed: host
__asm__(".include \"/var/tmp/jailrun-canary/open\"\n");
int main() { return 0; }
