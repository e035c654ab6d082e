#include "jail/root/image.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>

#include "jail/base/mounts.h"
#include "jail/base/sys.h"
#include "jail/plan/layout.h"

namespace jail::root {
namespace {

constexpr size_t kLongestPath = 128;

// What others could have made, or could change between two looks, is refused.
int CheckOwner(int fd, mode_t kind) {
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  if ((status.st_mode & S_IFMT) != kind) return kind == S_IFDIR ? ENOTDIR : EINVAL;
  return status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 ? 0 : EPERM;
}

// From *dir to `name` below it, which takes its place.
int Enter(const char* name, int* dir) {
  int next = -1;
  int error = OpenBeneath(*dir, name, O_PATH | O_DIRECTORY, 0, &next);
  if (error == 0) error = CheckOwner(next, S_IFDIR);
  CloseFd(dir);
  *dir = next;
  return error;
}

// "/usr/local" by "/", "usr" and "local".
int EnterAll(const char* path, plan::Trace& trace, int* dir) {
  plan::At(trace, 0, "/");
  if (const int error = OpenNoLinks("/", O_PATH | O_DIRECTORY, dir)) return error;
  int error = CheckOwner(*dir, S_IFDIR);
  char upto[kLongestPath] = {};
  if (std::strlen(path) >= sizeof upto) return ENAMETOOLONG;
  for (int depth = 1; error == 0 && *path == '/'; ++depth) {
    const size_t length = std::strcspn(path + 1, "/") + 1;
    const size_t before = std::strlen(upto);
    std::memcpy(upto + before, path, length);
    plan::At(trace, depth, upto);
    error = Enter(upto + before + 1, dir);
    path += length;
  }
  return error;
}

}  // namespace

int OpenImage(const char* name, plan::Trace& trace, int* file) {
  FixedText<kLongestPath> folder;
  folder.Add(plan::kImagesFolder).Add("/").Add(name);
  if (folder.overflow()) return ENAMETOOLONG;
  int dir = -1;
  int error = EnterAll(folder.c_str(), trace, &dir);
  if (error == 0) {
    folder.Add("/").Add(plan::kImageFile);
    plan::At(trace, -1, folder.c_str());
    error = OpenBeneath(dir, plan::kImageFile, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, file);
  }
  CloseFd(&dir);
  return error != 0 ? error : CheckOwner(*file, S_IFREG);
}

int MountImage(int file, int* mount) {
  FixedText<32> path;
  path.Add("/proc/self/fd/").Add(file);  // /proc is known to be procfs: open_rootfs has looked.
  const MountOption options[] = {{"source", path.c_str()}, {"ro", nullptr}};
  return MakeMount("erofs", options, 2, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, mount);
}

}  // namespace jail::root
