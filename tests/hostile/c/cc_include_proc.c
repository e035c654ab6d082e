// id: cc-include-proc
// class: compile
// phase: compile
// does: has the assembler read its own environment as source, where a caller's secrets might be
// promise: P7 P28 P29
// expect: COMPILE_ERROR|NONZERO_EXIT|OK
// unjailed: any
__asm__(".include \"/proc/self/environ\"\n");
int main(void) { return 0; }
