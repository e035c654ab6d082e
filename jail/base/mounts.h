// The mount API of file descriptors (fsopen, open_tree, move_mount), each call with errno as result.
#ifndef JAIL_BASE_MOUNTS_H_
#define JAIL_BASE_MOUNTS_H_

#include <linux/mount.h>  // and not <sys/mount.h>: the two cannot be had together

#include "jail/base/sys.h"

namespace jail {

struct MountOption {
  const char* key;
  const char* value;  // Null: a flag.
};

// A new file system, mounted nowhere yet. `attributes` are MOUNT_ATTR_*.
int MakeMount(const char* type, const MountOption* options, int count, unsigned attributes, int* mount);

// A tmpfs with both caps. tmpfs takes 0 bytes for "no limit", so one page is the least.
int MakeTmpfs(int64_t bytes, int64_t inodes, const char* mode, unsigned attributes, int* mount);

// Makes all mounts below `path` private: nothing that happens here shows on the host.
int MakePrivate(const char* path);

// Takes the whole tree at `path` out of sight at once (MNT_DETACH).
int DetachMount(const char* path);

int AttachMount(int mount, int dir, const char* path);

// `flags` may be AT_RECURSIVE.
int SetMountAttributes(int mount, unsigned attributes, unsigned flags);

// A second, detached look at what `path` below `dir` shows, submounts too, with these attributes.
int CloneTree(int dir, const char* path, unsigned attributes, int* tree);

// What a root is made of, relative to it; modes are 0755 and 0644 less the umask. A directory may be there
// already: a parent that an earlier entry made.
int MakeDirectory(int root, const char* path);
int MakeFile(int root, const char* path, const char* content, size_t size);
// A mount point of the source's kind, and the source's tree on it.
int BindTree(int root, const char* path, int source, unsigned attributes);

}  // namespace jail

#endif  // JAIL_BASE_MOUNTS_H_
