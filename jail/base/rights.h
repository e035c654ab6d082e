// What a process may do beyond its ids: given up for good, and looked at afterwards. For the process itself.
#ifndef JAIL_BASE_RIGHTS_H_
#define JAIL_BASE_RIGHTS_H_

#include <linux/filter.h>
#include <sys/types.h>

namespace jail {

// Of its capabilities not one is left, ambient ones neither; the bounding set stays.
int DropOwnCapabilities();
// That uid 0 has none by itself, and that this stays so.
int LockSecurebits();

// All four ids of either kind, and there is no way back to root.
bool IdsHold(uid_t id);
// No capability, and none in the bounding set either.
bool CapabilitiesHold();
bool NoNewPrivsHold();
bool SecurebitsHold();
// The mount that `path` lies on is read-only, and has the other flags of statvfs that are given.
bool ReadOnlyHolds(const char* path, unsigned long also);

// A system-call filter with these SECCOMP_FILTER_FLAG_*s; *listener is -1 when none was asked for.
int LoadFilter(const sock_filter* code, unsigned short length, unsigned flags, int* listener);

}  // namespace jail

#endif  // JAIL_BASE_RIGHTS_H_
