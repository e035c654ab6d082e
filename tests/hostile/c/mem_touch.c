// id: mem-touch
// class: memory
// does: touches 768 MiB
// promise: P14
// expect: MEMORY_LIMIT
// unjailed: escape
static void attack(void) {
  for (int i = 0; i < 48; i++) {
    char* block = mmap(NULL, 16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) blocked(errno);
    for (long at = 0; at < 16 * MIB; at += 4096) block[at] = 1;
  }
  escaped("768 MiB");
}
