// id: fs-tools
// class: fs
// does: opens the tools and libraries it runs on for writing, through every path to them
// promise: P2 P3
// after: CVE-2019-5736
// expect: OK
// unjailed: blocked
static void attack(void) {
  const char* targets[] = {"/usr/bin/env", "/bin/sh", "/lib/x86_64-linux-gnu/libc.so.6", "/etc/passwd", "/etc/ld.so.cache",
                           "/proc/1/exe", "/proc/self/root/usr/bin/env", "/etc/hosts"};
  for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++) {
    if (open(targets[i], O_WRONLY) >= 0) escaped("opened %s for writing", targets[i]);
    if (truncate(targets[i], 0) == 0) escaped("truncated %s", targets[i]);
    if (chmod(targets[i], 04777) == 0) escaped("changed the mode of %s", targets[i]);
  }
  blocked(errno);
}
