// id: mount-everything
// class: mount
// does: changes the mount tree by the old calls and the new ones: over, off, writable, out of the root
// promise: P3
// expect: OK|SYSCALL_DENIED
// unjailed: blocked
#include <sys/mount.h>
static long over(void) { return mount("none", "/tmp", "tmpfs", 0, NULL); }
static long writable(void) { return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL); }
static long off(void) { return umount2("/proc", MNT_DETACH); }
static long away(void) { return chroot("/tmp"); }
static long swapped(void) { return syscall(SYS_pivot_root, ".", "."); }
static long opened(void) { return syscall(430, "proc", 0); }                       // fsopen
static long copied(void) { return syscall(428, AT_FDCWD, "/", 1 | AT_RECURSIVE); }  // open_tree, OPEN_TREE_CLONE
static long moved(void) { return syscall(429, AT_FDCWD, "/usr", AT_FDCWD, "/tmp", 0); }
static long altered(void) { char a[32] = {0}; return syscall(442, AT_FDCWD, "/", 0, a, sizeof a); }  // mount_setattr
static void attack(void) {
  struct { const char* what; long (*action)(void); } ways[] = {
      {"mount", over}, {"remount", writable}, {"umount", off}, {"chroot", away}, {"pivot_root", swapped},
      {"fsopen", opened}, {"open_tree", copied}, {"move_mount", moved}, {"mount_setattr", altered}};
  int error = 0;
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    error = attempt(ways[i].action);
    if (error == 0) escaped("%s worked", ways[i].what);
  }
  blocked(error);
}
