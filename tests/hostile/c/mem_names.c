// id: mem-names
// class: memory
// does: looks up 300,000 names that do not exist, each remembered by the kernel
// promise: P14
// expect: OK|MEMORY_LIMIT|CPU_TIME_LIMIT|WALL_TIME_LIMIT
// unjailed: any
static void attack(void) {
  struct stat info;
  char path[256];
  for (int i = 0; i < 300000; i++) {
    snprintf(path, sizeof path, "/tmp/%0200d", i);
    stat(path, &info);
  }
  blocked(0);
}
