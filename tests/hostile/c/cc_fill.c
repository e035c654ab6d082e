// id: cc-fill
// class: compile
// phase: compile
// does: has the assembler write 16 GiB
// promise: P18 P28
// expect: COMPILE_ERROR|DISK_LIMIT|MEMORY_LIMIT|CPU_TIME_LIMIT|WALL_TIME_LIMIT within=25
// unjailed: any
__asm__(".data\n.fill 0x400000000, 1, 0x41\n.text\n");
int main(void) { return 0; }
