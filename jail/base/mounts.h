// The mount API of file descriptors (fsopen, open_tree, move_mount), each call with errno as result.
#ifndef JAIL_BASE_MOUNTS_H_
#define JAIL_BASE_MOUNTS_H_

#include "jail/base/sys.h"

namespace jail {

struct MountOption {
  const char* key;
  const char* value;
};

// A new file system, mounted nowhere yet. `attributes` are MOUNT_ATTR_*.
int MakeMount(const char* type, const MountOption* options, int count, unsigned attributes, int* mount);

// A tmpfs with both caps. tmpfs takes 0 bytes for "no limit", so one page is the least.
int MakeTmpfs(int64_t bytes, int64_t inodes, const char* mode, unsigned attributes, int* mount);

int AttachMount(int mount, int dir, const char* path);

// `flags` may be AT_RECURSIVE.
int SetMountAttributes(int mount, unsigned attributes, unsigned flags);

// A second, detached look at what `path` below `dir` shows, submounts too, with these attributes.
int CloneTree(int dir, const char* path, unsigned attributes, int* tree);

}  // namespace jail

#endif  // JAIL_BASE_MOUNTS_H_
