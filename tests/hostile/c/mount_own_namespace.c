// id: mount-own-namespace
// class: mount
// does: makes itself root of a new user namespace and mounts there
// promise: P3 P9
// after: CVE-2014-5206 and the overlayfs bugs of 2021 to 2023
// expect: OK|SYSCALL_DENIED
// unjailed: escape
#include <sys/mount.h>
static long mount_there(void) { return unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ? -1 : mount("none", "/tmp", "tmpfs", 0, NULL); }
static void attack(void) {
  int error = attempt(mount_there);
  if (error == 0) escaped("a mount of its own");
  blocked(error);
}
