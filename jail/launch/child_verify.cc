// Reads back, in the process that will become the program, what the steps before did. A step that
// returned success and did not hold is caught here; the findings are the record's "verified".
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "jail/base/rights.h"
#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"

namespace jail::launch {
namespace {

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

// Nothing open but stdio, channels and the two that exec closes.
bool FdsHold(const Context& context) {
  int fds[16], count = 0;
  if (ListFds(16, fds, &count) != 0) return false;
  for (int i = 0; i < count; ++i) {
    if (fds[i] >= plan::kFirstChannelFd && fds[i] < context.channels_end) continue;
    if (fds[i] > 2 && fds[i] != context.exec_write && fds[i] != context.sync_child) return false;
  }
  return count >= 3;
}

bool NamespaceDiffers(const Context& context, int dir, int which) {
  uint64_t id = 0;
  return NamespaceId(dir, plan::kNamespaceNames[which], &id) == 0 &&
         id != context.report->host_namespaces[which];
}

struct Check {
  const char* name;
  bool holds;
  int8_t* result;
};

template <size_t kCount>
int NoteAll(const Check (&checks)[kCount], plan::Trace& trace) {
  int error = 0;
  int32_t item = 0;
  for (const Check& check : checks) {
    *check.result = check.holds ? 1 : -1;
    if (!check.holds && error == 0) {
      At(trace, item, check.name);
      error = EPROTO;
    }
    ++item;
  }
  return error;
}

}  // namespace

// These stay: what could change them is given up, or refused by the filter.
int VerifyNamespaces(Context& context) {
  plan::Verified& verified = context.report->verified;
  int ns = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
  const Check checks[] = {
      {"user_ns", NamespaceDiffers(context, ns, 0), &verified.user_ns},
      {"pid_ns", NamespaceDiffers(context, ns, 1), &verified.pid_ns},
      {"mnt_ns", NamespaceDiffers(context, ns, 2), &verified.mnt_ns},
      {"net_ns", NamespaceDiffers(context, ns, 3), &verified.net_ns},
      {"ipc_ns", NamespaceDiffers(context, ns, 4), &verified.ipc_ns},
      {"uts_ns", NamespaceDiffers(context, ns, 5), &verified.uts_ns},
      {"cgroup_ns", NamespaceDiffers(context, ns, 6), &verified.cgroup_ns},
  };
  CloseFd(&ns);
  return NoteAll(checks, context.report->child);
}

int VerifyConfinement(Context& context) {
  plan::Verified& verified = context.report->verified;
  const Check checks[] = {
      {"ids", IdsHold(kProgramId), &verified.ids},
      {"groups", !context.privileged || getgroups(0, nullptr) == 0, &verified.groups},
      {"capabilities", CapabilitiesHold(), &verified.capabilities},
      {"no_new_privs", NoNewPrivsHold(), &verified.no_new_privs},
      {"securebits", SecurebitsHold(), &verified.securebits},
      {"read_only_root", ReadOnlyHolds("/", 0) && ReadOnlyHolds("/usr", ST_NOSUID | ST_NODEV),
       &verified.read_only_root},
      {"rlimits", RlimitsHold(context), &verified.rlimits},
      {"fds", FdsHold(context), &verified.fds},
  };
  return NoteAll(checks, context.report->child);
}

}  // namespace jail::launch
