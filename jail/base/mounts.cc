#include "jail/base/mounts.h"

#include <fcntl.h>
#include <sys/mount.h>

namespace jail {

int MakeMount(const char* type, const MountOption* options, int count, unsigned attributes, int* mount) {
  int fs = -1;
  if (const int error = Keep(fsopen(type, FSOPEN_CLOEXEC), &fs)) return error;
  int error = 0;
  for (int i = 0; i < count && error == 0; ++i) {
    error = Errno(fsconfig(fs, FSCONFIG_SET_STRING, options[i].key, options[i].value, 0));
  }
  if (error == 0) error = Errno(fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0));
  if (error == 0) error = Keep(fsmount(fs, FSMOUNT_CLOEXEC, attributes), mount);
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

int AttachMount(int mount, int dir, const char* path) {
  return Errno(move_mount(mount, "", dir, path, MOVE_MOUNT_F_EMPTY_PATH));
}

int SetMountAttributes(int mount, unsigned attributes, unsigned flags) {
  mount_attr attr = {};
  attr.attr_set = attributes;
  return Errno(mount_setattr(mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr));
}

int CloneTree(int dir, const char* path, unsigned attributes, int* tree) {
  const unsigned flags =
      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
  if (const int error = Keep(open_tree(dir, path, flags), tree)) return error;
  const int error = SetMountAttributes(*tree, attributes, AT_RECURSIVE);
  if (error != 0) CloseFd(tree);
  return error;
}

}  // namespace jail
