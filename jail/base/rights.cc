#include "jail/base/rights.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/sys.h"

namespace jail {

int DropOwnCapabilities() {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return errno;
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  return Errno(syscall(SYS_capset, &header, none));
}

int LockSecurebits() {
  constexpr unsigned long kBits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                  SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                  SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  return Errno(prctl(PR_SET_SECUREBITS, kBits, 0, 0, 0));
}

bool IdsHold(uid_t id) {
  uid_t uid[3];
  gid_t gid[3];
  if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0) return false;
  for (int i = 0; i < 3; ++i) {
    if (uid[i] != id || gid[i] != id) return false;
  }
  return setresuid(0, 0, 0) != 0 && setresgid(0, 0, 0) != 0;  // And there is no way back.
}

bool CapabilitiesHold() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return false;
  for (const __user_cap_data_struct& part : data) {
    if ((part.effective | part.permitted | part.inheritable) != 0) return false;
  }
  int present = 0, cap = 0;
  for (; cap < 64 && (present = prctl(PR_CAPBSET_READ, cap, 0, 0, 0)) == 0; ++cap) {
  }
  return present < 0 && errno == EINVAL && cap > CAP_AUDIT_READ;  // All that this kernel has are gone.
}

bool NoNewPrivsHold() { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }

bool SecurebitsHold() {
  const int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
  return bits >= 0 && (bits & SECBIT_NOROOT) != 0 && (bits & SECBIT_NOROOT_LOCKED) != 0;
}

bool ReadOnlyHolds(const char* path, unsigned long also) {
  struct statvfs mount;
  return statvfs(path, &mount) == 0 && (~mount.f_flag & (ST_RDONLY | also)) == 0;
}

int LoadFilter(const sock_filter* code, unsigned short length, unsigned flags, int* listener) {
  const sock_fprog program = {length, const_cast<sock_filter*>(code)};
  *listener = -1;
  const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (result < 0) return errno;
  if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) *listener = static_cast<int>(result);
  return 0;
}

}  // namespace jail
