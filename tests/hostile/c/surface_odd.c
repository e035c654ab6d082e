// id: surface-odd
// class: surface
// does: rarely used calls with a record of bugs: modify_ldt, personality, kcmp, keyctl, NUMA, aio, vmsplice
// promise: P12
// expect: OK|SYSCALL_DENIED
// unjailed: escape
static long ldt(void) { unsigned d[4] = {0, 0, 0xfffff, 0x51}; return syscall(SYS_modify_ldt, 1, d, sizeof d); }
static long persona(void) { return syscall(SYS_personality, 0x0440000); }
static long compare(void) { return syscall(SYS_kcmp, getpid(), getppid(), 0, 0, 0); }
static long keys(void) { return syscall(SYS_keyctl, 0, -3, 0); }
static long add_key(void) { return syscall(SYS_add_key, "user", "jailrun", "x", 1, -4); }
static long pages(void) { return syscall(SYS_move_pages, 0, 0, 0, 0, 0, 0); }
static long aio(void) { unsigned long context = 0; return syscall(SYS_io_setup, 4, &context); }
static long watch(void) { return syscall(SYS_fanotify_init, 0x200, 0); }
static void attack(void) {
  struct { const char* what; long (*action)(void); } ways[] = {{"modify_ldt", ldt}, {"personality", persona}, {"kcmp", compare},
      {"keyctl", keys}, {"add_key", add_key}, {"move_pages", pages}, {"io_setup", aio}, {"fanotify_init", watch}};
  int error = 0;
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (!refused(error = attempt(ways[i].action))) escaped("%s reached, errno %d", ways[i].what, error);
  }
  blocked(error);
}
