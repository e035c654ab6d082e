// id: fs-by-handle
// class: fs
// does: opens a file by its inode number, past every path and mount
// promise: P1 P12
// after: Docker's "shocker", 2014
// expect: OK|SYSCALL_DENIED
// unjailed: any
struct handle { unsigned size; int type; unsigned char bytes[128]; };
static long inode_two(void) {
  struct handle h = {8, 1, {2}};
  return syscall(SYS_open_by_handle_at, open("/etc/passwd", O_RDONLY), &h, O_RDONLY | O_DIRECTORY);
}
static long there_and_back(void) {
  struct handle h = {128, 0, {0}};
  int mount = 0;
  if (syscall(SYS_name_to_handle_at, AT_FDCWD, "/", &h, &mount, 0) < 0) return -1;
  return syscall(SYS_open_by_handle_at, AT_FDCWD, &h, O_RDONLY);
}
static void attack(void) {
  int first = attempt(inode_two), second = attempt(there_and_back);
  if (first == 0 || first == ESTALE) escaped("handles are decoded");
  if (second == 0) escaped("opened the root by its handle");
  blocked(second);
}
