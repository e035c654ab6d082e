#include "jail/base/mounts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace jail {
namespace {

int Configure(int fs, unsigned command, const char* key, const char* value) {
  return Errno(syscall(SYS_fsconfig, fs, command, key, value, 0));
}

int SetOption(int fs, const MountOption& option) {
  const unsigned command = option.value == nullptr ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
  return Configure(fs, command, option.key, option.value);
}

}  // namespace

int MakeMount(const char* type, const MountOption* options, int count, unsigned attributes, int* mount) {
  int fs = -1;
  if (const int error = Keep(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), &fs)) return error;
  int error = 0;
  for (int i = 0; i < count && error == 0; ++i) error = SetOption(fs, options[i]);
  if (error == 0) error = Configure(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr);
  if (error == 0) error = Keep(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes), mount);
  CloseFd(&fs);
  return error;
}

int MakeTmpfs(int64_t bytes, int64_t inodes, const char* mode, unsigned attributes, int* mount) {
  FixedText<32> size, count;
  size.Add(bytes > 0 ? bytes : 1);
  count.Add(inodes);
  const MountOption options[] = {{"size", size.c_str()}, {"nr_inodes", count.c_str()}, {"mode", mode}};
  return MakeMount("tmpfs", options, 3, attributes, mount);
}

int MakePrivate(const char* path) {
  mount_attr attr = {};
  attr.propagation = MS_PRIVATE;
  return Errno(syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof attr));
}

int DetachMount(const char* path) {
  constexpr int kDetach = 2;  // MNT_DETACH, which only <sys/mount.h> has.
  return Errno(syscall(SYS_umount2, path, kDetach));
}

int AttachMount(int mount, int dir, const char* path) {
  return Errno(syscall(SYS_move_mount, mount, "", dir, path, MOVE_MOUNT_F_EMPTY_PATH));
}

int SetMountAttributes(int mount, unsigned attributes, unsigned flags) {
  mount_attr attr = {};
  attr.attr_set = attributes;
  return Errno(syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr));
}

int CloneTree(int dir, const char* path, unsigned attributes, int* tree) {
  const unsigned flags =
      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
  if (const int error = Keep(syscall(SYS_open_tree, dir, path, flags), tree)) return error;
  const int error = SetMountAttributes(*tree, attributes, AT_RECURSIVE);
  if (error != 0) CloseFd(tree);
  return error;
}

int MakeDirectory(int root, const char* path) {
  if (mkdirat(root, path, 0755) == 0) return 0;
  return errno == EEXIST ? 0 : errno;  // A parent that an earlier entry made.
}

int MakeFile(int root, const char* path, const char* content, size_t size) {
  int fd = -1;
  if (const int error = OpenBeneath(root, path, O_WRONLY | O_CREAT | O_EXCL, 0644, &fd)) return error;
  const int error = WriteWhole(fd, content, size);
  CloseFd(&fd);
  return error;
}

int BindTree(int root, const char* path, int source, unsigned attributes) {
  struct stat status;
  if (fstat(source, &status) != 0) return errno;
  const int made = S_ISDIR(status.st_mode) ? MakeDirectory(root, path) : MakeFile(root, path, "", 0);
  if (made != 0) return made;
  int tree = -1;
  if (const int error = CloneTree(source, "", attributes, &tree)) return error;
  const int error = AttachMount(tree, root, path);
  CloseFd(&tree);
  return error;
}

}  // namespace jail
