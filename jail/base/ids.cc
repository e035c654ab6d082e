#include "jail/base/ids.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/sys.h"

namespace jail {

int WriteIdMap(int proc, pid_t pid, const char* file, const IdRange& range) {
  FixedText<64> path, line;
  path.Add(pid).Add("/").Add(file);
  line.Add(range.inside).Add(" ").Add(range.outside).Add(" ").Add(range.count);
  return WriteAt(proc, path.c_str(), line.c_str());
}

int ForbidSetgroups(int proc, pid_t pid) {
  FixedText<64> path;
  path.Add(pid).Add("/setgroups");
  return WriteAt(proc, path.c_str(), "deny");
}

int GivePipe(int fd, uid_t from, uid_t to) {
  struct stat status;
  struct statfs fs;
  if (fstat(fd, &status) != 0 || fstatfs(fd, &fs) != 0) return errno;
  if (!S_ISFIFO(status.st_mode) || fs.f_type != PIPEFS_MAGIC) return EINVAL;
  if (from == to) return 0;
  if (status.st_uid != from) return EPERM;
  return Errno(fchown(fd, to, to));
}

}  // namespace jail
