// The child's first steps: tied to its parent, in its groups, root of its own namespaces only.
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"

namespace jail::launch {

// First of two ways to die with the helper; the other is end of file on the sync socket.
int DieWithParent(Context& context) {
  CloseFd(&context.sync_helper);
  CloseFd(&context.exec_read);
  CloseFd(&context.leases);  // The lease is the helper's: it must end with him, not with us.
  umask(022);                // What is made from here on is for the program to see.
  return Errno(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
}

int AwaitIdMaps(Context& context) {
  uint8_t byte = 0;
  int fd = -1;
  // Blocks: the helper's set-up timer bounds it, and a dead helper is an end of file.
  if (const int error = ReceiveByte(context.sync_child, 0, &byte, &fd)) return error;
  CloseFd(&fd);
  return byte == 1 ? 0 : ECANCELED;
}

// By now the helper has made the groups, on another core. Whatever the program can fill comes later:
// it is charged to them. A v2 group has had us from birth, and there is nothing to join.
int JoinCgroup(Context& context) {
  if (context.cgroups.backend == &cgroup::kCgroupV1) context.report->setup_cpu_ns = -OwnCpuNs();
  uint8_t byte = 0;
  for (int item = 0; byte != kSyncGo; ++item) {
    At(context.report->child, item, "tasks");
    int tasks = -1;
    int error = ReceiveByte(context.sync_child, 0, &byte, &tasks);
    if (error == 0 && byte != kSyncJoin && byte != kSyncGo) error = ECANCELED;
    if (error == 0 && byte == kSyncJoin) error = WriteWhole(tasks, "0", 1);
    CloseFd(&tasks);
    if (error != 0) return error;
  }
  // Only now, so that the jail's own group is the root it sees.
  return Errno(unshare(CLONE_NEWCGROUP));
}

// vm.memfd_noexec counts per pid namespace, and only host root may open it: before the id changes.
int ForbidMemfdExec(Context& context) {
  const int error = WriteAt(context.proc, "sys/vm/memfd_noexec", "2");
  if (error != 0) return GoWithout(context, plan::kMemfdNoexec, StepId::kForbidMemfdExec, error);
  context.report->memfd_noexec = 1;
  return 0;
}

// Host root until here, if with no capability: from here on an id that owns nothing anywhere.
int BecomeInsideRoot(Context& context) {
  const uid_t id = context.init_id();
  if (setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) return errno;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  return Errno(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));  // Changing ids has cleared it.
}

// After the mounts: the kernel counts the one that a detached mount lives in. All other kinds need a
// capability that only a new user namespace could give.
int ForbidNestedNamespaces(Context& context) {
  const int error = WriteAt(context.proc, "sys/user/max_user_namespaces", "0");
  if (error != 0)
    return GoWithout(context, plan::kNoNestedNamespaces, StepId::kForbidNestedNamespaces, error);
  context.report->nested_namespaces_off = 1;
  return 0;
}

int SetHostname(Context& context) {
  const char* name = context.plan.header().hostname;
  if (sethostname(name, std::strlen(name)) != 0) return errno;
  return Errno(setdomainname("", 0));
}

int RaiseLoopback(Context&) {
  int fd = -1;
  if (const int error = Keep(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), &fd)) return error;
  ifreq request = {};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const int error = Errno(ioctl(fd, SIOCSIFFLAGS, &request));
  CloseFd(&fd);
  return error;
}

}  // namespace jail::launch
