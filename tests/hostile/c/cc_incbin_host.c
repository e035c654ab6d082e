// id: cc-incbin-host
// class: compile
// phase: compile
// does: lets the assembler put a host file into the program, which prints it
// promise: P1 P28 P29
// expect: COMPILE_ERROR
// unjailed: escape
#include <stdio.h>
__asm__(".section .rodata\nleak: .incbin \"/var/tmp/jailrun-canary/open\"\n.byte 0\n.text\n.globl leak\n");
extern const char leak[];
int main(void) {
  printf("ESCAPE included %.5s\n", leak);
  return 0;
}
