// id: mem-dead-child
// class: memory
// does: lets a child die for memory and leaves with 0 itself, as if nothing had happened
// promise: P14 P23
// expect: MEMORY_LIMIT
// unjailed: escape
static void attack(void) {
  int status = 0;
  pid_t pid = fork();
  if (pid == 0) {
    for (int i = 0; i < 48; i++) memset(malloc(16 * MIB), 1, 16 * MIB);
    _exit(0);
  }
  waitpid(pid, &status, 0);
  if (WIFEXITED(status)) escaped("the child held 768 MiB");
  blocked(ENOMEM);
}
