// Reads back, in the process that will become the program, what the steps before did. A step that
// returned success and did not hold is caught here; the findings are the record's "verified".
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"

namespace jail::launch {
namespace {

bool IdsHold() {
  uid_t uid[3];
  gid_t gid[3];
  if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0) return false;
  for (int i = 0; i < 3; ++i) {
    if (uid[i] != kProgramId || gid[i] != kProgramId) return false;
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

bool ReadOnlyRootHolds() {
  struct statvfs root;
  if (statvfs("/", &root) != 0 || (root.f_flag & ST_RDONLY) == 0) return false;
  if (statvfs("/usr", &root) != 0 || (root.f_flag & ST_RDONLY) == 0) return false;
  return (root.f_flag & ST_NOSUID) != 0 && (root.f_flag & ST_NODEV) != 0;
}

bool RlimitsHold(const Context& context) {
  RlimitRow rows[kRlimits];
  ListRlimits(context, rows);
  for (int i = 0; i < kRlimits; ++i) {
    rlimit limit;
    if (GetLimit(rows[i].resource, &limit) != 0) return false;
    if (limit.rlim_cur != rows[i].value || limit.rlim_max != rows[i].value) return false;
  }
  return true;
}

// Nothing open but stdio and the two that exec closes.
bool FdsHold(const Context& context) {
  int fds[8], count = 0;
  if (ListFds(8, fds, &count) != 0) return false;
  for (int i = 0; i < count; ++i) {
    if (fds[i] > 2 && fds[i] != context.exec_write && fds[i] != context.sync_child) return false;
  }
  return count >= 3;
}

bool NamespaceDiffers(const Context& context, int dir, int which) {
  uint64_t id = 0;
  return NamespaceId(dir, plan::kNamespaceNames[which], &id) == 0 &&
         id != context.report->host_namespaces[which];
}

}  // namespace

int VerifyConfinement(Context& context) {
  plan::Verified& verified = context.report->verified;
  const bool fds_hold = FdsHold(context);
  int ns = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct Check {
    const char* name;
    bool holds;
    int8_t* result;
  };
  const Check checks[] = {
      {"ids", IdsHold(), &verified.ids},
      {"groups", !context.privileged || getgroups(0, nullptr) == 0, &verified.groups},
      {"capabilities", CapabilitiesHold(), &verified.capabilities},
      {"no_new_privs", NoNewPrivsHold(), &verified.no_new_privs},
      {"securebits", SecurebitsHold(), &verified.securebits},
      {"read_only_root", ReadOnlyRootHolds(), &verified.read_only_root},
      {"rlimits", RlimitsHold(context), &verified.rlimits},
      {"fds", fds_hold, &verified.fds},
      {"user_ns", NamespaceDiffers(context, ns, 0), &verified.user_ns},
      {"pid_ns", NamespaceDiffers(context, ns, 1), &verified.pid_ns},
      {"mnt_ns", NamespaceDiffers(context, ns, 2), &verified.mnt_ns},
      {"net_ns", NamespaceDiffers(context, ns, 3), &verified.net_ns},
      {"ipc_ns", NamespaceDiffers(context, ns, 4), &verified.ipc_ns},
      {"uts_ns", NamespaceDiffers(context, ns, 5), &verified.uts_ns},
      {"cgroup_ns", NamespaceDiffers(context, ns, 6), &verified.cgroup_ns},
  };
  CloseFd(&ns);
  int error = 0;
  int32_t item = 0;
  for (const Check& check : checks) {
    *check.result = check.holds ? 1 : -1;
    if (!check.holds && error == 0) {
      At(context.report->child, item, check.name);
      error = EPROTO;
    }
    ++item;
  }
  return error;
}

}  // namespace jail::launch
