// Ids that a process of another user namespace is given. Part of the helper: no heap, no exceptions.
#ifndef JAIL_BASE_IDS_H_
#define JAIL_BASE_IDS_H_

#include <sys/types.h>

#include <cstdint>

namespace jail {

struct IdRange {
  int64_t inside, outside, count;
};

// `file` is "uid_map" or "gid_map", of which the kernel takes one writing; `proc` an open procfs.
int WriteIdMap(int proc, pid_t pid, const char* file, const IdRange& range);
int ForbidSetgroups(int proc, pid_t pid);

// An anonymous pipe of `from` becomes `to`'s. EINVAL: it is anything else, EPERM: another one's.
int GivePipe(int fd, uid_t from, uid_t to);

}  // namespace jail

#endif  // JAIL_BASE_IDS_H_
