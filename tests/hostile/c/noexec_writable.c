// id: noexec-writable
// class: noexec
// does: executes a program it wrote itself, and maps one as code, in every place it may write
// promise: P30
// expect: OK
// unjailed: escape
static void copy_to(const char* path) {
  char block[65536];
  int from = open("/usr/bin/true", O_RDONLY), to = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0700);
  for (ssize_t n; from >= 0 && to >= 0 && (n = read(from, block, sizeof block)) > 0;) if (write(to, block, (size_t)n) != n) break;
  close(from);
  close(to);
}
static const char* path;
static long run(void) {
  char* const argv[] = {(char*)path, NULL};
  return execv(path, argv);
}
static long map(void) {
  int fd = open(path, O_RDONLY);
  return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}
static void attack(void) {
  const char* places[] = {"/tmp/jailrun-x", "./jailrun-x", "/dev/shm/jailrun-x", "/var/tmp/jailrun-x"};
  int error = 0;
  for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
    copy_to(path = places[i]);
    int ran = attempt(run), mapped = attempt(map);
    unlink(path);
    if (ran == 0) escaped("ran %s", path);
    if (mapped == 0) escaped("mapped %s as code", path);
    error = ran;
  }
  blocked(error);
}
