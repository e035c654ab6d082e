// id: fd-inherited
// class: descriptors
// does: uses what the caller left open: a folder, a secret file, a pipe, a socket
// promise: P6
// after: CVE-2024-21626
// needs: descriptors
// expect: OK
// unjailed: escape
static void attack(void) {
  char byte;
  for (int fd = 3; fd < 1024; fd++) {
    if (fcntl(fd, F_GETFD) < 0) continue;
    int file = openat(fd, "open", O_RDONLY);
    if (file >= 0) escaped("a file beside descriptor %d", fd);
    if (pread(fd, &byte, 1, 0) == 1) escaped("the contents of descriptor %d", fd);
    escaped("descriptor %d is open", fd);
  }
  blocked(EBADF);
}
